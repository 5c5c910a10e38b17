"""What happens to recommendations, for whoever wants to hear of it: outbound webhooks, digests, the outcome engine.

A listener is registered once, by name, when its app starts. It is called inside the transaction that made the change,
so what it writes (an outbox row) stands or falls with the change; it must not speak to the outside itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from accounts.models import Business


class Happened(StrEnum):
    """What can happen. The values are those of `RecommendationEvent.Kind`."""

    CREATED = "created"
    UPDATED = "updated"
    REOPENED = "reopened"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    SNOOZED = "snoozed"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"
    RESOLVED = "resolved"
    WAITING = "waiting"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class OutcomeFacts:
    """What was measured. `effect`, `low` and `high` are in the metric's unit, None where nothing could be known."""

    result: str
    metric: str
    effect: Decimal | None
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True)
class AdviceEvent:
    """One change of one recommendation, as of the moment after it.

    status:   what the row is now. `priority`: high, medium or low.
    figures:  its evidence, as stored (`analytics.figures.to_json`).
    actor_id: who did it; None for a rule or a program.
    outcome:  only for `Happened.OUTCOME`.
    """

    kind: Happened
    business: Business
    recommendation_id: UUID
    desk: str
    rule: str
    title: str
    status: str
    priority: str
    revision: int
    at: datetime
    figures: tuple[dict[str, Any], ...] = ()
    deadline: datetime | None = None
    actor_id: UUID | None = None
    reason: str = ""
    outcome: OutcomeFacts | None = None


Listener = Callable[[AdviceEvent], None]

LISTENERS: dict[str, Listener] = {}


def register_listener(name: str, listener: Listener) -> None:
    """Let `listener` hear of every change from now on. Errors: ValueError when another one has the name."""
    if LISTENERS.get(name, listener) is not listener:
        raise ValueError(f"{name} listens already")
    LISTENERS[name] = listener


def publish(event: AdviceEvent) -> None:
    """Tell all listeners, in the order of their names. An error of one undoes the change: nothing is half told."""
    for _, listener in sorted(LISTENERS.items()):
        listener(event)
