"""Is this webhook Stripe's? Verified on the raw bytes, before anything is parsed.

The SDK's check leaves gaps that are closed here: it accepts stamps any time in the future, a tolerance of 0 turns the
age check off, and signed bodies that are no events (`{}`, `[]`, `null`, broken UTF-8) escape as other exceptions.
Everything that is wrong becomes a Problem with status 400, or 413 for size.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from accounts.errors import InvalidInput, Problem, TooLarge

MAX_BODY = 1024 * 1024
MAX_HEADER = 4096
MAX_SIGNATURES = 10
TOLERANCE = timedelta(seconds=300)
NAME = re.compile(r"[!-~]{1,120}")
ACCOUNT = re.compile(r"[!-~]{1,80}")
LATEST_TIME = 253_402_300_799


class BadSignature(Problem):
    """Not signed, signed with another secret, too old, or from the future."""

    code = "bad_signature"


class BadEvent(InvalidInput):
    """Signed well, but no event."""

    code = "bad_event"


class NoSecret(Problem):
    """This installation has no webhook secret, so it cannot tell who is speaking."""

    code = "no_webhook_secret"
    status = 503


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """What the inbox needs of an event; the payload itself is stored as it came."""

    id: str
    type: str
    created: datetime
    livemode: bool
    account: str
    object: dict[str, Any]


def read_event(body: bytes, header: str, *, secrets: Sequence[str], now: datetime) -> WebhookEvent:
    """Verify and parse one delivery.

    `secrets` holds the endpoint's secret, and during a rotation the old one beside it; any signature under any of
    them counts. Stamps may be 300 s old or 300 s ahead.
    Errors: TooLarge, BadSignature, BadEvent, NoSecret.
    """
    if len(body) > MAX_BODY:
        raise TooLarge("A webhook may have at most 1 MiB.", limit=MAX_BODY)
    verify(body, header, secrets=secrets, now=now)
    return parse_event(body)


def verify(body: bytes, header: str, *, secrets: Sequence[str], now: datetime) -> None:
    """Errors: BadSignature, NoSecret."""
    keys = [secret.encode() for secret in secrets if secret.strip()]
    if not keys:
        raise NoSecret("No webhook secret is configured.")
    stamp, signatures = _header(header)
    signed = b"%d." % stamp + body
    expected = [hmac.new(key, signed, hashlib.sha256).hexdigest() for key in keys]
    matches = [hmac.compare_digest(want, got) for want in expected for got in signatures]
    if not any(matches):
        raise BadSignature("The signature does not belong to this body.")
    age = now.timestamp() - stamp
    if abs(age) > TOLERANCE.total_seconds():
        raise BadSignature("The signature is too old." if age > 0 else "The signature is stamped in the future.")


def parse_event(body: bytes) -> WebhookEvent:
    """Errors: BadEvent unless it has an id, a type, a time and an object."""
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadEvent("The body is not JSON.") from None
    if not isinstance(data, dict):
        raise BadEvent("The body is not an event.")
    inner = data.get("data")
    subject = inner.get("object") if isinstance(inner, dict) else None
    created = data.get("created")
    if not isinstance(subject, dict) or type(created) is not int or not 0 <= created <= LATEST_TIME:
        raise BadEvent("An event has an id, a type, a creation time and an object.")
    return WebhookEvent(
        id=_name(data.get("id"), NAME),
        type=_name(data.get("type"), NAME),
        created=datetime.fromtimestamp(created, UTC),
        livemode=data.get("livemode") is True,
        account=_name(data.get("account"), ACCOUNT) if data.get("account") else "",
        object=subject,
    )


def _header(header: str) -> tuple[int, list[str]]:
    if not header or len(header) > MAX_HEADER:
        raise BadSignature("There is no Stripe-Signature header to check.")
    stamp, signatures = "", []
    for part in header.split(","):
        key, _, value = part.strip().partition("=")
        if key == "t" and not stamp:
            stamp = value
        elif key == "v1":
            signatures.append(value)
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12) or not signatures:
        raise BadSignature("The Stripe-Signature header cannot be read.")
    # Non-ASCII text would make the constant-time comparison raise.
    return int(stamp), [value for value in signatures[:MAX_SIGNATURES] if value.isascii()]


def _name(value: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BadEvent("An event has an id, a type, a creation time and an object.")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
