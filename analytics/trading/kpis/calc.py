"""Formulas over single decisions: x₁…x_N, net results in close order. Plain NumPy; None where undefined."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from analytics.trading.record import Floats


@dataclass(frozen=True, slots=True)
class Basics:
    """Counts and sums of N decisions. `losses` is Σ |x| of losers, above 0 or 0."""

    n: int
    wins: int
    losers: int
    zeros: int
    gains: float
    losses: float


def basics(x: Floats) -> Basics:
    won, lost = x > 0, x < 0
    return Basics(
        len(x), int(won.sum()), int(lost.sum()), int((x == 0).sum()), float(x[won].sum()), float(-x[lost].sum())
    )


def ratio(above: float, below: float) -> float | None:
    return above / below if below else None


def payoff(known: Basics) -> float | None:
    """Mean win ÷ mean |loss|. Empty: None without a win or without a loss."""
    return (known.gains / known.wins) / (known.losses / known.losers) if known.wins and known.losers else None


def system_quality(x: Floats) -> float | None:
    """√min(N, 100) · mean ÷ sample deviation. Empty: None below 30 values, or where they never differ."""
    if len(x) < 30 or float(x.std()) == 0.0:
        return None
    return float(math.sqrt(min(len(x), 100)) * x.mean() / x.std(ddof=1))


def longest_run(hits: np.ndarray) -> int:
    """The longest run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], hits, [False]]).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def expected_run(n: int, p: float) -> float | None:
    """About the longest run that luck alone brings: ln(N(1 − p)) ÷ ln(1 ÷ p). Empty: None for p of 0 or 1."""
    if not 0 < p < 1 or n * (1 - p) <= 1:
        return None
    return math.log(n * (1 - p)) / math.log(1 / p)


def runs_z(x: Floats) -> float | None:
    """MetaTrader's Z, flat decisions counted as wins. Empty: None below 20 wins or 20 losses."""
    won = x >= 0
    wins, losers, n = int(won.sum()), int((~won).sum()), len(x)
    if wins < 20 or losers < 20:
        return None
    runs = 1 + int((won[1:] != won[:-1]).sum())
    p = 2.0 * wins * losers
    return (n * (runs - 0.5) - p) / math.sqrt(p * (p - n) / (n - 1))


def without_best(x: Floats, groups: np.ndarray | None = None) -> float:
    """The sum without its largest part: a single value, or the largest sum of `groups`. Empty: 0."""
    if not len(x):
        return 0.0
    parts = x if groups is None else np.bincount(np.unique(groups, return_inverse=True)[1], weights=x)
    return float(x.sum() - parts.max())
