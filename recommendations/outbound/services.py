"""Endpoints and their messages: made, changed, told. Messages are written in the transaction of what they tell."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.errors import Conflict, InvalidInput, NotYours
from accounts.events import record
from accounts.models import Business, User
from recommendations.events import AdviceEvent
from recommendations.models import Notification, OutboundEndpoint, OutboundMessage
from recommendations.outbound.addresses import Resolve, checked, resolve
from recommendations.outbound.payloads import EVENTS, TEST_EVENT, message, of_advice, of_alert

Kind, State = OutboundEndpoint.Kind, OutboundEndpoint.State
MOST_ENDPOINTS = 10
BOTH_KEYS_FOR = timedelta(hours=24)
SLACK_HOST = "hooks.slack.com"


def add_endpoint(
    business: Business, *, kind: str, name: str, url: str, events: list[str], header: str, user: User, now: datetime,
    resolver: Resolve = resolve,
) -> tuple[OutboundEndpoint, str]:  # fmt: skip
    """A new endpoint and its key, which is shown this once; Slack has none.

    Errors: InvalidInput for an address that may not be called or unknown events, Conflict beyond ten endpoints.
    """
    if OutboundEndpoint.objects.of(business).count() >= MOST_ENDPOINTS:
        raise Conflict(f"A business has at most {MOST_ENDPOINTS} endpoints.")
    if unknown := sorted(set(events) - set(EVENTS)):
        raise InvalidInput(f"Unknown events: {', '.join(unknown)}.", field="events")
    if "\n" in header or "\r" in header:
        raise InvalidInput("A header is one line.", field="header")
    host = checked(url, resolver=resolver).host
    if kind == Kind.SLACK and host != SLACK_HOST:
        raise InvalidInput(f"Slack's addresses begin with https://{SLACK_HOST}/.", field="url")
    key = "" if kind == Kind.SLACK else new_key()
    secret = {"url": url.strip(), "key": key, "older_key": "", "header": header if kind == Kind.WEBHOOK else ""}
    made = OutboundEndpoint.objects.create(
        business=business, kind=kind, name=name, host=host, secret=secret, events=events, created_by=user,
        created_at=now,
    )  # fmt: skip
    record("recommendations.outbound.added", business=business, actor=user, subject=made, kind=kind)
    return made, key


def endpoint_of(business: Business, pk: UUID) -> OutboundEndpoint:
    """Errors: NotYours."""
    found = OutboundEndpoint.objects.of(business).filter(pk=pk).first()
    if found is None:
        raise NotYours("There is no such endpoint.")
    return found


def pause(endpoint: OutboundEndpoint, *, user: User) -> None:
    """Nothing goes out until it is resumed; what waits keeps waiting."""
    _set_state(endpoint, State.PAUSED, user, "paused")


def resume(endpoint: OutboundEndpoint, *, user: User) -> None:
    """Go on, with what waits."""
    endpoint.failing_since = None
    _set_state(endpoint, State.ACTIVE, user, "resumed")


def remove(endpoint: OutboundEndpoint, *, user: User) -> None:
    """The endpoint and its log."""
    record("recommendations.outbound.removed", business=endpoint.business, actor=user, subject=endpoint)
    endpoint.delete()


def rotate(endpoint: OutboundEndpoint, *, user: User, now: datetime) -> str:
    """A new key; the older one signs beside it for a day. Errors: InvalidInput for Slack, which has none."""
    if endpoint.kind == Kind.SLACK:
        raise InvalidInput("Slack's messages are not signed; make a new address there instead.")
    key = new_key()
    endpoint.secret = endpoint.secret | {"key": key, "older_key": endpoint.secret["key"]}
    endpoint.older_key_until = now + BOTH_KEYS_FOR
    endpoint.save(update_fields=["secret", "older_key_until"])
    record("recommendations.outbound.rotated", business=endpoint.business, actor=user, subject=endpoint)
    return key


def send_test(endpoint: OutboundEndpoint, *, user: User, now: datetime) -> OutboundMessage:
    """Queue a message that says it is a test. Errors: Conflict unless the endpoint is active."""
    if endpoint.state != State.ACTIVE:
        raise Conflict("Resume the endpoint first.")
    data = {"title": "A test message", "text": f"Sent by {user.name or user.email}."}
    return _queue(endpoint, TEST_EVENT, message(TEST_EVENT, endpoint.business, data, at=now), at=now)


def replay(endpoint: OutboundEndpoint, pk: UUID, *, user: User, now: datetime) -> OutboundMessage:
    """Send an ended message once more, under the same id. Errors: NotYours; Conflict while it still waits."""
    found = OutboundMessage.objects.of(endpoint.business).filter(endpoint=endpoint, pk=pk).first()
    if found is None:
        raise NotYours("There is no such message.")
    if found.state == OutboundMessage.State.WAITING:
        raise Conflict("This message still waits for its next try.")
    found.state, found.due_at, found.ended_at = OutboundMessage.State.WAITING, now, None
    found.save(update_fields=["state", "due_at", "ended_at"])
    record("recommendations.outbound.replayed", business=endpoint.business, actor=user, subject=found)
    return found


def tell_advice(event: AdviceEvent) -> None:
    """The listener: one message for each endpoint that wants to hear of it."""
    wanting = _wanting(event.business, f"recommendation.{event.kind}")
    if wanting:
        name, payload = of_advice(event)
        for endpoint in wanting:
            _queue(endpoint, name, payload, at=event.at)


def tell_alert(business: Business, row: Notification, *, at: datetime, raised: bool) -> None:
    name, payload = of_alert(business, row, at=at, raised=raised)
    for endpoint in _wanting(business, name):
        _queue(endpoint, name, payload, at=at)


def new_key() -> str:
    """A key of 32 bytes in the form of Standard Webhooks."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _wanting(business: Business, name: str) -> list[OutboundEndpoint]:
    active = OutboundEndpoint.objects.of(business).filter(state=State.ACTIVE)
    return [endpoint for endpoint in active if not endpoint.events or name in endpoint.events]


def _queue(endpoint: OutboundEndpoint, name: str, payload: dict[str, Any], *, at: datetime) -> OutboundMessage:
    from recommendations.outbound.tasks import deliver

    made = OutboundMessage.objects.create(
        business_id=endpoint.business_id, endpoint=endpoint, message_id=f"msg_{secrets.token_hex(16)}", event=name,
        payload=payload, due_at=at, created_at=at,
    )  # fmt: skip
    deliver.enqueue(endpoint.business, dedupe=str(made.pk), message=str(made.pk))
    return made


def _set_state(endpoint: OutboundEndpoint, state: str, user: User, what: str) -> None:
    endpoint.state, endpoint.state_reason = state, ""
    endpoint.save(update_fields=["state", "state_reason", "failing_since"])
    record(f"recommendations.outbound.{what}", business=endpoint.business, actor=user, subject=endpoint)
