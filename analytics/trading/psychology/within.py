"""Tests inside days: labels and orders are exchanged within a session only, so that good and bad days cancel out."""

from __future__ import annotations

from math import comb
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from analytics.trading.inference.permutation import LISTED_WAYS, Side, within_day
from analytics.trading.record import Floats, Ints

#: Beyond this work the permutations' exact mean and variance take the place of 10,000 draws; the sum over so many days
#: is as good as normal, and the p-values agree to the third decimal.
MOST_DAYS, MOST_WAYS = 200, 5_000


def labels_p(values: Floats, labelled: ArrayLike, day: Ints, *, seed: int, side: Side) -> float:
    """p of mean(labelled) − mean(rest) when labels are exchanged inside each day. Empty: NaN for an empty arm."""
    mask = np.asarray(labelled, dtype=np.bool_)
    if not mask.any() or mask.all():
        return float("nan")
    _, number = np.unique(day, return_inverse=True)
    size = np.bincount(number)
    if len(size) <= MOST_DAYS and _ways(size, np.bincount(number, weights=mask).astype(int)) <= MOST_WAYS:
        return within_day(values, mask, day, seed=seed, side=side).p
    return linear_p(mask.astype(np.float64), values, day, side=side)


def linear_p(x: Floats, y: Floats, day: Ints, *, side: Side) -> float:
    """p of Σ x·y when y is exchanged inside each day, by the exact mean and variance of all exchanges.

    The sum over days has mean Σ n·x̄·ȳ and variance Σ Sxx·Syy ÷ (n − 1). Empty: NaN where nothing varies inside a day.
    """
    _, number = np.unique(day, return_inverse=True)
    size = np.bincount(number)
    dx, dy = centred(x, number), centred(y, number)
    variance = np.bincount(number, weights=dx**2) * np.bincount(number, weights=dy**2) / np.maximum(size - 1, 1)
    spread = float(np.sqrt(variance.sum()))
    if spread == 0.0:
        return float("nan")
    z = float((dx * dy).sum()) / spread
    below = NormalDist().cdf(z)
    return {"less": below, "greater": 1 - below, "two-sided": 2 * min(below, 1 - below)}[side]


def slope(x: Floats, y: Floats, day: Ints) -> float:
    """Change of y for one step of x inside a day: each day has its own level. Empty: NaN where x never varies."""
    dx, dy = (centred(column, np.unique(day, return_inverse=True)[1]) for column in (x, y))
    below = float((dx**2).sum())
    return float((dx * dy).sum()) / below if below else float("nan")


def centred(values: Floats, number: Ints) -> Floats:
    """Values less the mean of their day; `number` counts days from 0."""
    size = np.maximum(np.bincount(number), 1)
    return np.asarray(values - (np.bincount(number, weights=values) / size)[number])


def ranks(values: Floats) -> Floats:
    """Ranks from 1, equal values sharing the middle of theirs."""
    _, number, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[number], dtype=np.float64)


def _ways(size: Ints, chosen: Ints) -> int:
    return sum(min(comb(int(n), int(k)), LISTED_WAYS) for n, k in zip(size, chosen, strict=True))
