"""The company's history as changes of objects, so that any moment of it can be looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """`obj` as it is from `at` on.

    type:      the event Stripe would send; empty where there is none (ledger rows have no events).
    story:     id of the charge, payout or subscription all of this belongs to.
    previous:  the values that changed, as `data.previous_attributes` names them.
    """

    at: int
    order: int
    type: str
    obj: JSON
    story: str
    previous: JSON

    @property
    def is_ledger(self) -> bool:
        return self.obj["object"] == "balance_transaction"


@dataclass(slots=True)
class Timeline:
    """Changes up to and including `until`; what would come later has not happened."""

    until: int
    changes: list[Change] = field(default_factory=list)

    def add(self, at: int, type: str, obj: JSON, *, story: str, previous: JSON | None = None) -> None:
        if at <= self.until:
            self.changes.append(Change(at, len(self.changes), type, obj, story, previous or {}))

    def in_order(self) -> list[Change]:
        """By moment; within one second in the order they came about."""
        return sorted(self.changes, key=lambda change: (change.at, change.order))


def evolve(books_timeline: Timeline, at: int, type: str, obj: JSON, *, story: str, **changed: Any) -> JSON:
    """A copy of `obj` with `changed`, put on the timeline as an event that tells the former values."""
    previous = {name: obj.get(name) for name, value in changed.items() if obj.get(name) != value}
    after = {**obj, **changed}
    books_timeline.add(at, type, after, story=story, previous=previous)
    return after
