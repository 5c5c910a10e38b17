"""Signed webhooks, with control over order, repetition and loss."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from ingestion.sandbox.stripe.events import Event

TIMEOUT_SECONDS: Final = 10
USER_AGENT: Final = "Stripe/1.0 (+https://stripe.com/docs/webhooks)"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A Connect endpoint: where events of connected accounts go.

    secrets:  `whsec_…`; two while a secret is being rotated, then each delivery carries two signatures.
    enabled:  event types it subscribed to; `*` and `charge.*` are understood.
    """

    url: str
    secrets: tuple[str, ...]
    enabled: tuple[str, ...] = ("*",)

    def wants(self, event: Event) -> bool:
        return any(fnmatchcase(event.type, pattern) for pattern in self.enabled)


@dataclass(frozen=True, slots=True)
class Weather:
    """What the network does to a batch of deliveries; shares are between 0 and 1, decided by `seed`."""

    shuffle: bool = False
    duplicate: float = 0.0
    drop: float = 0.0
    seed: int = 0


class Delivery(NamedTuple):
    """`status` is the receiver's answer, 0 where none came."""

    event: str
    type: str
    status: int


def sign(payload: bytes, secrets: Sequence[str], timestamp: int) -> str:
    """The `Stripe-Signature` header: HMAC-SHA256 over `{t}.{payload}`, one v1 per secret."""
    signed = str(timestamp).encode() + b"." + payload
    marks = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={timestamp}", *(f"v1={mark}" for mark in marks)])


def scatter(events: Sequence[Event], weather: Weather) -> tuple[list[Event], list[Event]]:
    """(what arrives, in that order and with repetitions; what is lost)."""
    rng = random.Random(weather.seed)  # noqa: S311 - a simulation, no secret
    arriving: list[Event] = []
    lost: list[Event] = []
    for event in events:
        if rng.random() < weather.drop:
            lost.append(event)
            continue
        arriving += [event, event] if rng.random() < weather.duplicate else [event]
    if weather.shuffle:
        rng.shuffle(arriving)
    return arriving, lost


def deliver(endpoint: Endpoint, event: Event, *, timestamp: int) -> Delivery:
    """Send one event and note whether the receiver took it (any 2xx)."""
    payload = json.dumps(event.body(), indent=2).encode()
    status = _post(endpoint.url, payload, sign(payload, endpoint.secrets, timestamp))
    event.delivered = 200 <= status < 300
    return Delivery(event.id, event.type, status)


def _post(url: str, payload: bytes, signature: str) -> int:
    target = urlsplit(url)
    kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
    connection = kind(target.hostname or "127.0.0.1", target.port, timeout=TIMEOUT_SECONDS)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature,
        "User-Agent": USER_AGENT,
    }
    try:
        connection.request("POST", target.path or "/", payload, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
