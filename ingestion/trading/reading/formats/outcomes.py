"""What a row of a file becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.trading.reading.model import Kind, Line, Parsed
from ingestion.trading.reading.rows import Row


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a row became."""

    kind: Kind
    records: tuple[Parsed, ...] = ()
    reason_code: str = ""
    reason: str = ""


def accept(kind: Kind, *records: Parsed) -> Outcome:
    return Outcome(kind, records)


def bad(code: str, reason: str) -> Outcome:
    """A row that was meant as a record and cannot be one."""
    return Outcome(Kind.BAD, (), code, reason)


def other(kind: Kind, code: str = "", reason: str = "") -> Outcome:
    """A row that is no record: pending, open, summary, unknown …"""
    return Outcome(kind, (), code, reason)


def line(row: Row, outcome: Outcome, section: str = "") -> Line:
    return Line(row.number, row.cells, outcome.kind, section, outcome.records, outcome.reason_code, outcome.reason)


def preamble(rows: Sequence[Row], section: str = "") -> list[Line]:
    """Lines above a table: what the file says about itself, or nothing."""
    return [line(row, other(Kind.BLANK if row.is_blank else Kind.SUMMARY), section) for row in rows]


def header_line(row: Row, section: str = "") -> Line:
    return line(row, other(Kind.HEADER), section)
