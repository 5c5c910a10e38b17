"""What may be asked: how long a question is, how many a person asks, and how many are answered at once."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from django.db import connection

from accounts.errors import InvalidInput, TooLarge, TooMany
from accounts.models import Business, User
from agent.models import AgentRun, Message
from billing.entitlements import require

MOST_BYTES = 8 * 1024
LONGEST_KEY = 80
PER_MINUTE = 20
PER_DAY = 500
AT_ONCE = 2


def checked(text: str) -> str:
    """The question without the space around it. Errors: InvalidInput, TooLarge beyond 8 kB."""
    if len(text.encode()) > MOST_BYTES:
        raise TooLarge("A question may have at most 8 kB.", limit=MOST_BYTES)
    if "\x00" in text:
        raise InvalidInput("A question is text.", field="message")
    stripped = text.strip()
    if not stripped:
        raise InvalidInput("Ask something.", field="message")
    return stripped


def checked_key(key: str) -> str:
    """Errors: InvalidInput for an idempotency key that is too long or not printable."""
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise InvalidInput(f"An idempotency key has at most {LONGEST_KEY} printable characters.", field="key")
    return key


def within_limits(business: Business, user: User, *, now: datetime) -> None:
    """Count the person's own questions in this business; the tables are the truth, so every process agrees.

    Errors: TooMany beyond the person's limits, NotEntitled beyond the plan's questions of the month.
    """
    if AgentRun.objects.of(business).filter(user=user, state__in=AgentRun.OPEN).count() >= AT_ONCE:
        words = f"{AT_ONCE} of your questions are being answered. Wait for one of them, or stop it."
        raise TooMany(words, retry_after=timedelta(seconds=10))
    asked = Message.objects.of(business).filter(role=Message.Role.USER, conversation__user_id=user.pk)
    for window, most in ((timedelta(minutes=1), PER_MINUTE), (timedelta(days=1), PER_DAY)):
        if asked.filter(created_at__gt=now - window).count() >= most:
            raise TooMany("That is a lot of questions. Wait a little.", retry_after=window)
    require(business, "agent_questions", at=now, used=questions_this_month(business, now=now))


def questions_this_month(business: Business, *, now: datetime) -> int:
    """How many questions all members asked since the first of the month, UTC; what the plan counts."""
    month = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Message.objects.of(business).filter(role=Message.Role.USER, created_at__gte=month).count()


def in_turn(business: Business, user: User) -> None:
    """A person's questions to a business are taken one after the other, so that each sees the ones before it."""
    name = f"agent.ask:{business.pk}:{user.pk}".encode()
    number = int.from_bytes(hashlib.sha256(name).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [number])
