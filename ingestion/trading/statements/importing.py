"""From a reading without open questions to facts, lines, counts and trades: one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import Business
from ingestion.models import Source, Statement, StatementRow, SyncRun, TradingAccount
from ingestion.pipeline.encode import encode
from ingestion.pipeline.merge import merge_encoded
from ingestion.pipeline.streams import stream_of
from ingestion.trading.matching.service import Rematched, rematch
from ingestion.trading.reading.model import Reading
from ingestion.trading.statements.diff import STREAM_OF, Fate, Judged, judge
from ingestion.trading.statements.facts import FactRow, fact_row
from ingestion.trading.statements.keys import Keyed, keyed, span
from ingestion.trading.statements.lines import Settled, counts_of, settle_line, write_lines
from ingestion.trading.statements.store import held_facts, twins_nearby

GRADES = {Statement.Way.PASTE: "pasted"}
BATCH = 25_000


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a statement. `changed` tells whether facts differ from before."""

    counts: dict[str, int]
    rematched: Rematched
    changed: bool
    first: datetime | None
    last: datetime | None


def compare(
    business: Business, account: TradingAccount | None, reading: Reading, *, version_at: datetime, currency: str,
    grade: str, keep: frozenset[int] = frozenset(),
) -> tuple[list[Keyed], list[Judged]]:  # fmt: skip
    """Every record of the reading, and what it is to the account's store. `keep`: lines that are no duplicates.

    Empty: for an account that is yet to be made everything is new.
    """
    records = keyed(reading)
    rows = [fact_row(one.record, one.key, version_at=version_at, currency=currency, grade=grade) for one in records]
    if account is None or not rows:
        return records, [Judged(row, Fate.NEW) for row in rows]
    covered = span([one.record for one in records])
    assert covered is not None
    held = held_facts(business, account.source, rows)
    twins = twins_nearby(business, account.source, *covered, families={reading.format})
    judged = judge(rows, held, twins)
    return records, [
        _kept(one, row) if one.line.number in keep else row for one, row in zip(records, judged, strict=True)
    ]


def _kept(one: Keyed, judged: Judged) -> Judged:
    return Judged(judged.row, Fate.NEW) if judged.fate is Fate.DUPLICATE else judged


def write(
    statement: Statement,
    account: TradingAccount,
    reading: Reading,
    *,
    currency: str,
    run: SyncRun | None,
    now: datetime,
    tell: Callable[[str], None],
) -> Imported:
    """Merge what is new or changed, put every line in its bucket, and match the account anew.

    Works in the caller's transaction. Doing it again changes nothing.
    """
    business = statement.business
    version = statement.created_at + timedelta(microseconds=statement.reads)
    tell("Comparing with what is known")
    records, judged = compare(
        business, account, reading, version_at=version, currency=currency,
        grade=GRADES.get(Statement.Way(statement.way), "file"), keep=kept_lines(statement),
    )  # fmt: skip
    by_line = _by_line(records, judged)
    wanted = [row for rows in by_line.values() for row in _to_write(rows)]
    tell("Writing what is new")
    refused = _merge(account.source, wanted, observed_at=now, run=run)
    own = dict(StatementRow.objects.of(business).filter(statement=statement).values_list("number", "status"))
    settled = [settle_line(line, by_line.get(line.number, ()), refused=refused, own=own) for line in reading.lines]
    write_lines(statement, settled)
    tell("Making trades")
    rematched = rematch(business, account.source)
    counts = _counts(settled, judged, rematched)
    covered = span([one.record for one in records])
    return Imported(counts, rematched, bool(wanted) or rematched.wrote, *(covered or (None, None)))


def kept_lines(statement: Statement) -> frozenset[int]:
    """Lines of which a member said that they are no duplicates."""
    return frozenset(int(number) for number in str(statement.answers.get("keep", "")).split(",") if number.isdigit())


def _by_line(records: Sequence[Keyed], judged: Sequence[Judged]) -> dict[int, list[Judged]]:
    found: dict[int, list[Judged]] = {}
    for one, row in zip(records, judged, strict=True):
        found.setdefault(one.line.number, []).append(row)
    return found


def _to_write(rows: Sequence[Judged]) -> list[FactRow]:
    """New and changed rows of one line; nothing of a line that may be a duplicate."""
    if any(one.fate is Fate.DUPLICATE for one in rows):
        return []
    return [one.row for one in rows if one.fate in (Fate.NEW, Fate.CHANGED)]


def _merge(
    source: Source, rows: Sequence[FactRow], *, observed_at: datetime, run: SyncRun | None
) -> dict[str, tuple[str, str]]:
    """Merge the rows; key → (code, reason) of those the store refused."""
    refused: dict[str, tuple[str, str]] = {}
    for stream in sorted({STREAM_OF[type(row)] for row in rows}):
        mine = [row for row in rows if STREAM_OF[type(row)] == stream]
        for start in range(0, len(mine), BATCH):
            encoded = encode(stream_of(stream), mine[start : start + BATCH])
            merge_encoded(source, encoded, observed_at=observed_at, run=run)
            refused |= {one.external_id: (one.reason_code, one.reason) for one in encoded.rejected}
    return refused


def _counts(settled: Sequence[Settled], judged: Sequence[Judged], rematched: Rematched) -> dict[str, int]:
    """Lines by bucket, and beside them what is worth knowing of the records."""
    unsupported = sum(1 for one in judged if not getattr(one.row, "supported", True))
    return counts_of(settled) | {
        "records": len(judged),
        "unsupported": unsupported,
        "trades": rematched.trades,
        "open": rematched.open,
        "orphans": len(rematched.orphans),
    }
