"""The cells of one sheet of a spreadsheet, row by row, straight from the parser: a sheet can have millions of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

from ingestion.trading.reading.containers.xmltree import refuse_document_types
from ingestion.trading.reading.rows import MAX_COLUMNS, Unreadable

CHUNK = 1 << 17
VALUES = frozenset({"v", "t"})


@dataclass(slots=True)
class RawCell:
    """A cell as the file stores it: `kind` and `style` are its `t` and `s`."""

    reference: str
    kind: str
    style: str
    text: str = ""


RawRow = tuple[str, list[RawCell]]  # the number it states, and its cells


def raw_rows(data: bytes) -> Iterator[RawRow]:
    """Every row of a sheet, in order. Errors: Unreadable for XML that breaks off."""
    refuse_document_types(data)
    collector = _Collector()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = collector.start
    parser.EndElementHandler = collector.end
    parser.CharacterDataHandler = collector.characters
    try:
        for start in range(0, len(data), CHUNK):
            parser.Parse(data[start : start + CHUNK], start + CHUNK >= len(data))
            yield from collector.take()
    except expat.ExpatError as error:
        raise Unreadable(
            "broken_xml", f"The spreadsheet breaks off or is malformed ({error}). Export it again."
        ) from None


class _Collector:
    def __init__(self) -> None:
        self._rows: list[RawRow] = []
        self._number = ""
        self._cells: list[RawCell] = []
        self._cell: RawCell | None = None
        self._in_value = False

    def take(self) -> list[RawRow]:
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            get = attributes.get
            self._cell = RawCell(get("r", ""), get("t", "n"), get("s", "0"))
            self._cells.append(self._cell)
            if len(self._cells) > MAX_COLUMNS:
                raise Unreadable("too_many_columns", f"The sheet has more than {MAX_COLUMNS} columns.")
        elif name in VALUES:
            self._in_value = True
        elif name == "row":
            self._number, self._cells = attributes.get("r", ""), []

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name in VALUES:
            self._in_value = False
        elif name == "row":
            self._rows.append((self._number, self._cells))
            self._cell = None

    def characters(self, text: str) -> None:
        if self._in_value and self._cell is not None:
            self._cell.text += text
