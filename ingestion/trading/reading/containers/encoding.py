"""Bytes to text: the encoding by what the bytes are, never by what the file is called."""

from __future__ import annotations

import codecs

from ingestion.trading.reading.rows import Unreadable

SAMPLE = 4096
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(data: bytes) -> tuple[str, str]:
    """The text and the encoding it was in. A character cut off at the very end is dropped.

    Errors: Unreadable for bytes that are no text.
    """
    encoding, skip = _encoding(data)
    body = data[skip:]
    if encoding.startswith("utf-16"):
        text = body[: len(body) // 2 * 2].decode(encoding, "replace")
    elif encoding == "utf-8":
        text = body.decode("utf-8", "replace") if skip else _utf8(body)
    else:
        text = body.decode("cp1252", "replace")
    if "\x00" in text:
        raise Unreadable(
            "nul_bytes", "The file holds NUL bytes: it was damaged on its way, or it is no text. Export it again."
        )
    return text, encoding


def _encoding(data: bytes) -> tuple[str, int]:
    for bom, name in BOMS:
        if data.startswith(bom):
            return name, len(bom)
    sample = data[:SAMPLE]
    half = max(len(sample) // 2, 1)
    if sample[1::2].count(0) > half * 0.4 and sample[0::2].count(0) < half * 0.1:
        return "utf-16-le", 0
    if sample[0::2].count(0) > half * 0.4 and sample[1::2].count(0) < half * 0.1:
        return "utf-16-be", 0
    try:
        _utf8(data)
    except UnicodeDecodeError:
        return "cp1252", 0
    return "utf-8", 0


def _utf8(data: bytes) -> str:
    """Strict, but for a last character that is cut off. Errors: UnicodeDecodeError."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3 and error.reason == "unexpected end of data":
            return data[: error.start].decode("utf-8")
        raise
