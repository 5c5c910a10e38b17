"""Drawdowns, the start counted as the first peak, and an equity curve that deposits neither lift nor sink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Nav:
    """`values` starts with 1 and has one value after each decision; `returns` are the steps between them.

    `balances` is the money in the account before each decision. `exhausted` is the decision before which nothing was
    left; the curve ends there.
    """

    values: Floats
    returns: Floats
    balances: Floats
    exhausted: int | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """One drawdown: positions in the curve of its peak, trough and recovery (None while it lasts), and its depth."""

    peak: int
    trough: int
    recovered: int | None
    depth: float


def nav(net: ArrayLike, closed: ArrayLike, *, balance: float, flows: Sequence[tuple[float, float]] = ()) -> Nav:
    """NAV·= 1 + result ÷ balance before it. Deposits and withdrawals change the balance, never the NAV.

    A flow counts before a decision that closes at the same moment or later. Source: trading.md § 5.
    """
    x, at = np.asarray(net, dtype=np.float64), np.asarray(closed, dtype=np.float64)
    moved = np.array([amount for _, amount in flows], dtype=np.float64)
    arrived = np.searchsorted(np.array([t for t, _ in flows], dtype=np.float64), at, side="right")
    deposited = np.concatenate([[0.0], np.cumsum(moved)])[arrived]
    before = balance + deposited + np.concatenate([[0.0], np.cumsum(x)[:-1]]) if len(x) else x
    gone = np.flatnonzero(before <= 0)
    end = int(gone[0]) if len(gone) else len(x)
    returns = x[:end] / before[:end]
    broken = np.flatnonzero(returns <= -1)  # a decision that lost more than there was ends the curve at nothing
    if len(broken):
        end = int(broken[0]) + 1
        returns = np.maximum(returns[:end], -1.0)
    values = np.concatenate([[1.0], np.cumprod(1 + returns)])
    return Nav(values, returns, before[:end], end if end < len(x) or len(broken) else None)


def underwater(curve: ArrayLike) -> Floats:
    """(value − highest so far) ÷ highest so far, at most 0; give the start as the first value."""
    values = np.asarray(curve, dtype=np.float64)
    peak = np.maximum.accumulate(values, axis=-1)
    return np.divide(values - peak, peak, out=np.zeros_like(values), where=peak > 0)


def max_drawdown(curve: ArrayLike) -> float:
    """The deepest fall from a peak as a fraction of it, 0 or above. Empty: 0 for a curve that never falls."""
    values = np.asarray(curve, dtype=np.float64)
    return float(-underwater(values).min()) if values.size else 0.0


def max_drawdown_of_returns(returns: ArrayLike) -> float:
    """The same of returns, the start being worth 1: a loss in the first period counts."""
    r = np.asarray(returns, dtype=np.float64)
    return max_drawdown(np.concatenate([[1.0], np.cumprod(1 + r)]))


def money_drawdown(results: ArrayLike) -> float:
    """The deepest fall of the running sum of `results` from its highest, which starts at 0. In money, 0 or above."""
    sums = np.concatenate([[0.0], np.cumsum(np.asarray(results, dtype=np.float64))])
    return float((np.maximum.accumulate(sums) - sums).max())


def episodes(curve: ArrayLike, *, relative: bool = True) -> tuple[Episode, ...]:
    """Every drawdown of a curve in order of time, depth as a fraction of the peak, or absolute."""
    values = np.asarray(curve, dtype=np.float64)
    peak = np.maximum.accumulate(values)
    below = values < peak
    edges = np.flatnonzero(np.diff(np.concatenate([[False], below, [False]]).astype(np.int8)))
    made = []
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        trough = int(first + np.argmin(values[first:end]))
        fall = float(peak[trough] - values[trough])
        depth = fall / float(peak[trough]) if relative and peak[trough] > 0 else fall
        made.append(Episode(int(first) - 1, trough, int(end) if end < len(values) else None, depth))
    return tuple(made)


def deepest(curve: ArrayLike, *, relative: bool = True) -> Episode | None:
    """The deepest drawdown, the first of equals. Empty: None for a curve that never falls."""
    return max(episodes(curve, relative=relative), key=lambda one: one.depth, default=None)
