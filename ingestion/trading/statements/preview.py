"""The memory of pastes: what a text would change, shown before anything is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from accounts.errors import InvalidInput
from accounts.models import Business
from ingestion.models import BrokerTrade, Execution, HeaderMapping, Source
from ingestion.trading.reading.document import Unreadable
from ingestion.trading.reading.model import Kind, ParsedTrade, Question, Reading
from ingestion.trading.statements.diff import Change, Judged, said
from ingestion.trading.statements.importing import compare
from ingestion.trading.statements.keys import Keyed, span
from ingestion.trading.statements.understand import Understood, understand

MOST_MISSING = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of the text: `fate` is new, known, changed, duplicate or bad."""

    line: int
    fate: str
    what: str
    at: str
    amount: str
    changes: tuple[Change, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """A stored record inside the span of the text that the text does not have. It stays."""

    what: str
    at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What appending the text would do. With open questions nothing can be compared yet."""

    label: str
    account: str
    questions: tuple[Question, ...]
    mapping: HeaderMapping | None
    entries: tuple[Entry, ...]
    missing: tuple[Missing, ...]
    counts: dict[str, int]
    others: int

    @property
    def adds(self) -> int:
        return self.counts.get("new", 0) + self.counts.get("changed", 0)


def preview(
    business: Business, text: str, *, answers: dict[str, str], account: Source | None, now: datetime
) -> Preview:
    """Compare a text with what is known; reads only.

    Errors: InvalidInput for a text that is no statement.
    """
    try:
        found = understand(business, text.encode(), filename="paste.txt", answers=answers, chosen=account)
    except Unreadable as problem:
        raise InvalidInput(problem.message, code=problem.code, field="text") from problem
    name = found.account.source.label if found.account else "A new account"
    if found.questions:
        return Preview(found.reading.label, name, found.questions, found.mapping, (), (), {}, len(found.others))
    records, judged = compare(
        business, found.account, found.reading, version_at=now, currency=found.currency, grade="pasted"
    )
    entries = (*_entries(records, judged), *_set_aside(found.reading))
    missing = _missing(business, found, records)
    counts = Counter(entry.fate for entry in entries) | Counter({"missing": len(missing)})
    ordered = tuple(sorted(entries, key=lambda entry: entry.line))
    return Preview(found.reading.label, name, (), found.mapping, ordered, missing, dict(counts), len(found.others))


def _entries(records: list[Keyed], judged: list[Judged]) -> list[Entry]:
    return [_entry(one, row) for one, row in zip(records, judged, strict=True)]


def _entry(one: Keyed, judged: Judged) -> Entry:
    record, row = one.record, judged.row
    at = record.closed_at if isinstance(record, ParsedTrade) else record.at
    amount = getattr(row, "net", None)
    amount = getattr(row, "amount", None) if amount is None else amount
    what = getattr(record, "symbol", "") or getattr(record, "kind", "")
    reason = "It may be the same as a record of another export." if judged.twin else ""
    return Entry(one.line.number, judged.fate.value, what, said(at), said(amount), judged.changes, reason)


def _set_aside(reading: Reading) -> list[Entry]:
    lines = [line for line in reading.lines if line.kind in (Kind.BAD, Kind.UNKNOWN)]
    return [Entry(line.number, "bad", " ".join(line.cells)[:120], "", "", reason=line.reason) for line in lines]


def _missing(business: Business, found: Understood, records: list[Keyed]) -> tuple[Missing, ...]:
    """Stored rows of the kinds the text has, inside its span, that it does not mention. Two queries at most."""
    covered = span([one.record for one in records])
    if covered is None or found.account is None:
        return ()
    keys = {one.key for one in records}
    kinds = {type(one.record) for one in records}
    rows: list[tuple[str, datetime, str]] = []
    if ParsedTrade in kinds:
        trades = BrokerTrade.objects.of(business).filter(source=found.account.source, closed_at__range=covered)
        rows += trades.order_by("closed_at").values_list("symbol", "closed_at", "external_id")
    else:
        fills = Execution.objects.of(business).filter(source=found.account.source, at__range=covered)
        rows += fills.order_by("at").values_list("symbol", "at", "external_id")
    left = [Missing(what, at, key) for what, at, key in rows if key not in keys]
    return tuple(left[:MOST_MISSING])
