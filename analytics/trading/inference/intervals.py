"""Intervals in closed form."""

from __future__ import annotations

import math
from statistics import NormalDist

from analytics.trading.inference.bootstrap import Interval


def wilson(successes: int, n: int, *, level: float = 0.95) -> Interval:
    """Wilson's interval of a share. Empty: NaN for n = 0. `above_zero` says whether there was any success."""
    if n == 0:
        return Interval(math.nan, math.nan, math.nan, level)
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = successes / n
    scale = 1 + z * z / n
    middle = (share + z * z / (2 * n)) / scale
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / scale
    return Interval(max(0.0, middle - half), min(1.0, middle + half), float(successes > 0), level)
