"""The mean day against zero."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from analytics.trading.inference.blocks import block_length
from analytics.trading.inference.bootstrap import REPS, sums


def mean_day_p(days: ArrayLike, *, seed: int, reps: int = REPS) -> float | None:
    """One-sided p of a mean day above 0: how often days without an edge, drawn in blocks, reach as high a mean.

    `days` are results by session. Empty: None for fewer than 8 days.
    """
    x = np.asarray(days, dtype=np.float64)
    if len(x) < 8:
        return None
    drawn = sums((x - x.mean())[:, None], block=block_length(x), seed=seed, reps=reps)[:, 0] / len(x)
    return float((drawn >= x.mean()).sum() + 1) / (reps + 1)
