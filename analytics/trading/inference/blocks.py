"""How long a block a resampling needs: series with memory are drawn in runs, or their intervals are too narrow."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray


def longest_block(n: int) -> float:
    """The cap 2·n^⅓, at least 1."""
    return max(1.0, 2.0 * float(n) ** (1 / 3))


def block_length(values: ArrayLike) -> float:
    """Mean block of a stationary bootstrap for the mean of `values`, in observations, clipped to [1, 2·n^⅓].

    Empty:   1 for fewer than 8 values, and for values that never differ.
    Source:  automatic block-length selection, Econometric Reviews 2004, corrected 2009; the bound is trading.md § 6.1.
    """
    x = np.asarray(values, dtype=np.float64)
    n = len(x)
    if n < 8 or float(x.std()) == 0.0:
        return 1.0
    few = max(5, math.ceil(math.sqrt(math.log10(n))))
    most = min(n - 1, math.ceil(math.sqrt(n)) + few)
    covariance = autocovariance(x, most)
    significant = np.abs(covariance[1:] / covariance[0]) > 2.0 * math.sqrt(math.log10(n) / n)
    bandwidth = min(2 * _last_lag(significant, few), most)
    lags = np.arange(-bandwidth, bandwidth + 1)
    flat_top = np.minimum(1.0, 2.0 * (1.0 - np.abs(lags) / bandwidth)) if bandwidth else np.ones(1)
    weighted = flat_top * covariance[np.abs(lags)]
    spread = float(np.sum(np.abs(lags) * weighted))
    density = 2.0 * float(weighted.sum()) ** 2
    if density <= 0:
        return 1.0
    wanted = float((2.0 * spread**2 / density) ** (1 / 3) * n ** (1 / 3))
    return float(np.clip(wanted, 1.0, longest_block(n)))


def autocovariance(x: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """Autocovariances of lags 0 to `most`, each divided by n."""
    centred = x - x.mean()
    n = len(x)
    return np.array([float(centred[: n - lag] @ centred[lag:]) / n for lag in range(most + 1)])


def _last_lag(significant: NDArray[np.bool_], few: int) -> int:
    """The lag after which `few` autocorrelations in a row say nothing; the last significant one where none do."""
    run = 0
    for lag, says in enumerate(significant, start=1):
        run = 0 if says else run + 1
        if run == few:
            return max(1, lag - few)
    told = np.flatnonzero(significant)
    return int(told[-1]) + 1 if len(told) else 1
