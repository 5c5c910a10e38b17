"""How steady revenue and activity are.

Source: payments.md § 10. Revenue is detrended first, so steady growth does not count as volatile.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from analytics.figures import PLACES, WIDE, ratio

LEAST_MONTHS = 4
MOST_MONTHS = 12
LEAST_WEEKS = 8
MOST_WEEKS = 26
NO_ACTIVITY = Decimal(99)


def revenue_cv(series: Sequence[int]) -> Decimal | None:
    """Spread of monthly net revenue about its own straight line, as a share of the mean, last 12 months at
    most.

    `sqrt(Σ resid² ÷ (n − 2)) ÷ mean(y)`.
    Empty: None with fewer than 4 months or a mean of zero or less.
    """
    y = [Fraction(value) for value in series[-MOST_MONTHS:]]
    n = len(y)
    total = sum(y, Fraction(0))
    if n < LEAST_MONTHS or total <= 0:
        return None
    mean_x, mean_y = Fraction(n - 1, 2), total / n
    sxx = sum(((x - mean_x) * (x - mean_x) for x in range(n)), Fraction(0))
    sxy = sum(((x - mean_x) * (value - mean_y) for x, value in enumerate(y)), Fraction(0))
    slope = sxy / sxx
    residuals = (value - mean_y - slope * (x - mean_x) for x, value in enumerate(y))
    variance = sum((residual * residual for residual in residuals), Fraction(0)) / (n - 2)
    return _root(variance / (mean_y * mean_y))


def weekly_cv(counts: Sequence[int]) -> Decimal | None:
    """Sample standard deviation ÷ mean of successful charges a week, zero weeks included, last 26 weeks at
    most.

    Empty: None with fewer than 8 weeks; 99 when every week was zero.
    """
    weeks = list(counts[-MOST_WEEKS:])
    n = len(weeks)
    if n < LEAST_WEEKS:
        return None
    if sum(weeks) == 0:
        return NO_ACTIVITY
    mean = Fraction(sum(weeks), n)
    variance = sum(((count - mean) * (count - mean) for count in weeks), Fraction(0)) / (n - 1)
    return _root(variance / (mean * mean))


def growth(series: Sequence[int]) -> tuple[Decimal | None, str]:
    """Change of the last three complete months, and what they were compared with.

    From 15 months on the same three a year before ("yoy"), from 6 the three before them ("qoq").
    Empty: None with fewer than 6 months, or when the base is zero or less; the basis is "" below 6 months.
    """
    n = len(series)
    if n < 6:
        return None, ""
    basis = "yoy" if n >= 15 else "qoq"
    base = sum(series[-15:-12]) if basis == "yoy" else sum(series[-6:-3])
    if base <= 0:
        return None, basis
    return ratio(sum(series[-3:]), base) - 1, basis


def _root(value: Fraction) -> Decimal:
    exact = WIDE.divide(Decimal(value.numerator), Decimal(value.denominator))
    return WIDE.quantize(WIDE.sqrt(exact), PLACES).normalize(WIDE)
