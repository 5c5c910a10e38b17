"""One attempt at one message: read it, send it outside any transaction, keep what came of it.

A worker that dies between sending and keeping sends again, under the same id: a receiver that looks at ids has
everything once.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse

from accounts.errors import InvalidInput
from accounts.events import record
from accounts.models import Member
from recommendations.models import OutboundEndpoint, OutboundMessage
from recommendations.outbound.addresses import Resolve, checked, resolve
from recommendations.outbound.payloads import for_slack
from recommendations.outbound.schedule import GONE, is_given_up, next_try
from recommendations.outbound.sending import Answer, Post, post, signed

State = OutboundMessage.State
#: While an attempt is under way nobody else begins one.
HELD_FOR = timedelta(minutes=1)
Step = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True, slots=True)
class Parcel:
    """What has to be sent, read before the transaction ended."""

    url: str
    body: bytes
    headers: dict[str, str]


def attempt(step: Step, pk: UUID, *, now: datetime, send: Post = post, resolver: Resolve = resolve) -> str:
    """Try one message; returns its state afterwards, or why nothing was tried: gone, not due, held, off.

    `step` opens one short transaction of the business at a time.
    """
    with step():
        found = OutboundMessage.objects.select_for_update().select_related("endpoint").filter(pk=pk).first()
        refusal = _refusal(found, now)
        if found is None or refusal:
            return refusal
        parcel = _parcel(found, now)
        found.due_at = now + HELD_FOR
        found.save(update_fields=["due_at"])
    answer = _sent(parcel, send, resolver)
    with step():
        found = OutboundMessage.objects.select_for_update().select_related("endpoint__business").get(pk=pk)
        return _kept(found, answer, now)


def _refusal(found: OutboundMessage | None, now: datetime) -> str:
    if found is None or found.state != State.WAITING:
        return "gone"
    if found.endpoint.state != OutboundEndpoint.State.ACTIVE:
        return "off"
    return "not due" if found.due_at > now else ""


def _parcel(found: OutboundMessage, now: datetime) -> Parcel:
    endpoint, secret = found.endpoint, found.endpoint.secret
    if endpoint.kind == OutboundEndpoint.Kind.SLACK:
        body = json.dumps(for_slack(found.payload)).encode()
        return Parcel(secret["url"], body, {"Content-Type": "application/json", "User-Agent": "Bellwether"})
    keys = [secret["key"]]
    if secret["older_key"] and endpoint.older_key_until and endpoint.older_key_until > now:
        keys.append(secret["older_key"])
    body, headers = signed(found.message_id, found.payload, keys=keys, header=secret["header"], at=now)
    return Parcel(secret["url"], body, headers)


def _sent(parcel: Parcel, send: Post, resolver: Resolve) -> Answer:
    """An address that may no longer be called counts as a failed attempt, and says why."""
    try:
        target = checked(parcel.url, resolver=resolver)
    except InvalidInput as problem:
        return Answer(0, problem.message)
    return send(target, parcel.body, parcel.headers)


def _kept(found: OutboundMessage, answer: Answer, now: datetime) -> str:
    endpoint = found.endpoint
    tried = {"at": now.isoformat(), "status": answer.status, "error": answer.error[:200], "ms": answer.milliseconds}
    found.attempts = [*found.attempts, tried]
    if answer.is_good:
        found.state, found.ended_at = State.DELIVERED, now
        _note(endpoint, failing_since=None)
    else:
        _note(endpoint, failing_since=endpoint.failing_since or now)
        draw = random.Random(f"{found.message_id}:{len(found.attempts)}")  # noqa: S311 - spreads retries, no secret
        again = next_try(len(found.attempts), now=now, retry_after=answer.retry_after, draw=draw)
        found.due_at = again or found.due_at
        if again is None:
            found.state, found.ended_at = State.FAILED, now
        _give_up_on(endpoint, answer, now)
    found.save(update_fields=["attempts", "state", "ended_at", "due_at"])
    return str(found.state)


def _note(endpoint: OutboundEndpoint, *, failing_since: datetime | None) -> None:
    if endpoint.failing_since != failing_since:
        endpoint.failing_since = failing_since
        endpoint.save(update_fields=["failing_since"])


def _give_up_on(endpoint: OutboundEndpoint, answer: Answer, now: datetime) -> None:
    """Switch an endpoint off that is gone for good or has failed for days; its messages wait for a person."""
    is_gone = answer.status == GONE
    if not is_gone and not is_given_up(endpoint.failing_since, now=now):
        return
    endpoint.state = OutboundEndpoint.State.DISABLED
    endpoint.state_reason = "It answered that it is gone." if is_gone else "It has failed for five days."
    endpoint.save(update_fields=["state", "state_reason"])
    record("recommendations.outbound.disabled", business=endpoint.business, subject=endpoint, status=answer.status)
    _tell_owners(endpoint)


def _tell_owners(endpoint: OutboundEndpoint) -> None:
    owners = Member.objects.of(endpoint.business).filter(role="owner").select_related("user")
    path = reverse("recommendations:outbound-endpoint", args=[endpoint.business.slug, endpoint.pk])
    text = (
        f"Messages to “{endpoint.name}” ({endpoint.host}) no longer go out. {endpoint.state_reason}\n\n"
        f"What was not delivered waits. Look at it, and switch it on again: {settings.BASE_URL}{path}\n"
    )
    for owner in owners:
        send_mail(f"{endpoint.business.name}: an endpoint is switched off", text, None, [owner.user.email])
