"""Events: what changed, as Stripe tells it, kept for thirty days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

from ingestion.sandbox.draws import make_id
from ingestion.sandbox.moments import DAY
from ingestion.sandbox.stripe.lists import (
    COMMON,
    check_names,
    created_range,
    envelope,
    limit_of,
    within,
)
from ingestion.sandbox.stripe.wire import API_VERSION, ApiError, missing
from ingestion.sandbox.timeline import JSON, Change

KEPT_FOR: Final = 30 * DAY
MAX_TYPES: Final = 20


@dataclass(slots=True)
class Event:
    """One event of one account. `delivered` is False once a delivery of it was dropped or refused."""

    id: str
    account: str
    change: Change
    livemode: bool
    delivered: bool = True

    @property
    def type(self) -> str:
        return self.change.type

    def body(self) -> JSON:
        data: JSON = {"object": self.change.obj}
        if self.change.previous:
            data["previous_attributes"] = self.change.previous
        return {
            "id": self.id,
            "object": "event",
            "account": self.account,
            "api_version": API_VERSION,
            "created": self.change.at,
            "data": data,
            "livemode": self.livemode,
            "pending_webhooks": 0 if self.delivered else 1,
            "request": {"id": None, "idempotency_key": None},
            "type": self.change.type,
        }


@dataclass(slots=True)
class EventLog:
    """All events of one account, oldest first."""

    account: str
    livemode: bool
    events: list[Event] = field(default_factory=list)
    by_id: dict[str, Event] = field(default_factory=dict)
    _told: Counter[tuple[str, str, int]] = field(default_factory=Counter)

    def tell(self, change: Change) -> Event:
        """Log the event of `change`. Its id follows from object, type and moment, so a restart gives the same."""
        key = (str(change.obj.get("id", "")), change.type, change.at)
        self._told[key] += 1
        name = make_id("evt_1", f"{self.account}/{'/'.join(map(str, key))}/{self._told[key]}")
        event = Event(name, self.account, change, self.livemode)
        self.events.append(event)
        self.by_id[name] = event
        return event

    def find(self, name: str, *, at: int) -> Event:
        event = self.by_id.get(name)
        if event is None or event.change.at < at - KEPT_FOR:
            raise missing("event", name)
        return event

    def page(self, form: Mapping[str, Any], *, at: int) -> JSON:
        """`GET /v1/events`: by `type` (a wildcard is allowed), up to twenty `types`, `delivery_success`."""
        check_names(form, COMMON | {"type", "types", "delivery_success"})
        matches = _types(form)
        span = created_range(form.get("created"))
        wanted = {"true": True, "false": False}.get(str(form.get("delivery_success", "")).lower())
        found = [
            event
            for event in reversed(self.events)
            if event.change.at >= at - KEPT_FOR
            and within(event.change.at, span)
            and matches(event.type)
            and (wanted is None or event.delivered is wanted)
        ]
        page, more = _cut(found, form, self)
        return envelope("/v1/events", [event.body() for event in page], more)


def _types(form: Mapping[str, Any]) -> Any:
    one, many = form.get("type"), form.get("types", [])
    if one and many:
        raise ApiError("You may only specify one of these parameters: type, types.")
    if len(many) > MAX_TYPES:
        raise ApiError(f"Array `types` may have at most {MAX_TYPES} elements.", param="types")
    if one:
        return lambda name: fnmatchcase(name, one)
    return (lambda name: name in many) if many else (lambda name: True)


def _cut(found: list[Event], form: Mapping[str, Any], log: EventLog) -> tuple[list[Event], bool]:
    limit = limit_of(form)
    order = {event.id: position for position, event in enumerate(log.events)}
    after, before = form.get("starting_after"), form.get("ending_before")
    for name, param in ((after, "starting_after"), (before, "ending_before")):
        if name and name not in order:
            raise missing("event", name, param=param, status=400)
    if after:
        found = [event for event in found if order[event.id] < order[after]]
    if before:
        found = [event for event in found if order[event.id] > order[before]]
        return found[-limit:], len(found) > limit
    return found[:limit], len(found) > limit
