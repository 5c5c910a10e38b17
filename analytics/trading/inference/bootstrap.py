"""The stationary bootstrap: runs of random length, begun anywhere, so that neighbours stay neighbours.

Results are never resampled one by one: their order carries information. Decisions that share a day are drawn with
their day. A statistic of sums, such as a mean or a ratio of two, is computed for all draws in one product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.trading.inference.blocks import block_length

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REPS = 10_000
LEVEL = 0.9
#: Elements drawn at once; bounds the memory, never the result.
AT_ONCE = 2_000_000
#: From here on decisions are said to cluster by day: so many sessions, so many decisions in the average one.
CLUSTERED_SESSIONS, CLUSTERED_DECISIONS = 20, 2.0


@dataclass(frozen=True, slots=True)
class Interval:
    """The middle `level` of a resampled statistic, and the share of draws above zero. Same units as the statistic.

    Draws in which the statistic is undefined count in neither; `low` is NaN when fewer than half are defined.
    """

    low: float
    high: float
    above_zero: float
    level: float = LEVEL
    block: float = 1.0

    @property
    def known(self) -> bool:
        return bool(np.isfinite(self.low) and np.isfinite(self.high))


def indices(n: int, *, block: float, seed: int, reps: int = REPS, length: int | None = None) -> Iterator[Ints]:
    """Positions of resampled series in chunks of shape (some reps, `length`), together `reps` rows.

    A row is made of runs of mean length `block` that begin anywhere and wrap around the end. `length` is n unless
    given. Equal arguments, equal draws. Source: "The Stationary Bootstrap", JASA 1994.
    """
    if n < 1:
        raise ValueError("nothing to draw from")
    row = length or n
    draw = np.random.default_rng(seed)
    at_once = max(1, AT_ONCE // row)
    for first in range(0, reps, at_once):
        yield _runs(draw, n, block=block, rows=min(at_once, reps - first), row=row)


def _runs(draw: np.random.Generator, n: int, *, block: float, rows: int, row: int) -> Ints:
    """A run ends with probability 1/block after each step, which has no memory: a row may simply begin a new one."""
    total = rows * row
    if block <= 1.0:
        return draw.integers(0, n, (rows, row))
    begins = draw.random(total, dtype=np.float32) < 1.0 / block
    begins[::row] = True
    at = np.flatnonzero(begins)
    starts = draw.integers(0, n, len(at))
    lengths = np.diff(at, append=total)
    positions = np.repeat(starts - at, lengths)
    positions += np.arange(total)
    while len(beyond := np.flatnonzero(positions >= n)):  # around the end; cheaper than a remainder of all
        positions[beyond] -= n
    return positions.reshape(rows, row)


def sums(table: Floats, *, block: float, seed: int, reps: int = REPS) -> Floats:
    """Column sums of resampled rows of `table` (n × k), as reps × k. What every statistic of sums is made of."""
    n = len(table)
    made = np.empty((reps, table.shape[1]))
    done = 0
    for chunk in indices(n, block=block, seed=seed, reps=reps):
        rows = len(chunk)
        flat = (chunk + (np.arange(rows) * n)[:, None]).ravel()
        counts = np.bincount(flat, minlength=rows * n).reshape(rows, n)
        made[done : done + rows] = counts.astype(np.float64) @ table
        done += rows
    return made


def interval(
    values: ArrayLike,
    statistic: Callable[[Floats], Floats],
    *,
    seed: int,
    reps: int = REPS,
    level: float = LEVEL,
    block: float | None = None,
) -> Interval:
    """Percentile interval of `statistic`, a function of (reps, n) resampled series that returns one value a row.

    Errors: ValueError for no values.
    """
    x = np.asarray(values, dtype=np.float64)
    runs = block_length(x) if block is None else block
    parts = [np.asarray(statistic(x[chunk])) for chunk in indices(len(x), block=runs, seed=seed, reps=reps)]
    return of_draws(np.concatenate(parts), level=level, block=runs)


def mean_interval(values: ArrayLike, *, seed: int, reps: int = REPS, level: float = LEVEL) -> Interval:
    """The interval of a mean; the same draws as `interval`, without keeping the series."""
    x = np.asarray(values, dtype=np.float64)
    runs = block_length(x)
    return of_draws(sums(x[:, None], block=runs, seed=seed, reps=reps)[:, 0] / len(x), level=level, block=runs)


def of_draws(draws: ArrayLike, *, level: float = LEVEL, block: float = 1.0) -> Interval:
    """The interval of draws that were made before."""
    made = np.asarray(draws, dtype=np.float64)
    known = made[np.isfinite(made)]
    if len(known) * 2 < max(len(made), 1):
        return Interval(np.nan, np.nan, np.nan, level, block)
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high), float(np.mean(known > 0)), level, block)


def clustered(session: ArrayLike) -> bool:
    """Whether decisions come in days, so that whole days are drawn instead of single decisions."""
    days = len(np.unique(np.asarray(session)))
    return days >= CLUSTERED_SESSIONS and len(np.asarray(session)) >= CLUSTERED_DECISIONS * days


def day_sums(session: ArrayLike, table: Floats) -> Floats:
    """`table` (n × k) added up by session, in order of the sessions: D × k."""
    _, number = np.unique(np.asarray(session), return_inverse=True)
    days = int(number.max()) + 1 if len(number) else 0
    columns = [np.bincount(number, weights=table[:, k], minlength=days) for k in range(table.shape[1])]
    return np.stack(columns, axis=1) if columns else np.empty((days, 0))


def decision_sums(
    session: ArrayLike, table: Floats, *, lead: int = 0, seed: int, reps: int = REPS
) -> tuple[Floats, float]:
    """Sums of resampled columns, reps × k, and the mean block, drawing days where decisions cluster by day.

    The block is chosen for column `lead`, the result itself. Put a column of ones into `table` where a mean is
    wanted: a draw of days has a number of decisions of its own.
    """
    drawn = day_sums(session, table) if clustered(session) else table
    runs = block_length(drawn[:, lead])
    return sums(drawn, block=runs, seed=seed, reps=reps), runs
