"""Every line of a statement as one row, in one bucket; the counters add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingestion.models import Statement, StatementRow
from ingestion.pipeline.inserting import insert_rows
from ingestion.pipeline.quarantine import storable
from ingestion.trading.reading.model import Kind, Line
from ingestion.trading.statements.diff import Fate, Judged

Status = StatementRow.Status
BUCKETS = ("accepted", "known", "revised", "duplicate", "quarantined", "other")
COLUMNS = (
    "business_id", "statement_id", "number", "section", "kind", "cells", "status", "reason_code", "reason", "records",
    "before",
)  # fmt: skip
MOST_CELLS, MOST_TEXT = 512, 2_000
SET_ASIDE = (Kind.BAD, Kind.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one line."""

    line: Line
    status: str
    keys: tuple[str, ...] = ()
    reason_code: str = ""
    reason: str = ""
    before: dict[str, Any] | None = None


def settle_line(
    line: Line, judged: Sequence[Judged], *, refused: Mapping[str, tuple[str, str]], own: Mapping[int, str]
) -> Settled:
    """The one bucket of a line. `refused`: key → why the store said no; `own`: what an earlier reading made of it."""
    if not judged:
        return _without_records(line)
    keys = tuple(one.row.external_id for one in judged)
    for key in keys:
        if key in refused:
            return Settled(line, Status.QUARANTINED, (), *refused[key])
    twin = next((one for one in judged if one.fate is Fate.DUPLICATE), None)
    if twin is not None and own.get(line.number) == Status.OTHER:
        return Settled(line, Status.OTHER, (), "left_out", "You left it out: it is the same as another record.")
    if twin is not None:
        said = "It may be the same as a record of another export."
        return Settled(line, Status.POSSIBLE_DUPLICATE, (), "possible_duplicate", said, {"twin": twin.twin})
    return Settled(line, _status(line, judged, own), keys, before=_before(judged))


def _status(line: Line, judged: Sequence[Judged], own: Mapping[int, str]) -> str:
    """Read again, a line keeps what its first reading made of it, unless that was nothing."""
    earlier = own.get(line.number)
    if earlier in (Status.ACCEPTED, Status.REVISED, Status.KNOWN):
        return earlier
    fates = {one.fate for one in judged}
    if Fate.CHANGED in fates:
        return Status.REVISED
    return Status.ACCEPTED if Fate.NEW in fates else Status.KNOWN


def _before(judged: Sequence[Judged]) -> dict[str, Any] | None:
    changes = {f"{change.field}": [change.before, change.after] for one in judged for change in one.changes}
    return changes or None


def _without_records(line: Line) -> Settled:
    if line.kind in SET_ASIDE:
        return Settled(line, Status.QUARANTINED, (), line.reason_code or "unknown", line.reason or "Not understood.")
    return Settled(line, Status.OTHER, (), line.reason_code, line.reason)


def counts_of(settled: Sequence[Settled]) -> dict[str, int]:
    """Lines in all and by bucket: lines = accepted + known + revised + duplicate + quarantined + other."""
    found = Counter(one.status for one in settled)
    return {"lines": len(settled)} | {bucket: found.get(bucket, 0) for bucket in BUCKETS}


def write_lines(statement: Statement, settled: Sequence[Settled]) -> None:
    """Replace the rows of the statement, in the caller's transaction."""
    StatementRow.objects.of(statement.business).filter(statement=statement).delete()
    insert_rows(StatementRow, COLUMNS, (_row(statement, one) for one in settled))


def _row(statement: Statement, one: Settled) -> tuple[Any, ...]:
    """The values of `COLUMNS`."""
    line = one.line
    return (
        statement.business_id, statement.pk, line.number, storable(line.section)[:60], line.kind.value,
        [storable(cell)[:MOST_TEXT] for cell in line.cells[:MOST_CELLS]], one.status, one.reason_code[:60],
        storable(one.reason)[:300], list(one.keys), one.before,
    )  # fmt: skip
