"""Permutation tests that respect days: labels move inside a day, or whole days change places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Side = Literal["greater", "less", "two-sided"]

REPS = 10_000
AT_ONCE = 2_000_000
#: A day with at most so many ways to choose its labelled decisions is drawn from their list.
LISTED_WAYS = 2_000


@dataclass(frozen=True, slots=True)
class Tested:
    """The observed contrast, its p-value over `reps` draws, and the sizes of both arms."""

    effect: float
    p: float
    n: int
    n_rest: int
    reps: int = REPS


def within_day(
    values: ArrayLike, labelled: ArrayLike, day: ArrayLike, *, seed: int, reps: int = REPS, side: Side = "two-sided"
) -> Tested:
    """Mean of the labelled values less the mean of the rest, labels permuted inside each day.

    What differs between days cancels out. Give ranks for a rank test. Empty: effect and p are NaN when an arm is empty.
    """
    x, mask = np.asarray(values, dtype=np.float64), np.asarray(labelled, dtype=np.bool_)
    k, rest = int(mask.sum()), int((~mask).sum())
    if not k or not rest:
        return Tested(np.nan, np.nan, k, rest, reps)
    observed = float(x[mask].sum())
    drawn = _labelled_sums(x, mask, np.asarray(day), seed=seed, reps=reps)
    total = float(x.sum())
    effect = observed / k - (total - observed) / rest
    return Tested(effect, p_value(drawn, observed, side=side), k, rest, reps)


def _labelled_sums(x: Floats, mask: NDArray[np.bool_], day: ArrayLike, *, seed: int, reps: int) -> Floats:
    draw = np.random.default_rng(seed)
    sums = np.zeros(reps)
    order = np.argsort(np.asarray(day), kind="stable")
    _, first = np.unique(np.asarray(day)[order], return_index=True)
    for rows in np.split(order, first[1:]):
        size, chosen = len(rows), int(mask[rows].sum())
        if chosen in (0, size):
            sums += float(x[rows][mask[rows]].sum())
        elif comb(size, chosen) <= LISTED_WAYS:
            ways = np.array([x[rows[list(way)]].sum() for way in combinations(range(size), chosen)])
            sums += ways[draw.integers(0, len(ways), reps)]
        else:
            keys = draw.random((reps, size))
            picked = np.argpartition(keys, chosen - 1, axis=1)[:, :chosen]
            sums += x[rows][picked].sum(axis=1)
    return sums


def within_day_orders(day: ArrayLike, *, seed: int, reps: int = REPS) -> Iterator[Ints]:
    """Positions permuted inside each day, in chunks of (some reps, n), for statistics that are no sums.

    `day` must be in order: equal days side by side.
    """
    number = np.unique(np.asarray(day), return_inverse=True)[1].astype(np.float64)
    draw = np.random.default_rng(seed)
    at_once = max(1, AT_ONCE // max(len(number), 1))
    for first in range(0, reps, at_once):
        rows = min(at_once, reps - first)
        yield np.argsort(number + draw.random((rows, len(number))), axis=1)


def day_blocks(day: ArrayLike, *, seed: int, reps: int = REPS) -> Iterator[Ints]:
    """Positions with whole days in a new order and each day begun anywhere in itself, in chunks of (some reps, n).

    Neighbours inside a day stay neighbours, its last decision being followed by its first: without that turn, days of
    equal length would always meet the same hours. `day` must be in order: equal days side by side.
    """
    days = np.asarray(day)
    n = len(days)
    first = np.flatnonzero(np.concatenate([[True], days[1:] != days[:-1]])) if n else np.empty(0, dtype=np.int64)
    lengths = np.diff(first, append=n)
    draw = np.random.default_rng(seed)
    at_once = max(1, AT_ONCE // max(n, 1))
    for begin in range(0, reps, at_once):
        rows = min(at_once, reps - begin)
        order = np.argsort(draw.random((rows, len(first))), axis=1).ravel()
        size = lengths[order]
        turn = (draw.random(len(order)) * size).astype(np.int64)
        inside = np.arange(rows * n) - np.repeat(np.cumsum(size) - size, size) + np.repeat(turn, size)
        whole = np.repeat(size, size)
        inside -= np.where(inside >= whole, whole, 0)
        yield (np.repeat(first[order], size) + inside).reshape(rows, n)


def slices_against_rest(
    values: ArrayLike, member: NDArray[np.bool_], day: ArrayLike, *, seed: int, reps: int = REPS
) -> tuple[Tested, ...]:
    """Each column of `member` (n × k slices): its mean against the mean of the rest, two-sided, by day blocks.

    All slices are tested on the same draws. Empty slices and slices of everything give NaN.
    """
    x = np.asarray(values, dtype=np.float64)
    n, k = member.shape
    sizes = member.sum(axis=0)
    hot = member.astype(np.float32)
    centred = (x - x.mean()).astype(np.float32) if n else x.astype(np.float32)
    observed = centred @ hot
    beyond = np.zeros(k)
    for chunk in day_blocks(day, seed=seed, reps=reps):
        beyond += (np.abs(centred[chunk] @ hot) >= np.abs(observed) * (1 - 1e-5)).sum(axis=0)
    p = (beyond + 1) / (reps + 1)
    made = []
    for column in range(k):
        size = int(sizes[column])
        whole = size in (0, n)
        effect = np.nan if whole else float(x[member[:, column]].mean() - x[~member[:, column]].mean())
        made.append(Tested(effect, np.nan if whole else float(p[column]), size, n - size, reps))
    return tuple(made)


def p_value(drawn: ArrayLike, observed: float, *, side: Side = "two-sided") -> float:
    """(draws at least as far + 1) ÷ (draws + 1); two-sided is twice the smaller side, at most 1."""
    made = np.asarray(drawn, dtype=np.float64)
    slack = 1e-9 * max(1.0, abs(observed))
    above = (float((made >= observed - slack).sum()) + 1) / (len(made) + 1)
    below = (float((made <= observed + slack).sum()) + 1) / (len(made) + 1)
    return {"greater": above, "less": below, "two-sided": min(1.0, 2 * min(above, below))}[side]
