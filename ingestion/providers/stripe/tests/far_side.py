"""What the tests do with the sandbox Stripe: let time pass, deliver its events, compare what is held."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts import inbox
from accounts.models import InboxDelivery
from ingestion.models import Source
from ingestion.pipeline.streams import STREAMS
from ingestion.sandbox.stripe.events import Event
from ingestion.sandbox.stripe.server import ReplayServer
from ingestion.sandbox.stripe.webhooks import sign

SECRET = "whsec_test_secret"
URL = "/webhooks/stripe"


def move(stripe: ReplayServer, traveller: Any, **step: int) -> list[Event]:
    """Let the sandbox's time and ours pass together; returns what happened."""
    with stripe.world.lock:
        told = stripe.world.move_to(stripe.world.at + int(timedelta(**step).total_seconds()))
    traveller.move_to(datetime.fromtimestamp(stripe.world.at, UTC))
    return told


def post(body: bytes, *, at: datetime | None = None, secret: str = SECRET, header: str | None = None) -> Any:
    """One delivery to our receiver, through the whole middleware."""
    stamp = int((at or timezone.now()).timestamp())
    signature = sign(body, [secret], stamp) if header is None else header
    return Client().post(URL, body, content_type="application/json", headers={"Stripe-Signature": signature})


def deliver(events: Iterable[Event]) -> None:
    """Send events in the given order and work them off."""
    for event in events:
        response = post(json.dumps(event.body()).encode())
        assert response.status_code == 200, response.content
    drain()
    waiting = InboxDelivery.objects.filter(state=InboxDelivery.State.RECEIVED)
    assert not waiting.exists(), list(waiting.values_list("event_type", "outcome"))


def drain() -> int:
    return inbox.drain(now=timezone.now() + timedelta(seconds=1), limit=10_000)


def held(source: Source) -> dict[str, list[tuple[Any, ...]]]:
    """Every fact's content, without when and by which run it was learnt."""
    return {
        key: sorted(
            stream.model.objects.of(source.business).values_list("external_id", *stream.content),
            key=lambda row: row[0],
        )
        for key, stream in STREAMS.items()
    }


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is taken back at the end."""
    # A savepoint of our own: inside a second atomic block no transaction of the code under test could be outermost.
    before = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(before)
