"""What a format is, and the bench that table-shaped formats are built on.

A format of one table names its columns and writes one function from a row to an outcome; `TableFormat` does the rest:
finds the header, decides decimals, dates and the zone, puts every line in one bucket. Formats of several sections use
`Table` and `Conventions` directly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Protocol

from ingestion.trading.reading.conventions import Conventions
from ingestion.trading.reading.evidence import Ties
from ingestion.trading.reading.formats.outcomes import Outcome, accept, bad, header_line, line, other, preamble
from ingestion.trading.reading.formats.table import Cells, Column, Table, What, find_columns, sides
from ingestion.trading.reading.headers import HeaderMatch
from ingestion.trading.reading.model import Hints, Kind, Line, Reading, StatedAccount, Totals
from ingestion.trading.reading.moments import Moment, to_wall
from ingestion.trading.reading.numbers import BadValue, is_null, to_decimal
from ingestion.trading.reading.rows import Document, Row

__all__ = [
    "BadValue",
    "Cells",
    "Column",
    "Conventions",
    "Format",
    "Match",
    "Moment",
    "Outcome",
    "Table",
    "TableFormat",
    "Ties",
    "What",
    "accept",
    "bad",
    "find_columns",
    "header_line",
    "is_null",
    "line",
    "other",
    "outcome_of",
    "preamble",
    "sides",
    "to_decimal",
    "to_wall",
]  # fmt: skip

SAMPLE = 60
HEADER_WEIGHT = Decimal("0.6")


@dataclass(frozen=True, slots=True)
class Match:
    """How sure a format is of a document, from 0 to 1. `columns`: how many it knows, for telling relatives apart."""

    confidence: Decimal
    columns: int = 0
    header: HeaderMatch | None = None


class Format(Protocol):
    """One kind of statement. `recognise` goes by the shape of the content; names of columns are a hint."""

    key: ClassVar[str]
    label: ClassVar[str]
    version: ClassVar[str]

    def recognise(self, document: Document) -> Match | None: ...

    def read(self, document: Document, match: Match, hints: Hints) -> Reading: ...


def outcome_of(make: Callable[[Cells], Outcome], cells: Cells) -> Outcome:
    """What `make` says of a row; a cell that cannot be read makes the row bad."""
    try:
        return make(cells)
    except BadValue as error:
        return bad(error.code, error.reason)
    except (ValueError, ArithmeticError) as error:
        return bad("unreadable", f"This row cannot be read: {error}"[:300])


class TableFormat:
    """A statement that is one table below an optional preamble.

    A subclass gives the columns and `record`; it may override `fits` (the invariant tokens of a row), `zone_in_header`,
    `account`, `totals` and `prepare`.
    """

    key: ClassVar[str]
    label: ClassVar[str]
    version: ClassVar[str] = "1"
    columns: ClassVar[tuple[Column, ...]]
    zone: ClassVar[str] = ""  # IANA or offset, where the format has one of its own
    section: ClassVar[str] = ""
    ties: ClassVar[Ties | None] = None  # the fields whose arithmetic tells decimals

    def record(self, cells: Cells) -> Outcome:
        """What a row of the body is. Errors: BadValue makes it bad."""
        raise NotImplementedError

    def fits(self, cells: Cells) -> bool:
        """Whether a row of the body looks like this format's, before anything is decided: tokens, types."""
        return True

    def zone_in_header(self, table: Table) -> str:
        return ""

    def account(self, document: Document, table: Table, lines: Sequence[Line]) -> StatedAccount:
        return StatedAccount()

    def totals(self, document: Document, table: Table, lines: Sequence[Line]) -> Totals:
        return Totals()

    def finish(self, lines: list[Line], table: Table) -> list[Line]:
        """A last look at all lines together, such as verifying contracts."""
        return lines

    def recognise(self, document: Document) -> Match | None:
        header = find_columns(document, self.columns)
        if header is None:
            return None
        table = Table(header, self.columns, Conventions(Hints()))
        body = [row for row in document.rows[header.index + 1 : header.index + 1 + SAMPLE] if not row.is_blank]
        fitting = sum(1 for row in body if self._fits(Cells(row, table)))
        if body and not fitting:
            return None
        share = Decimal(fitting) / len(body) if body else Decimal(0)
        return Match(HEADER_WEIGHT + (1 - HEADER_WEIGHT) * share, len(table.places), header)

    def read(self, document: Document, match: Match, hints: Hints) -> Reading:
        assert match.header is not None
        conventions = Conventions(hints)
        table = Table(match.header, self.columns, conventions)
        body = document.rows[match.header.index + 1 :]
        table.decide(body, self.ties)
        times = table.times(body)
        conventions.settle_zone(times, in_header=self.zone_in_header(table), of_format=self.zone)
        lines = [*preamble(document.rows[: match.header.index]), header_line(match.header.row, self.section)]
        for row in body:
            lines.append(line(row, self._outcome(row, table), self.section))
        lines = self.finish(lines, table)
        return Reading(
            format=self.key,
            label=self.label,
            version=self.version,
            confidence=match.confidence,
            encoding=document.encoding,
            delimiter=document.delimiter,
            header=match.header.row.cells,
            lines=tuple(lines),
            account=self.account(document, table, lines),
            totals=self._stated_totals(document, table, lines),
            decisions=tuple(conventions.decisions),
            questions=tuple(conventions.questions),
            sections_used=(self.section,) if self.section else (),
        )

    def _stated_totals(self, document: Document, table: Table, lines: Sequence[Line]) -> Totals:
        """Totals that cannot be read are as good as none."""
        try:
            return self.totals(document, table, lines)
        except BadValue:
            return Totals()

    def _outcome(self, row: Row, table: Table) -> Outcome:
        if row.is_blank:
            return other(Kind.BLANK)
        if table.is_header(row):
            return other(Kind.HEADER)
        return outcome_of(self.record, Cells(row, table))

    def _fits(self, cells: Cells) -> bool:
        try:
            return self.fits(cells)
        except ValueError:
            return False
