"""Spreadsheets (.xlsx) as rows of text: values as they were stored, dates written out, formulas by their last value."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from xml.etree.ElementTree import Element

from ingestion.trading.reading.containers.sheet import RawCell, raw_rows
from ingestion.trading.reading.containers.xmltree import elements, local
from ingestion.trading.reading.rows import MAX_COLUMNS, Row, Unreadable, limited

MAX_PART = 128 * 1024 * 1024
MAX_RATIO = 400
MAX_PARTS = 2_000
BUILT_IN_DATES = frozenset(range(14, 23)) | frozenset(range(45, 48)) | frozenset(range(27, 37))
QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's wall clock has no zone
DAY_ZERO_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
LONGEST_EXACT = 15


def rows_of(data: bytes) -> tuple[Row, ...]:
    """Rows of all sheets in the order of the tabs; `table` is the sheet. Errors: Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return tuple(limited(_Workbook(archive).rows()))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zipfile.zlib.error) as error:  # type: ignore[attr-defined]
        raise Unreadable(
            "bad_zip", f"This spreadsheet cannot be opened ({type(error).__name__}). Export it again."
        ) from None


class _Workbook:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = set(archive.namelist())
        if "xl/workbook.xml" not in self._names:
            raise Unreadable("zip", "This is a ZIP archive. Unpack it and upload the statement that is inside.")
        if len(self._names) > MAX_PARTS:
            raise _bomb()
        self._base = DAY_ZERO
        self._sheets = self._sheet_parts()
        self._strings = self._shared_strings()
        self._is_date = self._date_styles()

    def rows(self) -> Iterator[Row]:
        number = 0
        for table, part in enumerate(self._sheets):
            first = number
            for stated, cells in raw_rows(self._part(part)):
                number = max(number + 1, first + int(stated) if stated.isdigit() and len(stated) < 8 else 0)
                yield Row(number, self._cells(cells), table=table)

    def _part(self, name: str) -> bytes:
        info = self._archive.getinfo(name)
        if info.flag_bits & 0x1:
            raise Unreadable("encrypted", "The spreadsheet is encrypted. Save it without a password.")
        if info.file_size > MAX_PART or info.file_size > MAX_RATIO * max(info.compress_size, 1) + 100_000:
            raise _bomb()
        with self._archive.open(info) as stream:
            data = stream.read(MAX_PART + 1)
        if len(data) > MAX_PART:
            raise _bomb()
        return data

    def _sheet_parts(self) -> list[str]:
        targets: dict[str, str] = {}
        if "xl/_rels/workbook.xml.rels" in self._names:
            for element in elements(self._part("xl/_rels/workbook.xml.rels")):
                if local(element) == "Relationship":
                    targets[element.get("Id", "")] = element.get("Target", "")
        parts = []
        for element in elements(self._part("xl/workbook.xml")):
            if local(element) == "workbookPr" and element.get("date1904") in ("1", "true"):
                self._base = DAY_ZERO_1904
            if local(element) == "sheet":
                target = targets.get(element.get(RELATION, ""), "").lstrip("/")
                parts.append(target if target.startswith("xl/") else f"xl/{target}")
        return [part for part in parts if part in self._names]

    def _shared_strings(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self._names:
            return []
        strings = []
        for element in elements(self._part("xl/sharedStrings.xml")):
            if local(element) == "si":
                strings.append(_text(element))
                element.clear()
        return strings

    def _date_styles(self) -> list[bool]:
        """For each cell style, whether it shows a date or a time."""
        if "xl/styles.xml" not in self._names:
            return []
        custom: dict[str, str] = {}
        styles: list[bool] = []
        for element in elements(self._part("xl/styles.xml")):
            if local(element) == "numFmt":
                custom[element.get("numFmtId", "")] = element.get("formatCode", "")
            elif local(element) == "cellXfs":
                styles = [_shows_date(style.get("numFmtId", "0"), custom) for style in element]
        return styles

    def _cells(self, row: Sequence[RawCell]) -> tuple[str, ...]:
        cells: list[str] = []
        for cell in row:
            place = _column(cell.reference, len(cells))
            if place >= MAX_COLUMNS:
                raise Unreadable("too_many_columns", f"The sheet has more than {MAX_COLUMNS} columns.")
            if place >= len(cells):
                cells.extend([""] * (place + 1 - len(cells)))
            cells[place] = self._value(cell)
        return tuple(cells)

    def _value(self, cell: RawCell) -> str:
        raw = cell.text
        if cell.kind == "s":
            return self._strings[int(raw)] if raw.isdigit() and int(raw) < len(self._strings) else ""
        if cell.kind == "n" and raw:
            style = int(cell.style) if cell.style.isdigit() else 0
            return self._moment(raw) if style < len(self._is_date) and self._is_date[style] else _number(raw)
        return raw

    def _moment(self, raw: str) -> str:
        try:
            days = float(raw)
            moment = self._base + timedelta(milliseconds=round(days * 86_400_000))
        except (ValueError, OverflowError):
            return raw
        if days < 1:
            return moment.strftime("%H:%M:%S")
        fraction = f".{moment.microsecond // 1000:03d}" if moment.microsecond else ""
        return f"{moment:%Y-%m-%d %H:%M:%S}{fraction}"


def _number(raw: str) -> str:
    """As a person would write it: what a double stores as 0.10000000000000001 is 0.1."""
    try:
        exact = len(raw.strip("-")) <= LONGEST_EXACT and "E" not in raw.upper()
        return raw if exact else f"{float(raw):.15g}"
    except ValueError:
        return raw


def _text(element: Element) -> str:
    """All runs of a string, without the phonetic ones."""
    parts: list[str] = []
    for child in element:
        if local(child) == "t":
            parts.append(child.text or "")
        elif local(child) in ("r", "is"):
            parts.append(_text(child))
    return "".join(parts)


def _column(reference: str, following: int) -> int:
    return _column_of(reference.rstrip("0123456789")) if reference else following


@lru_cache(maxsize=1000)
def _column_of(letters: str) -> int:
    if not 1 <= len(letters) <= 3 or not letters.isascii() or not letters.isupper():
        return MAX_COLUMNS
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def _shows_date(number: str, custom: dict[str, str]) -> bool:
    if number in custom:
        return bool(re.search(r"[dmyhs]", QUOTED.sub("", custom[number]).lower().replace("general", "")))
    return number.isdigit() and int(number) in BUILT_IN_DATES


def _bomb() -> Unreadable:
    return Unreadable("zip_bomb", "Unpacked, this spreadsheet is far larger than a statement can be.")
