"""What the till remembers: objects by kind, events in order, answers by idempotency key, and its own clock."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any, Final

from ingestion.sandbox.draws import make_id
from ingestion.sandbox.stripe.events import Event
from ingestion.sandbox.stripe.wire import missing
from ingestion.sandbox.timeline import JSON, Change

KINDS: Final = (
    "product", "price", "customer", "checkout.session", "subscription", "invoice", "billing_portal.session",
)  # fmt: skip
PREFIXES: Final = {
    "product": "prod", "price": "price", "customer": "cus", "checkout.session": "cs_test", "subscription": "sub",
    "invoice": "in", "billing_portal.session": "bps", "event": "evt", "item": "si", "charge": "ch", "dispute": "dp",
    "line": "il", "discount": "di",
}  # fmt: skip


class TillEvent(Event):
    """An event of our own account: it names no connected one."""

    def body(self) -> JSON:
        told = Event.body(self)
        del told["account"]
        return told


@dataclass(slots=True)
class Till:
    """Methods are called under the world's lock. `at` is the till's moment: the sandbox's own, or ahead of it.

    waiting:  events not sent yet. `sends` is False while a test holds them back to send them in its own order.
    """

    livemode: bool = False
    at: int = 0
    ahead: int = 0
    sends: bool = True
    tables: dict[str, dict[str, JSON]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    answers: dict[str, tuple[str, int, Any]] = field(default_factory=dict)
    events: list[TillEvent] = field(default_factory=list)
    waiting: list[TillEvent] = field(default_factory=list)
    count: int = 0

    def new_id(self, kind: str) -> str:
        self.count += 1
        return make_id(f"{PREFIXES[kind]}_", f"till/{self.count}")

    def add(self, kind: str, obj: JSON, *, name: str = "") -> JSON:
        """Put a new object in its table, with the fields that every object has."""
        made = {"id": name or self.new_id(kind), "object": kind, "created": self.at, "livemode": self.livemode, **obj}
        self.tables[kind][made["id"]] = made
        return made

    def find(self, kind: str, name: str) -> JSON:
        found = self.tables[kind].get(name)
        if found is None:
            raise missing(kind.replace("billing_portal.session", "session").replace(".", " "), name)
        return found

    def newest_first(self, kind: str) -> list[JSON]:
        return list(reversed(self.tables[kind].values()))

    def tell(self, type: str, obj: JSON) -> None:
        """Note an event with the object as it is now; it waits to be sent."""
        change = Change(self.at, len(self.events), type, copy.deepcopy(obj), str(obj.get("id", "")), {})
        event = TillEvent(self.new_id("event"), "", change, self.livemode, delivered=False)
        self.events.append(event)
        self.waiting.append(event)

    def take_waiting(self) -> list[TillEvent]:
        """What is to be sent now; nothing while events are held back."""
        if not self.sends:
            return []
        taken, self.waiting = self.waiting, []
        return taken

    def kept(self) -> JSON:
        """Everything that a restarted sandbox needs to go on."""
        return {
            "ahead": self.ahead,
            "tables": self.tables,
            "count": self.count,
            "events": [[e.id, e.change.at, e.change.type, e.change.obj, e.delivered] for e in self.events],
        }

    @classmethod
    def opened(cls, kept: JSON, *, livemode: bool, at: int) -> Till:
        till = cls(livemode=livemode, at=at)
        if not kept:
            return till
        till.ahead, till.count = kept["ahead"], kept["count"]
        till.tables |= kept["tables"]
        for name, moment, type_, obj, delivered in kept["events"]:
            change = Change(moment, len(till.events), type_, obj, str(obj.get("id", "")), {})
            till.events.append(TillEvent(name, "", change, livemode, delivered=delivered))
        till.at = at + till.ahead
        return till
