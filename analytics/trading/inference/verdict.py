"""The four words for an edge. A good number with little behind it is unproven, and is called so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    PROVEN = "proven"
    LEANING = "leaning"
    UNPROVEN = "unproven"
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a verdict is spoken on. Money in any one unit; None where the record is too short to say.

    low_95: lower end of the 95 % interval of expectancy. high_90: upper end of the 90 % interval.
    above_zero: share of resampled records with a mean above 0. day_p: one-sided p of the mean day.
    net: the result; without_best_trade, without_best_day: what is left of it.
    """

    low_95: float | None
    high_90: float | None
    above_zero: float | None
    day_p: float | None
    net: float
    without_best_trade: float
    without_best_day: float

    @property
    def one_trade(self) -> bool:
        """Whether a single trade brought more than half of the result."""
        return self.net > 0 and self.without_best_trade < self.net * MOST_OF_ONE_TRADE


LEANS_FROM = 0.8
#: A result of which one trade is more than half tells of that trade, whatever the resampling says (§ 6.2, last line).
MOST_OF_ONE_TRADE = 0.5


def verdict(grounds: Grounds) -> Verdict:
    """Source: trading.md § 6.2. Empty: unproven while there is no interval."""
    if grounds.low_95 is None or grounds.high_90 is None or grounds.above_zero is None:
        return Verdict.UNPROVEN
    if grounds.high_90 < 0:
        return Verdict.NEGATIVE
    if grounds.one_trade:
        return Verdict.UNPROVEN
    robust = grounds.without_best_trade > 0 and grounds.without_best_day > 0
    if grounds.low_95 > 0 and grounds.day_p is not None and grounds.day_p < 0.05 and robust:
        return Verdict.PROVEN
    if grounds.above_zero >= LEANS_FROM:
        return Verdict.LEANING
    return Verdict.UNPROVEN
