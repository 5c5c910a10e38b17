"""Inbound webhooks: stored once, answered at once, worked off by a job, kept for replay.

Accepting is a single INSERT. The row itself is the queue, so a delivery needs no job of its own: accepting wakes the
drain, at most a few times a second and process, and beat runs it anyway.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.errors import Problem
from accounts.models import Business, InboxDelivery
from accounts.own_connection import OwnConnection

logger = structlog.get_logger(__name__)

DRAIN_TASK = "accounts.drain_inbox"
MAX_ATTEMPTS = 10
NUDGE_EVERY = 0.25
_own_connection = OwnConnection()

_ACCEPT = """
insert into accounts_inboxdelivery
  (provider, endpoint, livemode, account, event_id, event_type, event_created_at, payload,
   state, attempts, next_attempt_at, outcome, received_at)
values (%s, %s, %s, %s, %s, %s, %s, %s, 'received', 0, %s, '', %s)
on conflict (provider, endpoint, livemode, account, event_id) do update
  set state = 'received', attempts = 0, next_attempt_at = excluded.next_attempt_at
  where accounts_inboxdelivery.state = 'failed'
returning id
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery: worked in for a business, or ignored with a reason."""

    business: Business | None = None
    ignored: str = ""
    note: str = ""


Handler = Callable[[list[InboxDelivery]], dict[int, Outcome | Exception]]
_HANDLERS: dict[str, Handler] = {}


def inbox_handler(provider: str) -> Callable[[Handler], Handler]:
    """Register who works off the deliveries of a provider.

    The handler gets a batch in order of receipt and returns, per delivery id, an Outcome or the exception it met, so
    that several events about one object can be answered by one read.
    """

    def register(handler: Handler) -> Handler:
        _HANDLERS[provider] = handler
        return handler

    return register


def accept(
    *, provider: str, endpoint: str, livemode: bool, account: str, event_id: str, event_type: str, payload: bytes,
    event_created: datetime | None, now: datetime,
) -> bool:  # fmt: skip
    """Store one verified delivery; it is committed when this returns.

    Returns whether it is new. A repetition of a failed delivery puts it back to work; any other is a no-op.
    """
    values = (
        provider,
        endpoint,
        livemode,
        account[:80],
        event_id[:120],
        event_type[:120],
        event_created,
        payload,
        now,
        now,
    )
    is_new = _store(values) is not None
    if is_new:
        _nudge.soon()
    return is_new


def _store(values: Sequence[Any]) -> tuple[Any, ...] | None:
    """The row's id, or None for a repetition. Beside the pool where there is one, else on the current connection."""
    if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
        return _own_connection.fetch_one(_ACCEPT, values)
    with connection.cursor() as cursor:
        cursor.execute(_ACCEPT, values)
        found: tuple[Any, ...] | None = cursor.fetchone()
    return found


def drain(*, now: datetime, limit: int = 200) -> int:
    """Work off open deliveries, oldest first; returns how many. Two drains never take the same delivery."""
    worked = 0
    while batch := _drain_batch(now, min(limit - worked, 50)):
        worked += batch
        if worked >= limit:
            _nudge.soon()
            break
    return worked


def replay(delivery: InboxDelivery) -> None:
    """Put a delivery back to work, whatever became of it; what the admin's replay action does."""
    InboxDelivery.objects.filter(pk=delivery.pk).update(
        state=InboxDelivery.State.RECEIVED, attempts=0, next_attempt_at=timezone.now(), outcome=""
    )
    transaction.on_commit(_nudge.soon)


def prune(*, now: datetime) -> int:
    """Delete deliveries older than INBOX_RETENTION_DAYS, which is longer than any provider retries."""
    limit = now - timedelta(days=settings.INBOX_RETENTION_DAYS)
    return InboxDelivery.objects.filter(received_at__lt=limit).delete()[0]


def _drain_batch(now: datetime, size: int) -> int:
    """Claim a batch by moving its next attempt ahead, so that a killed worker's claim runs out by itself."""
    if size <= 0:
        return 0
    with transaction.atomic():
        batch = list(
            InboxDelivery.objects.select_for_update(skip_locked=True)
            .filter(state=InboxDelivery.State.RECEIVED, next_attempt_at__lte=now)
            .order_by("pk")[:size]
        )
        for delivery in batch:
            delivery.attempts += 1
            delivery.next_attempt_at = now + _pause(delivery.attempts)
        InboxDelivery.objects.bulk_update(batch, ["attempts", "next_attempt_at"])
    for provider in sorted({delivery.provider for delivery in batch}):
        _work(provider, [delivery for delivery in batch if delivery.provider == provider], now)
    return len(batch)


def _work(provider: str, batch: list[InboxDelivery], now: datetime) -> None:
    handler = _HANDLERS.get(provider)
    if handler is None:
        for delivery in batch:
            _settle(delivery, Outcome(ignored=f"No handler for {provider}."), now)
        return
    try:
        outcomes = handler(batch)
    except Exception as error:  # one broken batch must not stop the drain; each row keeps the reason
        logger.exception("inbox handler failed", provider=provider)
        outcomes = {delivery.pk: error for delivery in batch}
    for delivery in batch:
        _settle(delivery, outcomes.get(delivery.pk) or Outcome(ignored="Not handled."), now)


def _settle(delivery: InboxDelivery, outcome: Outcome | Exception, now: datetime) -> None:
    if isinstance(outcome, Outcome):
        done = InboxDelivery.State.IGNORED if outcome.ignored else InboxDelivery.State.PROCESSED
        values: dict[str, Any] = {
            "state": done,
            "processed_at": now,
            "outcome": (outcome.ignored or outcome.note)[:300],
        }
        if outcome.business is not None:
            values["business"] = outcome.business
    else:
        is_final = delivery.attempts >= MAX_ATTEMPTS or (isinstance(outcome, Problem) and not outcome.retry)
        values = {"outcome": f"{type(outcome).__name__}: {outcome}"[:300]}
        if is_final:
            values["state"] = InboxDelivery.State.FAILED
    InboxDelivery.objects.filter(pk=delivery.pk).update(**values)


def _pause(attempts: int) -> timedelta:
    return min(timedelta(seconds=30) * 2 ** (attempts - 1), timedelta(hours=6))


class _Nudge:
    """Wake the drain soon, but not once a delivery: a burst of thousands needs one wake-up a quarter second.

    The wake-up is sent from a timer thread, after the answer: the sender of a webhook never waits for the broker.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending = False

    def soon(self) -> None:
        if self._pending:
            return
        with self._lock:
            if self._pending:
                return
            self._pending = True
        timer = threading.Timer(NUDGE_EVERY, self._send)
        timer.daemon = True
        timer.start()

    def _send(self) -> None:
        self._pending = False
        try:
            current_app.send_task(DRAIN_TASK, queue="ingest", retry=False, ignore_result=True)
        except Exception as error:  # every transport raises its own kind; beat drains anyway
            logger.warning("broker away; beat will drain the inbox", error=type(error).__name__)


_nudge = _Nudge()
