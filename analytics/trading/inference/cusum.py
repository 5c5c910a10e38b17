"""A one-sided CUSUM: adds up how far results stay below what the trader's own baseline promised."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.trading.inference.blocks import block_length
from analytics.trading.inference.bootstrap import indices

Floats = NDArray[np.float64]

SLACK = 0.25
DECISIONS_A_FALSE_ALARM = 250
PATHS, HORIZON = 400, 2_500


@dataclass(frozen=True, slots=True)
class Cusum:
    """The statistic after each monitored decision, its threshold, and the first decision above it, or None."""

    path: Floats
    threshold: float
    alarm: int | None


def path_of(z: ArrayLike, *, slack: float = SLACK) -> Floats:
    """S_t = max(0, S_{t−1} − z_t − slack), from 0. z is the result in standard deviations from the baseline's mean.

    Source: "Continuous Inspection Schemes", Biometrika 1954.
    """
    steps = -np.asarray(z, dtype=np.float64) - slack
    total = np.cumsum(steps, axis=-1)
    lowest = np.minimum(np.minimum.accumulate(total, axis=-1), 0.0)
    return total - lowest


def threshold(baseline: ArrayLike, *, seed: int, slack: float = SLACK, every: int = DECISIONS_A_FALSE_ALARM) -> float:
    """The height that the baseline itself, resampled in blocks, first reaches after `every` decisions on average."""
    z = standardised(baseline, baseline)
    drawn = np.concatenate(list(indices(len(z), block=block_length(z), seed=seed, reps=PATHS, length=HORIZON)))
    highest = np.maximum.accumulate(path_of(z[drawn], slack=slack), axis=1)
    low, high = 0.0, float(highest.max())
    for _ in range(40):
        middle = (low + high) / 2
        if float((highest < middle).sum(axis=1).mean()) + 1 < every:
            low = middle
        else:
            high = middle
    return high


def monitor(baseline: ArrayLike, monitored: ArrayLike, *, seed: int, slack: float = SLACK) -> Cusum:
    """Whether and where the monitored results leave what the baseline promised.

    Errors: ValueError for a baseline without spread, against which nothing can be measured.
    """
    height = threshold(baseline, seed=seed, slack=slack)
    path = path_of(standardised(monitored, baseline), slack=slack)
    over = np.flatnonzero(path > height)
    return Cusum(path, height, int(over[0]) if len(over) else None)


def standardised(values: ArrayLike, baseline: ArrayLike) -> Floats:
    """Values in sample deviations of the baseline from its mean. Errors: ValueError for a baseline without spread."""
    base = np.asarray(baseline, dtype=np.float64)
    spread = float(base.std(ddof=1)) if len(base) > 1 else 0.0
    if spread == 0.0:
        raise ValueError("the baseline never differs")
    return (np.asarray(values, dtype=np.float64) - base.mean()) / spread
