"""Return per unit of risk, and how much of it could be luck. Returns are per period; a is the periods of a year."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

EULER = 0.5772156649015329
NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Moments:
    """Sharpe per period (sample deviation), skew, kurtosis (3 for a normal one) and the number of periods."""

    sharpe: float
    skew: float
    kurtosis: float
    n: int


def moments(returns: ArrayLike) -> Moments | None:
    """Empty: None for fewer than two returns, or returns that never differ."""
    x = np.asarray(returns, dtype=np.float64)
    if len(x) < 2 or float(x.std()) == 0.0:
        return None
    centred = (x - x.mean()) / x.std()
    return Moments(float(x.mean() / x.std(ddof=1)), float((centred**3).mean()), float((centred**4).mean()), len(x))


def sharpe(returns: ArrayLike, *, a: float) -> float | None:
    """mean ÷ sample deviation · √a, risk-free rate 0. Empty: None where there is no deviation."""
    known = moments(returns)
    return None if known is None else known.sharpe * math.sqrt(a)


def sortino(returns: ArrayLike, *, a: float, least: float = 0.0) -> float | None:
    """(mean − least) ÷ √(mean of squared shortfalls over *all* periods) · √a. Empty: None without a shortfall."""
    x = np.asarray(returns, dtype=np.float64)
    if not len(x):
        return None
    below = math.sqrt(float((np.minimum(x - least, 0.0) ** 2).mean()))
    return None if below == 0.0 else float((x.mean() - least) / below * math.sqrt(a))


def error(known: Moments) -> float:
    """The standard error of a per-period Sharpe ratio: √((1 − g₃S + (g₄ − 1)S²/4) ÷ (n − 1))."""
    s = known.sharpe
    inside = 1 - known.skew * s + (known.kurtosis - 1) / 4 * s * s
    return math.sqrt(max(inside, 1e-12) / (known.n - 1))


def psr(known: Moments, *, above: float = 0.0) -> float:
    """Probabilistic Sharpe ratio: the chance that the true per-period Sharpe is above `above`. Source: [PSR]."""
    return NORMAL.cdf((known.sharpe - above) / error(known))


def bounds(known: Moments, *, level: float = 0.9) -> tuple[float, float]:
    """The interval of the per-period Sharpe ratio by the same standard error."""
    half = NORMAL.inv_cdf((1 + level) / 2) * error(known)
    return known.sharpe - half, known.sharpe + half


def min_trl(known: Moments, *, above: float = 0.0, confidence: float = 0.95) -> float | None:
    """Minimum track record length in periods. Empty: None when the ratio is not above `above`: never on this record."""
    if known.sharpe <= above:
        return None
    s = known.sharpe
    inside = 1 - known.skew * s + (known.kurtosis - 1) / 4 * s * s
    return 1 + inside * (NORMAL.inv_cdf(confidence) / (s - above)) ** 2


def luckiest(trials: int, variance: float) -> float:
    """The per-period Sharpe the best of `trials` worthless slices is expected to show; `variance` is of their ratios.

    Empty: 0 for a single trial, of which nothing was chosen. Source: [DSR].
    """
    if trials < 2 or variance <= 0:
        return 0.0
    return math.sqrt(variance) * (
        (1 - EULER) * NORMAL.inv_cdf(1 - 1 / trials) + EULER * NORMAL.inv_cdf(1 - 1 / (trials * math.e))
    )


def dsr(known: Moments, *, trials: int, variance: float) -> float:
    """Deflated Sharpe ratio: the chance of a true edge after the best of `trials` slices was chosen."""
    return psr(known, above=luckiest(trials, variance))
