"""Small spreadsheets for tests, with shared strings, dates by style, and what else a terminal writes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from xml.sax.saxutils import escape

DAY_ZERO = datetime(1899, 12, 30)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
Value = str | float | int | datetime | None


def workbook(sheets: Sequence[Sequence[Sequence[Value]]]) -> bytes:
    """An .xlsx with these sheets: texts shared, numbers plain, moments as serials with a date style."""
    strings: list[str] = []
    parts = {f"xl/worksheets/sheet{n}.xml": _sheet(rows, strings) for n, rows in enumerate(sheets, start=1)}
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        + "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in range(1, len(sheets) + 1))
        + "</sheets></workbook>"
    )
    parts["xl/_rels/workbook.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="x" Target="worksheets/sheet{n}.xml"/>' for n in range(1, len(sheets) + 1)
        )
        + "</Relationships>"
    )
    parts["xl/styles.xml"] = (
        f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="yyyy\\.mm\\.dd hh:mm:ss"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>'
    )
    parts["xl/sharedStrings.xml"] = (
        f'<sst xmlns="{MAIN}">' + "".join(f"<si><t>{escape(text)}</t></si>" for text in strings) + "</sst>"
    )
    return zipped(parts)


def zipped(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def _sheet(rows: Sequence[Sequence[Value]], strings: list[str]) -> str:
    body = "".join(
        f'<row r="{number}">'
        + "".join(_cell(place, number, value, strings) for place, value in enumerate(row))
        + "</row>"
        for number, row in enumerate(rows, start=1)
    )
    return f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'


def _cell(place: int, number: int, value: Value, strings: list[str]) -> str:
    reference = f"{chr(65 + place)}{number}"
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        return f'<c r="{reference}" s="1"><v>{(value - DAY_ZERO).total_seconds() / 86_400!r}</v></c>'
    if isinstance(value, str):
        strings.append(value)
        return f'<c r="{reference}" t="s"><v>{len(strings) - 1}</v></c>'
    return f'<c r="{reference}"><v>{value!r}</v></c>'
