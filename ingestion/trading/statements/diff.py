"""What a reading would change: new, known, changed field by field, perhaps a duplicate, and missing in its span."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ingestion.pipeline.rows import BrokerTradeRow, CashFlowRow, ExecutionRow
from ingestion.trading.matching.instruments import instrument_of
from ingestion.trading.statements.facts import FactRow
from ingestion.trading.statements.keys import family_of

SECOND = timedelta(seconds=1)
#: What makes a row another one. Texts and the order among equal times do not.
COMPARED: dict[type, tuple[str, ...]] = {
    ExecutionRow: ("at", "side", "quantity", "price", "gross", "commission", "fees", "effect"),
    BrokerTradeRow: (
        "opened_at", "closed_at", "direction", "quantity", "entry_price", "exit_price", "gross", "commission", "fees",
        "swap", "stop", "target", "mae", "mfe", "exit_reason", "position_id",
    ),
    CashFlowRow: ("at", "kind", "amount"),
}  # fmt: skip
STREAM_OF: dict[type, str] = {ExecutionRow: "executions", BrokerTradeRow: "broker_trades", CashFlowRow: "cash_flows"}

Held = Mapping[str, Mapping[str, Any]]  # external id → column → value, with version_at


class Fate(StrEnum):
    NEW = "new"
    KNOWN = "known"
    CHANGED = "changed"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a known record that the statement gives another value."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A row, what it is to the store, what it would change, and the key of what it may be a second copy of."""

    row: FactRow
    fate: Fate
    changes: tuple[Change, ...] = ()
    twin: str = ""


def judge(rows: Sequence[FactRow], held: dict[str, Held], nearby: Twins) -> list[Judged]:
    """Each row against the store. `held`: by stream, the facts of the same keys; `nearby`: facts that may be twins.

    A held fact of a later statement is known, whatever this one says.
    """
    judged = []
    for row in rows:
        known = held.get(STREAM_OF[type(row)], {}).get(row.external_id)
        if known is None:
            twin = nearby.twin_of(row)
            judged.append(Judged(row, Fate.DUPLICATE if twin else Fate.NEW, twin=twin))
            continue
        changes = changes_of(row, known) if known["version_at"] <= row.version_at else ()
        judged.append(Judged(row, Fate.CHANGED if changes else Fate.KNOWN, changes))
    return judged


def changes_of(row: FactRow, known: Mapping[str, Any]) -> tuple[Change, ...]:
    """Fields with another value. What a shorter export leaves out is no change."""
    found = []
    for name in COMPARED[type(row)]:
        now, before = getattr(row, name), known[name]
        if now == before or now is None or now == "":
            continue
        found.append(Change(name, said(before), said(now)))
    return tuple(found)


def said(value: Any) -> str:
    """A value as a person reads it; nothing for what is absent."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return "" if value is None else str(value)


# Possible duplicates -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Near:
    """A held fact, as far as a second copy of it can be told: when, what, which way, how much, at which price."""

    key: str
    stream: str
    contract: str
    side: int
    quantity: Decimal
    price: Decimal | None
    at: datetime
    opened_at: datetime | None = None
    entry_price: Decimal | None = None


class Twins:
    """Facts of other export kinds, to find the one a new row may be a copy of. Times within a second are equal."""

    def __init__(self, facts: Iterable[Near]) -> None:
        self._by: dict[tuple[str, str], list[Near]] = {}
        for fact in facts:
            self._by.setdefault((fact.stream, fact.contract), []).append(fact)
        for group in self._by.values():
            group.sort(key=lambda fact: fact.at)
        self._taken: set[tuple[str, str]] = set()

    def twin_of(self, row: FactRow) -> str:
        """The key of the fact that `row` may be a copy of; empty without one. A fact has one copy of its own kind."""
        if not self._by:
            return ""
        if isinstance(row, CashFlowRow):
            found = self._find(row, "cash_flows", "", row.at, lambda near: near.quantity == row.amount)
            return self._take(found)
        contract = instrument_of(row.symbol, row.asset_class).contract
        if isinstance(row, ExecutionRow):
            return self._take(self._same_fill(row, contract)) or self._of_trade(row, contract)
        return self._take(self._same_trade(row, contract)) or self._of_fill(row, contract)

    def _same_fill(self, row: ExecutionRow, contract: str) -> Near | None:
        traits = (row.side, row.quantity, row.price)
        return self._find(
            row, "executions", contract, row.at, lambda near: (near.side, near.quantity, near.price) == traits
        )

    def _same_trade(self, row: BrokerTradeRow, contract: str) -> Near | None:
        traits = (row.direction, row.quantity)
        return self._find(
            row, "broker_trades", contract, row.closed_at, lambda near: (near.side, near.quantity) == traits
        )

    def _of_trade(self, row: ExecutionRow, contract: str) -> str:
        """A fill that a completed row already tells of, as its exit."""
        found = self._find(
            row, "broker_trades", contract, row.at, lambda near: near.side == -row.side and near.price == row.price
        )
        return found.key if found else self._entry_of_trade(row, contract)

    def _entry_of_trade(self, row: ExecutionRow, contract: str) -> str:
        for near in self._by.get(("broker_trades", contract), ()):
            is_at = near.opened_at is not None and abs(near.opened_at - row.at) <= SECOND
            if is_at and near.side == row.side and near.entry_price == row.price:
                return near.key if family_of(near.key) != family_of(row.external_id) else ""
        return ""

    def _of_fill(self, row: BrokerTradeRow, contract: str) -> str:
        """A completed row whose closing fill is held already."""
        if row.exit_price is None:
            return ""
        found = self._find(
            row,
            "executions",
            contract,
            row.closed_at,
            lambda near: near.side == -row.direction and near.price == row.exit_price,
        )
        return found.key if found else ""

    def _find(self, row: FactRow, stream: str, contract: str, at: datetime, fits: Any) -> Near | None:
        group = self._by.get((stream, contract), [])
        start = bisect_left(group, at - SECOND, key=lambda near: near.at)
        end = bisect_right(group, at + SECOND, key=lambda near: near.at)
        for near in group[start:end]:
            is_free = (near.stream, near.key) not in self._taken
            if is_free and family_of(near.key) != family_of(row.external_id) and fits(near):
                return near
        return None

    def _take(self, found: Near | None) -> str:
        if found is None:
            return ""
        self._taken.add((found.stream, found.key))
        return found.key
