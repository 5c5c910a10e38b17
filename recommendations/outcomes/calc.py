"""Did it help? The effect of a step on a daily series, with an interval that allows for the series' memory.

Plain NumPy: values in, values out, no clock. A day is a pair: what was counted (`num`) over what it is a share of
(`den`; 1 where the metric is a plain amount a day). A period's value is the sum of one over the sum of the other.

Source: the long-run variance is Newey and West (Econometrica 1987) with Bartlett weights, on residuals whitened by a
first-order autoregression first (Andrews and Monahan, Econometrica 1992), whose coefficient is corrected for its bias
in short series (Kendall, Biometrika 1954). The quantile is Student's with 0.4·T^⅔ degrees of freedom, the number that
Lazarus, Lewis, Stock and Watson (JBES 2018) advise for such tests. Ratios are linearised (Cochran, Sampling Techniques,
§ 2.11). With controls, the same is done to the difference of the day's values (Bertrand, Duflo and Mullainathan, QJE
2004, on why its memory must be allowed for).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

LEVEL = 0.90
POWER = 0.80
#: Fewer days on either side than this say nothing about their own memory.
LEAST_DAYS = 14
WEEK = 7
#: A series with more memory than this wanders: neither side has a mean to compare.
MOST_MEMORY = 0.95

Floats = NDArray[np.float64]


class Result(StrEnum):
    WORKED = "worked"
    NO_EFFECT = "no_effect"
    HARMED = "harmed"
    UNKNOWABLE = "unknowable"


@dataclass(frozen=True, slots=True)
class Days:
    """One side of the comparison. `weekday` is 0 to 6, or empty where weeks have no meaning (trading sessions)."""

    num: Floats
    den: Floats
    weekday: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, num: ArrayLike, den: ArrayLike | None = None, weekday: ArrayLike | None = None) -> Days:
        top = np.asarray(num, float)
        bottom = np.ones_like(top) if den is None else np.asarray(den, float)
        return cls(top, bottom, None if weekday is None else np.asarray(weekday, np.int64))

    @property
    def n(self) -> int:
        return len(self.num)

    @property
    def value(self) -> float | None:
        """Empty: None when there is nothing to divide by."""
        total = float(self.den.sum())
        return float(self.num.sum()) / total if total > 0 else None


@dataclass(frozen=True, slots=True)
class Effect:
    """After minus before, in the metric's unit. `memory` is the first-order autocorrelation that was allowed for."""

    before: float
    after: float
    effect: float
    low: float
    high: float
    error: float
    memory: float
    n_before: int
    n_after: int


def effect(before: Days, after: Days, *, level: float = LEVEL) -> Effect | None:
    """The step between two periods, with an interval that holds the true step in `level` of all cases.

    Empty:  None with fewer than fourteen days on a side, nothing to divide by, or days that never differ.
    """
    if min(before.n, after.n) < LEAST_DAYS:
        return None
    first, second = before.value, after.value
    if first is None or second is None:
        return None
    residuals = _residuals((before, after), (first, second))
    spread, memory = long_run_deviation(residuals)
    if spread <= 0:
        return None
    error = spread * float(np.sqrt(1 / before.n + 1 / after.n))
    reach = error * quantile(before.n + after.n, level)
    step = second - first
    return Effect(first, second, step, step - reach, step + reach, error, memory, before.n, after.n)


def minimum_detectable(before: Days, *, n_after: int, level: float = LEVEL, power: float = POWER) -> float | None:
    """The smallest step that would be told from chance with probability `power`, judged from the baseline alone.

    Empty: None where the baseline is too short or never differs.
    """
    value = before.value
    if before.n < LEAST_DAYS or n_after < LEAST_DAYS or value is None:
        return None
    spread, _ = long_run_deviation(_residuals((before,), (value,)))
    if spread <= 0:
        return None
    n = before.n + n_after
    reach = quantile(n, level) + float(stats.t.ppf(power, _freedom(n)))
    return reach * spread * float(np.sqrt(1 / before.n + 1 / n_after))


def result(found: Effect | None, *, better: int) -> Result:
    """Worked or harmed when the whole interval lies on one side of nothing; `better` is +1 or −1.

    A world without effect is called worked in (1 − level)/2 of cases, and harmed as often.
    """
    if found is None or found.memory >= MOST_MEMORY:
        return Result.UNKNOWABLE
    if found.low <= 0 <= found.high:
        return Result.NO_EFFECT
    return Result.WORKED if found.effect * better > 0 else Result.HARMED


def difference(treated: Days, controls: Sequence[Days]) -> Days:
    """Day by day, the treated value less the mean of its controls; days on which one of them has no value are left out.

    Errors: ValueError when the series do not cover the same days.
    """
    if any(control.n != treated.n for control in controls):
        raise ValueError("controls cover other days than what they control")
    rates = [np.divide(one.num, one.den, out=np.full(one.n, np.nan), where=one.den > 0) for one in (treated, *controls)]
    gap = rates[0] - np.mean(rates[1:], axis=0)
    known = ~np.isnan(gap)
    weekday = None if treated.weekday is None else treated.weekday[known]
    return Days(gap[known], np.ones(int(known.sum())), weekday)


def quantile(n: int, level: float) -> float:
    """Student's quantile for an interval of `level` over n days in all."""
    return float(stats.t.ppf((1 + level) / 2, _freedom(n)))


def long_run_deviation(residuals: Floats) -> tuple[float, float]:
    """√ of the long-run variance, and the memory that was found. Empty: 0, 0 for residuals that never differ."""
    n = len(residuals)
    power = float(residuals[:-1] @ residuals[:-1])
    if power <= 0 or n < LEAST_DAYS:
        return 0.0, 0.0
    raw = float(residuals[1:] @ residuals[:-1]) / power
    memory = float(np.clip(raw + (1 + 3 * raw) / n, 0.0, MOST_MEMORY))
    white = residuals[1:] - memory * residuals[:-1]
    lags = int(4 * (n / 100) ** (2 / 9))
    total = float(white @ white)
    for lag in range(1, lags + 1):
        total += 2 * (1 - lag / (lags + 1)) * float(white[lag:] @ white[:-lag])
    floor = float(white @ white) / 2  # negative lags must not talk the variance away
    variance = max(total, floor) / (n - WEEK - 1)
    return float(np.sqrt(variance)) / (1 - memory), memory


def _freedom(n: int) -> float:
    return max(2.0, 0.4 * n ** (2 / 3))


def _residuals(sides: Sequence[Days], values: Sequence[float]) -> Floats:
    """What each day adds to its side's value beyond its share, weekdays taken out."""
    parts = [(side.num - value * side.den) / float(side.den.mean()) for side, value in zip(sides, values, strict=True)]
    left = np.concatenate(parts)
    weekdays = [side.weekday for side in sides]
    if all(one is not None for one in weekdays):
        days = np.concatenate([one for one in weekdays if one is not None])
        for day in range(WEEK):
            chosen = days == day
            if chosen.any():
                left[chosen] -= left[chosen].mean()
    return left
