"""Tests every slice against the rest, and answers for having looked at so many. Plain NumPy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.trading.inference import sharpe as ratios
from analytics.trading.inference.bootstrap import Interval, decision_sums, of_draws
from analytics.trading.inference.multiplicity import benjamini_hochberg
from analytics.trading.inference.permutation import slices_against_rest
from analytics.trading.inference.samples import SLICE
from analytics.trading.record import Floats, Record
from analytics.trading.slices.cuts import Slice

Q = 0.10
MOST_REPS, DRAWS_IN_ALL = 10_000, 40_000_000


@dataclass(frozen=True)
class Found:
    """One slice against the rest: means in money, p by day blocks, q over the family. None where it was not tested."""

    slice: Slice
    n: int
    days: int
    mean: float
    interval: Interval | None = None
    effect: float | None = None
    p: float | None = None
    q: float | None = None

    @property
    def tested(self) -> bool:
        return self.p is not None

    @property
    def kept(self) -> bool:
        return self.q is not None and self.q <= Q


def against_rest(record: Record, cuts: list[Slice], *, seed: int) -> tuple[Found, ...]:
    """Every slice with its mean; those with 20 decisions on 8 days, and as much outside, are tested as one family."""
    order = np.argsort(record.session, kind="stable")
    sizes = [(int(one.member.sum()), _days(record, one.member)) for one in cuts]
    able = [
        SLICE.met(n, days) and SLICE.met(len(record) - n, _days(record, ~one.member))
        for one, (n, days) in zip(cuts, sizes, strict=True)
    ]
    chosen = [one for one, fit in zip(cuts, able, strict=True) if fit]
    member = np.stack([one.member[order] for one in chosen], axis=1) if chosen else np.empty((len(record), 0), bool)
    reps = draws_for(len(record))
    tests = iter(slices_against_rest(record.net[order], member, record.session[order], seed=seed, reps=reps))
    intervals = iter(_intervals(record.net[order], member, record.session[order], seed=seed, reps=reps))
    made = []
    for one, (n, days), fit in zip(cuts, sizes, able, strict=True):
        plain = Found(one, n, days, float(record.net[one.member].mean()))
        if fit:
            result, interval = next(tests), next(intervals)
            plain = Found(one, n, days, plain.mean, interval, result.effect, result.p)
        made.append(plain)
    return _adjusted(made)


def draws_for(n: int) -> int:
    """10,000 draws, and never fewer than 4,000 for a long record."""
    return int(np.clip(DRAWS_IN_ALL // max(n, 1), 4_000, MOST_REPS))


def best_deflated(record: Record, found: tuple[Found, ...]) -> tuple[Found, float] | None:
    """The tested slice with the highest Sharpe ratio of its decisions, deflated for having been chosen among K.

    Empty: None below two tested slices, or where none has a spread.
    """
    trials = [(one, ratios.moments(record.net[one.slice.member])) for one in found if one.tested]
    known = [(one, moments) for one, moments in trials if moments is not None]
    if len(known) < 2:
        return None
    variance = float(np.var([moments.sharpe for _, moments in known], ddof=1))
    best, moments = max(known, key=lambda pair: pair[1].sharpe)
    return best, ratios.dsr(moments, trials=len(known), variance=variance)


def _intervals(net: Floats, member: np.ndarray, session: np.ndarray, *, seed: int, reps: int) -> list[Interval]:
    """All slices from the same resampled records; the first column only chooses the block."""
    k = member.shape[1]
    if not k:
        return []
    table = np.concatenate([net[:, None], member * net[:, None], member], axis=1).astype(np.float64)
    sums, block = decision_sums(session, table, seed=seed, reps=reps)
    total, counts = sums[:, 1 : 1 + k], sums[:, 1 + k :]
    means = np.divide(total, counts, out=np.full_like(total, np.nan), where=counts > 0)
    return [of_draws(means[:, column], block=block) for column in range(k)]


def _adjusted(found: list[Found]) -> tuple[Found, ...]:
    family = [one.p for one in found if one.p is not None]
    adjusted = iter(benjamini_hochberg(family))
    return tuple(
        one
        if one.p is None
        else Found(one.slice, one.n, one.days, one.mean, one.interval, one.effect, one.p, next(adjusted))
        for one in found
    )


def _days(record: Record, member: np.ndarray) -> int:
    return len(np.unique(record.session[member]))
