"""From statistics to figures: a float becomes a decimal of fixed resolution, money becomes whole minor units."""

from __future__ import annotations

import math
from decimal import Decimal

from accounts.money import exponent

#: Significant decimals of a stored statistic: more than any interval deserves, fewer than a float has noise.
PLACES = Decimal("1e-8")


def decimal(value: float | None) -> Decimal | None:
    """A statistic as a decimal with at most eight places. Empty: None for None, NaN and infinity."""
    if value is None or not math.isfinite(value):
        return None
    text = Decimal(repr(float(value))).quantize(PLACES).normalize()
    return text + 0  # never −0


def minor(value: float | Decimal | None, currency: str) -> int | None:
    """Money in major units as whole minor units, halves away from zero. Empty: None for None, NaN and infinity."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    from_zero = exact.scaleb(exponent(currency))
    whole = int((abs(from_zero) + Decimal("0.5")).to_integral_value(rounding="ROUND_FLOOR"))
    return whole if from_zero >= 0 else -whole


def minor_decimal(value: float | None, currency: str) -> Decimal | None:
    """The same as a decimal, for the ends of an interval."""
    whole = minor(value, currency)
    return None if whole is None else Decimal(whole)
