"""Bytes of an upload or a paste to rows of text. What a file is, its bytes say; its name is only remembered."""

from __future__ import annotations

import re

from ingestion.trading.reading.containers import delimited, html, workbook, xmltree
from ingestion.trading.reading.containers.encoding import decode
from ingestion.trading.reading.rows import MAX_BYTES, MAX_ROWS, Document, Row, Unreadable

__all__ = ["MAX_BYTES", "MAX_ROWS", "Document", "Row", "Unreadable", "open_document"]

OTHERS = (
    (b"%PDF", "pdf", "This is a PDF. Export the history as CSV, HTML or XLSX instead."),
    (b"\xd0\xcf\x11\xe0", "old_excel", "This is an old Excel file (.xls). Save it as .xlsx or CSV and upload that."),
    (b"\x1f\x8b", "gzip", "This is a compressed file. Unpack it and upload the statement that is inside."),
    (b"7z\xbc\xaf", "archive", "This is a compressed file. Unpack it and upload the statement that is inside."),
    (b"Rar!", "archive", "This is a compressed file. Unpack it and upload the statement that is inside."),
    (b"\x89PNG", "image", "This is a picture. Export the history as CSV, HTML or XLSX instead."),
    (b"\xff\xd8\xff", "image", "This is a picture. Export the history as CSV, HTML or XLSX instead."),
    (b"GIF8", "image", "This is a picture. Export the history as CSV, HTML or XLSX instead."),
    (b"PK\x05\x06", "empty", "This archive is empty."),
)
HTML_MARK = re.compile(r"<(?:!doctype\s+html|(?:html|head|body|table|tr|div)\b)")
LOOK_AT = 4096


def open_document(data: bytes, *, filename: str = "") -> Document:
    """The rows of a file of any supported kind.

    Limits: 25 MB, 200,000 rows, 512 columns. Errors: Unreadable for anything that has no rows of text.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable("too_large", f"The file is larger than {MAX_BYTES // 2**20} MB. Export a shorter period.")
    if not data.strip():
        raise Unreadable("empty", "The file is empty.")
    for magic, code, message in OTHERS:
        if data.startswith(magic):
            raise Unreadable(code, message)
    if data.startswith(b"PK\x03\x04"):
        return Document("utf-8", "", "xlsx", _some(workbook.rows_of(data)), filename=filename)
    text, encoding = decode(data)
    if not text.strip():
        raise Unreadable("empty", "The file is empty.")
    return _text_document(text, encoding, filename)


def _text_document(text: str, encoding: str, filename: str) -> Document:
    start = text[:LOOK_AT].lstrip().lower()
    if start.startswith("<") and HTML_MARK.search(start):
        rows = html.rows_of(text)
        if not rows:
            raise Unreadable("no_tables", "This page holds no table. Save the report itself, not the page around it.")
        return Document(encoding, "", "html", rows, title=html.title_of(text), filename=filename)
    if start.startswith("<") and ("<?xml" in start or "<flex" in start):
        return Document(encoding, "", "xml", _some(xmltree.rows_of(_as_utf8(text))), filename=filename)
    delimiter, rows = delimited.rows_of(text)
    container = "csv" if any(len(row.cells) > 1 for row in rows[:1000]) else "text"
    return Document(encoding, delimiter, container, _some(rows), filename=filename)


def _as_utf8(text: str) -> bytes:
    """The declaration named the encoding of the bytes that were; these are UTF-8."""
    body = text.lstrip()
    if body.startswith("<?xml"):
        body = body[body.find("?>") + 2 :]
    return body.encode()


def _some(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    if not any(not row.is_blank for row in rows):
        raise Unreadable("empty", "The file holds no rows.")
    return rows
