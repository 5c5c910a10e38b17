"""Sizes and what follows them, from columns. NumPy only; sizes are multiples of an instrument's own median."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.trading.inference.blocks import block_length
from analytics.trading.inference.bootstrap import indices
from analytics.trading.record import Floats, Record

Mask = NDArray[np.bool_]
DECISIONS = 100
CHANCE = 0.05
PATHS, HISTORIES, PATHS_EACH = 4_000, 100, 400
SIZE_BUCKETS = 5


def at_stake(record: Record) -> Floats:
    """Initial risk in units of its median where half of the decisions know it, else the size: 1 is usual."""
    known = np.isfinite(record.risk) & (record.risk > 0)
    if len(record) and known.mean() >= 0.5:
        return record.risk[known] / float(np.median(record.risk[known]))
    return record.size


def spread(stake: Floats) -> Floats:
    """90th ÷ 10th percentile of each row: 1 where every decision risks the same."""
    low, high = np.quantile(stake, [0.1, 0.9], axis=-1)
    return np.divide(high, low, out=np.full(np.shape(low), np.nan), where=low > 0)


def size_table(record: Record, one: Mask, other: Mask) -> Floats:
    """Columns whose sums give the geometric mean size of two groups: log size and count of each."""
    size = np.log(np.maximum(record.size, 1e-9))
    return np.stack([size * one, one, size * other, other], axis=1).astype(np.float64)


def size_ratio(sums: Floats) -> Floats:
    """Geometric mean size of the first group ÷ of the second, from sums of `size_table`; NaN without one of them."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.exp(sums[..., 0] / sums[..., 1] - sums[..., 2] / sums[..., 3])


def mean_difference(sums: Floats) -> Floats:
    """Mean of the first group − of the second, from sums of (value, count, value, count); NaN without one of them."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return sums[..., 0] / sums[..., 1] - sums[..., 2] / sums[..., 3]


@dataclass(frozen=True, slots=True)
class SizeBucket:
    """Decisions of about equal size, from `low` to `high` times the usual one."""

    low: float
    high: float
    mask: Mask


def size_buckets(record: Record) -> tuple[SizeBucket, ...]:
    """At most five buckets of about the same number of decisions, smallest first; equal sizes are never parted.

    Empty: no buckets while all sizes are the same.
    """
    sizes = np.unique(record.size)
    if len(sizes) < 2:
        return ()
    edges = (
        sizes
        if len(sizes) <= SIZE_BUCKETS
        else np.unique(np.quantile(record.size, np.arange(SIZE_BUCKETS) / SIZE_BUCKETS))
    )
    number = np.searchsorted(edges, record.size, side="right") - 1
    masks = (number == place for place in range(len(edges)))
    return tuple(SizeBucket(float(record.size[m].min()), float(record.size[m].max()), m) for m in masks if m.any())


def per_size(record: Record) -> Floats:
    """Net ÷ size: what each decision would have made at its instrument's usual size."""
    return np.divide(record.net, record.size, out=np.zeros(len(record)), where=record.size > 0)


@dataclass(frozen=True, slots=True)
class Room:
    """How many times the present size could be traded before one path of a hundred decisions in twenty falls by
    `limit`. `low` and `high` are over histories that might have happened instead."""

    times: float
    low: float
    high: float


def room(net: Floats, *, limit: float, seed: int) -> Room | None:
    """limit ÷ the 95th percentile of the deepest fall within 100 decisions, at a fixed size.

    A fall scales with the size, so one set of paths answers for every size. Empty: None where nothing ever falls.
    """
    block = block_length(net)
    deep = _deep(_falls(net, PATHS, block=block, seed=seed))
    if deep <= 0:
        return None
    others = [_deep(_falls(net[pick], PATHS_EACH, block=block, seed=seed + 1 + number))
              for number, pick in enumerate(_histories(len(net), block, seed))]  # fmt: skip
    known = np.array([limit / fall for fall in others if fall > 0])
    low, high = np.quantile(known, [0.05, 0.95]) if len(known) * 2 >= HISTORIES else (np.nan, np.nan)
    return Room(limit / deep, float(low), float(high))


def _histories(n: int, block: float, seed: int) -> NDArray[np.int64]:
    return np.concatenate(list(indices(n, block=block, seed=seed + 7, reps=HISTORIES)))


def _falls(net: Floats, paths: int, *, block: float, seed: int) -> Floats:
    """The deepest fall from a peak, the start included, of each resampled path of a hundred decisions."""
    made = []
    for chunk in indices(len(net), block=block, seed=seed, reps=paths, length=DECISIONS):
        running = np.cumsum(net[chunk], axis=1)
        peak = np.maximum(np.maximum.accumulate(running, axis=1), 0.0)
        made.append((peak - running).max(axis=1))
    return np.concatenate(made)


def _deep(falls: Floats) -> float:
    return float(np.quantile(falls, 1 - CHANCE))
