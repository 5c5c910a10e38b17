"""For statements of several tables: rows tagged first, decided table by table, then turned into lines in file order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ingestion.trading.reading.conventions import Conventions
from ingestion.trading.reading.formats.base import Match, outcome_of
from ingestion.trading.reading.formats.outcomes import Outcome, line
from ingestion.trading.reading.formats.table import Cells, Column, Table
from ingestion.trading.reading.headers import HeaderMatch, keys_of
from ingestion.trading.reading.model import Line, Reading, StatedAccount, Totals
from ingestion.trading.reading.rows import Document, Row

Make = Callable[[Cells], Outcome]


def table_at(
    index: int, row: Row, columns: Sequence[Column], conventions: Conventions, places: Sequence[int] | None = None
) -> Table:
    """A table whose columns stand in the order given (or at `places`), whatever language its header speaks."""
    keys = keys_of([column.name for column in columns])
    found = dict(zip(keys, places or range(len(keys)), strict=False))
    return Table(HeaderMatch(index, row, found), tuple(columns), conventions)


@dataclass(slots=True)
class Walk:
    """Lines of one document, each row given exactly one outcome; rows of tables wait until all are seen."""

    document: Document
    conventions: Conventions
    sections: dict[int, str] = field(default_factory=dict)
    _outcomes: dict[int, Outcome] = field(default_factory=dict)
    _waiting: dict[int, tuple[Table, Make]] = field(default_factory=dict)

    def settle(self, index: int, outcome: Outcome, section: str = "") -> None:
        """Row `index` is this, finally."""
        self._outcomes[index] = outcome
        self.sections[index] = section

    def later(self, index: int, table: Table, make: Make, section: str = "") -> None:
        """Row `index` is what `make` says of it once the table is decided."""
        self._waiting[index] = (table, make)
        self.sections[index] = section

    def decide(self, *, zone_in_header: str = "", zone_of_format: str = "") -> None:
        """Settle how the waiting rows are written: decimals and dates of each table, the zone of all."""
        tables: dict[int, tuple[Table, list[Row]]] = {}
        for index, (table, _) in sorted(self._waiting.items()):
            tables.setdefault(id(table), (table, []))[1].append(self.document.rows[index])
        times: list[str] = []
        for table, rows in tables.values():
            table.decide(rows)
            times.extend(table.times(rows))
        if times:
            self.conventions.settle_zone(times, in_header=zone_in_header, of_format=zone_of_format)

    def lines(self, rest: Outcome) -> list[Line]:
        """All rows as lines; a row nobody spoke of is `rest`."""
        lines = []
        for index, row in enumerate(self.document.rows):
            if waiting := self._waiting.get(index):
                outcome = outcome_of(waiting[1], Cells(row, waiting[0]))
            else:
                outcome = self._outcomes.get(index, rest)
            lines.append(line(row, outcome, self.sections.get(index, "")))
        return lines


def reading_of(
    form: object,
    document: Document,
    match: Match,
    conventions: Conventions,
    lines: Sequence[Line],
    *,
    header: Sequence[str],
    account: StatedAccount,
    totals: Totals,
    sections_used: Sequence[str] = (),
) -> Reading:
    """The reading of a format of several tables."""
    return Reading(
        format=form.key,  # type: ignore[attr-defined]
        label=form.label,  # type: ignore[attr-defined]
        version=form.version,  # type: ignore[attr-defined]
        confidence=match.confidence,
        encoding=document.encoding,
        delimiter=document.delimiter,
        header=tuple(header),
        lines=tuple(lines),
        account=account,
        totals=totals,
        decisions=tuple(conventions.decisions),
        questions=tuple(conventions.questions),
        sections_used=tuple(sections_used),
    )
