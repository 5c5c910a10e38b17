"""How much a record would have borne: Kelly on resampled records, optimal f, the chance to lose half."""

from __future__ import annotations

import numpy as np

from analytics.trading.inference.blocks import block_length
from analytics.trading.inference.bootstrap import indices
from analytics.trading.record import Floats

HALVINGS = 50
RECORDS = 300
RESOLUTION = 0.02  # R
RUIN_PATHS, RUIN_SESSIONS = 4_000, 120


def best_fraction(results: Floats, weights: Floats | None = None) -> Floats:
    """argmax over f of Σ w·ln(1 + f·r), for each row of weights (k × n), by halving the derivative's interval.

    `results` in units of risk. 0 where the mean is not positive; at most 1 ÷ |worst|, where one loss takes all.
    """
    w = np.ones((1, len(results))) if weights is None else weights
    worst = float(-results.min())
    if worst <= 0:
        return np.full(len(w), np.inf)
    low, high = np.zeros(len(w)), np.full(len(w), (1 - 1e-9) / worst)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        slope = (w * (results / (1 + middle[:, None] * results))).sum(axis=1)
        rising = slope > 0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    found: Floats = np.where((w * results).sum(axis=1) > 0, (low + high) / 2, 0.0)
    return found


def half_kelly(r: Floats, *, seed: int) -> float | None:
    """½ · Kelly's fraction at the lower 25 % of resampled records, as a share of equity risked a decision.

    Results are taken to the nearest 0.02 R, so that a long record costs no more than a short one.
    Empty: None when that bound, or the expectancy's, is not above 0, or nothing was ever lost.
    """
    values, code = np.unique(np.round(r / RESOLUTION), return_inverse=True)
    levels = values * RESOLUTION
    if not len(r) or levels.min() >= 0:
        return None
    block = block_length(r)
    counts = [
        np.stack([np.bincount(row, minlength=len(levels)) for row in code[chunk]]).astype(np.float64)
        for chunk in indices(len(r), block=block, seed=seed, reps=RECORDS)
    ]
    weights = np.concatenate(counts)
    if float(np.quantile(weights @ levels, 0.25)) <= 0:
        return None
    return float(np.quantile(best_fraction(levels, weights), 0.25)) / 2


def optimal_f(x: Floats) -> float | None:
    """argmax Π(1 + f·x ÷ |largest loss|). Empty: None without a loss or with an expectancy of 0 or less."""
    if not len(x) or x.min() >= 0 or x.mean() <= 0:
        return None
    return float(best_fraction(x / -x.min())[0])


def ruin(returns: Floats, *, floor: float, seed: int) -> float:
    """Share of resampled futures of 120 sessions in which the NAV falls to `floor` of today's."""
    block = block_length(returns)
    hit = 0
    for chunk in indices(len(returns), block=block, seed=seed, reps=RUIN_PATHS, length=RUIN_SESSIONS):
        lowest = np.cumprod(1 + returns[chunk], axis=1).min(axis=1)
        hit += int((lowest <= floor).sum())
    return hit / RUIN_PATHS
