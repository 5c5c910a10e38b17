"""How sure a finding is, from 0 to 1. Rules state which of these they use; below 0.5 advice is not shown by itself."""

from __future__ import annotations

from decimal import Decimal
from statistics import NormalDist

from analytics.figures import Figure

#: The finding is a count of records, or a state: there is nothing to estimate.
RECORDED = Decimal(1)
RECORDED_WORDS = "Certain: a count of records, or a state."
SIGN_WORDS = "The probability that the estimate has the sign it shows, from its 90 % interval."
HALF_WIDTHS = Decimal("1.645")  # of a 90 % interval, in standard errors
PLACES = Decimal("0.001")


def of_sample(n: int, *, half: int) -> Decimal:
    """n ÷ (n + half): one half at `half` observations, four fifths at four times as many. 0 without any."""
    return (Decimal(n) / (n + half)).quantize(PLACES) if n > 0 else Decimal(0)


def of_sign(figure: Figure) -> Decimal:
    """How probable it is that an estimate has the sign it shows, from its 90 % interval as of a normal estimate.

    Empty: 0.5 for an estimate without an interval or a value: no surer than a coin.
    """
    if figure.value is None or figure.low is None or figure.high is None:
        return Decimal("0.5")
    error = (figure.high - figure.low) / 2 / HALF_WIDTHS
    if error <= 0:
        return RECORDED
    return Decimal(NormalDist().cdf(abs(float(figure.value) / float(error)))).quantize(PLACES)
