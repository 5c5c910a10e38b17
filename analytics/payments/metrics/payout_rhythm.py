"""Whether money reaches the bank, and how regularly. Source: payments.md § 10."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from analytics.figures import ratio

LEAST_DATES = 4


def payout_fail_rate(*, paid: int, failed: int) -> Decimal | None:
    """Failed ÷ (paid + failed). None without a finished payout."""
    return ratio(failed, paid + failed) if paid + failed else None


def payout_regularity(arrivals: Iterable[date]) -> Decimal | None:
    """1 − MAD(gaps) ÷ max(median gap, 1), floored at 0, over the distinct arrival dates of paid payouts.

    Medians, so that week-ends and bank holidays in a daily rhythm do not count against it.
    Empty: None with fewer than four dates.
    """
    days = sorted(set(arrivals))
    if len(days) < LEAST_DATES:
        return None
    gaps = [(later - earlier).days for earlier, later in itertools.pairwise(days)]
    typical = _median(gaps)
    spread = _median([abs(gap - typical) for gap in gaps])
    return max(ratio(1 - spread / max(typical, Fraction(1))), Decimal(0))


def _median(values: Sequence[int | Fraction]) -> Fraction:
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return Fraction(ordered[middle])
    return (Fraction(ordered[middle - 1]) + Fraction(ordered[middle])) / 2
