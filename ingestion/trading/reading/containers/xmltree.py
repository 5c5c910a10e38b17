"""XML without surprises: no document types, no entities, no deeper than a statement is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from xml.etree.ElementTree import (
    Element,
    ParseError,
    XMLPullParser,
)

from ingestion.trading.reading.rows import Row, Unreadable, limited

CHUNK = 1 << 18
MOST_ELEMENTS = 2_000_000


def refuse_document_types(data: bytes) -> None:
    """Errors: Unreadable. Entities are how a small XML becomes a large one."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or "<!DOCTYPE".encode("utf-16-le") in data:
        raise Unreadable("xml_doctype", "The XML defines its own document type, which no broker's export does.")


def elements(data: bytes) -> Iterator[Element]:
    """Every element when it ends, in order. The caller may clear it.

    Errors: Unreadable for XML that breaks off, and for far more elements than a statement has.
    """
    refuse_document_types(data)
    count = 0
    parser: XMLPullParser = XMLPullParser(events=("end",))
    try:
        for start in range(0, len(data), CHUNK):
            parser.feed(data[start : start + CHUNK])
            for element in _ended(parser):
                count += 1
                if count > MOST_ELEMENTS:
                    raise Unreadable("too_many_rows", "The XML has far more elements than a statement can have.")
                yield element
        parser.close()
    except ParseError as error:
        raise Unreadable("broken_xml", f"The XML breaks off or is malformed ({error}). Export it again.") from None
    yield from _ended(parser)


def _ended(parser: XMLPullParser) -> Iterator[Element]:
    for _, element in parser.read_events():  # type: ignore[misc]
        assert isinstance(element, Element)
        yield element


def local(element: Element) -> str:
    """The tag without its namespace."""
    return _without_namespace(element.tag)


@lru_cache(maxsize=1000)
def _without_namespace(tag: str) -> str:
    return tag.rpartition("}")[2]


def rows_of(data: bytes) -> tuple[Row, ...]:
    """Elements with attributes as rows: one table for each tag, a header row first, the tag in the first column."""
    tables: dict[str, list[dict[str, str]]] = {}
    for element in elements(data):
        if element.attrib:
            tables.setdefault(local(element), []).append(dict(element.attrib))
    return tuple(limited(_rows(tables)))


def _rows(tables: dict[str, list[dict[str, str]]]) -> Iterator[Row]:
    number = 0
    for table, (tag, records) in enumerate(tables.items()):
        names = list(dict.fromkeys(name for record in records for name in record))
        number += 1
        yield Row(number, ("", *names), table=table)
        for record in records:
            number += 1
            yield Row(number, (tag, *(record.get(name, "") for name in names)), table=table)
