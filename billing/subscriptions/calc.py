"""From the state of a subscription to the access it gives (payments.md § 15). Plain values, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from billing.stripe.facts import SubscriptionFacts

#: Full access after the first failed payment; then read-only.
GRACE = timedelta(days=7)
#: How long a renewal's news may be late before access would end by itself; reconciliation finds it long before.
SLACK = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Access:
    """From when to when, and from when only for reading. `ended_at` is set once it is over for good."""

    valid_from: datetime
    valid_until: datetime | None = None
    read_only_from: datetime | None = None
    ended_at: datetime | None = None


def access_of(facts: SubscriptionFacts) -> Access | None:
    """What a subscription gives.

    trialing, active:  everything, to the end of the period; to the day it was cancelled for, where it was.
    past_due:          everything for a grace of seven days from the first failure, then reading.
    unpaid, paused:    reading, without an end: data is kept.
    incomplete:        nothing yet (None).
    canceled, incomplete_expired, anything unknown: over.
    """
    start = facts.started_at
    if facts.status == "incomplete":
        return None
    if facts.status == "trialing":
        return Access(start, valid_until=facts.cancel_at or _late(facts.trial_end or facts.period_end))
    if facts.status == "active":
        return Access(start, valid_until=facts.cancel_at or _late(facts.period_end))
    if facts.status == "past_due":
        failed = facts.failing_since or facts.period_end or start
        return Access(start, valid_until=facts.cancel_at, read_only_from=failed + GRACE)
    if facts.status in ("unpaid", "paused"):
        return Access(start, read_only_from=start)
    return Access(start, ended_at=facts.ended_at or start)


def _late(period_end: datetime | None) -> datetime | None:
    return period_end + SLACK if period_end else None
