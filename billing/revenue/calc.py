"""What Bellwether itself earns. Plain Python; money as whole minor units, shares as Decimal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

MONTHS_A = {"month": 1, "year": 12}
EARNING = frozenset({"active", "past_due"})


@dataclass(frozen=True, slots=True)
class Held:
    """One subscription. `amount` is minor units a period after running discounts, excluding tax."""

    status: str
    amount: int
    currency: str
    interval: str
    started_at: datetime
    paying_from: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class MonthOfChurn:
    """One calendar month (UTC).

    at_start:  subscriptions that were paying when it began.
    ended:     those of them that ended in it; `rate` is their share, None where there were none.
    begun:     those that began to pay in it.
    """

    start: datetime
    at_start: int
    begun: int
    ended: int

    @property
    def rate(self) -> Decimal | None:
        return Decimal(self.ended) / self.at_start if self.at_start else None


def monthly_revenue(subscriptions: Iterable[Held]) -> dict[str, int]:
    """Monthly recurring revenue by currency, in minor units: active and failing ones; trials earn nothing yet.

    A year's price counts a twelfth, rounded half up on the sum. Empty: {}.
    """
    exact: dict[str, Decimal] = defaultdict(Decimal)
    for held in subscriptions:
        if held.status in EARNING:
            exact[held.currency] += Decimal(held.amount) / MONTHS_A[held.interval]
    return {currency: int(sum_.quantize(Decimal(1), ROUND_HALF_UP)) for currency, sum_ in sorted(exact.items())}


def churn(subscriptions: Sequence[Held], *, months: Sequence[tuple[datetime, datetime]]) -> tuple[MonthOfChurn, ...]:
    """Who paid at the beginning of each month, and how many of them ended in it; months are [start, end)."""
    return tuple(_month(subscriptions, start, end) for start, end in months)


def _month(subscriptions: Sequence[Held], start: datetime, end: datetime) -> MonthOfChurn:
    paying = [held for held in subscriptions if _ever_paid(held)]
    there = [held for held in paying if held.paying_from < start and (held.ended_at is None or held.ended_at >= start)]
    ended = sum(1 for held in there if held.ended_at is not None and held.ended_at < end)
    begun = sum(1 for held in paying if start <= held.paying_from < end)
    return MonthOfChurn(start, len(there), begun, ended)


def _ever_paid(held: Held) -> bool:
    """Neither one that was never finished nor a trial that ended before its first payment."""
    if held.status in ("incomplete", "incomplete_expired", "trialing"):
        return False
    return held.ended_at is None or held.ended_at > held.paying_from
