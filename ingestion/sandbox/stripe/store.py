"""One account's objects at the present moment, ordered and indexed the way its lists are read."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ingestion.sandbox.company import settled
from ingestion.sandbox.stripe.wire import missing
from ingestion.sandbox.timeline import JSON

#: Fields that never change and are asked for: kind → names.
INDEXED: Final[Mapping[str, tuple[str, ...]]] = {
    "balance_transaction": ("source", "type", "currency"),
    "charge": ("customer", "payment_intent"),
    "refund": ("charge", "payment_intent"),
    "dispute": ("charge", "payment_intent"),
    "radar.early_fraud_warning": ("charge", "payment_intent"),
    "subscription": ("customer",),
    "invoice": ("customer",),
}


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open stretch of positions, and whether it is read from its old end (`ending_before`)."""

    low: int
    high: int
    upwards: bool = False


@dataclass(slots=True)
class Table:
    """Objects of one kind in order of creation; position n is the n-th oldest."""

    kind: str
    ids: list[str] = field(default_factory=list)
    created: list[int] = field(default_factory=list)
    latest: dict[str, JSON] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    index: dict[str, defaultdict[str, list[int]]] = field(default_factory=dict)

    def put(self, obj: JSON) -> None:
        """Add a new object or replace it by its later state."""
        name = obj["id"]
        if name not in self.positions:
            self._append(name, obj)
        self.latest[name] = obj

    def _append(self, name: str, obj: JSON) -> None:
        position = len(self.ids)
        self.ids.append(name)
        self.created.append(obj.get("created", 0))
        self.positions[name] = position
        for column in INDEXED.get(self.kind, ()):
            self.index.setdefault(column, defaultdict(list))[obj.get(column) or ""].append(position)

    def between(self, *, gte: int | None, lt: int | None) -> tuple[int, int]:
        """Positions of objects created in [gte, lt)."""
        low = 0 if gte is None else bisect_left(self.created, gte)
        high = len(self.ids) if lt is None else bisect_left(self.created, lt)
        return low, max(low, high)

    def find(self, name: str) -> JSON | None:
        return self.latest.get(name)

    def position(self, name: str, *, param: str) -> int:
        if name not in self.positions:
            raise missing(self.kind.replace(".", "_"), name, param=param, status=400)
        return self.positions[name]

    def _at(self, column: str, value: str) -> list[int]:
        return self.index[column].get(value, []) if column in self.index else []

    def chosen(self, window: Window, wanted: Mapping[str, str], among: Sequence[int] | None = None) -> Iterator[JSON]:
        """Objects of the window in reading order that carry the `wanted` values in indexed fields."""
        pool = [self._at(column, value) for column, value in wanted.items()]
        if among is not None:
            pool.append(list(among))
        if not pool:
            span: Sequence[int] = range(window.low, window.high)
        else:
            best = min(pool, key=len)
            span = best[bisect_left(best, window.low) : bisect_right(best, window.high - 1)]
        for position in span if window.upwards else reversed(span):
            obj = self.latest[self.ids[position]]
            if all((obj.get(column) or "") == value for column, value in wanted.items()):
                yield obj


class Store:
    """Everything one account owns, kind by kind."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}
        self.payouts: dict[str, list[str]] = {}

    def table(self, kind: str) -> Table:
        return self.tables.setdefault(kind, Table(kind))

    def put(self, obj: JSON) -> None:
        self.table(obj["object"]).put(obj)

    def find(self, name: str) -> JSON | None:
        """Any object by its id, whatever its kind."""
        return next((obj for table in self.tables.values() if (obj := table.find(name))), None)

    def carried(self, payout: str) -> list[int]:
        """Positions of the ledger rows an automatic payout carried."""
        table = self.table("balance_transaction")
        return sorted(table.positions[row] for row in self.payouts.get(payout, ()) if row in table.positions)

    def view(self, at: int) -> Callable[[JSON], JSON]:
        """How an object looks at `at`: ledger rows become available by the clock."""
        return lambda obj: settled(obj, at)
