"""Monte Carlo of an account: resampled sessions added up, with the uncertainty of the draw and of the record.

Plain NumPy. Every draw comes from the seed, batch by batch, so that a run which is stopped early holds exactly the
first batches of the whole run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from analytics.trading.monte_carlo.paths import Index, block_paths, histories
from analytics.trading.record import Floats, Ints

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
INTERVAL = (0.05, 0.95)
RARELY = 0.05
Clock = Callable[[], float]


class Mode(StrEnum):
    SIZE = "fixed_size"  # the same money per session, whatever the balance
    FRACTION = "fixed_fraction"  # the same share of the balance


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked: horizons in sessions, drawdown levels, floors and the target, in the units of the path's value.

    `start` is the balance, or 0 where there is none; then drawdowns are in money, else in shares of the peak.
    """

    start: float
    falls: tuple[float, ...]
    floors: tuple[float, ...]
    target: float
    horizons: tuple[int, ...] = (20, 60, 120)
    block: float = 1.0
    paths: int = 10_000
    batch: int = 1_000
    outer: int = 200
    inner: int = 250

    @property
    def steps(self) -> int:
        return max(self.horizons)

    @property
    def in_money(self) -> bool:
        return self.start <= 0


@dataclass(slots=True)
class Walked:
    """What paths came to. Rows of `end`, `fall` and `low` are horizons, columns paths.

    fall:     deepest drawdown up to the horizon; the start counts as the first peak.
    low:      lowest value up to the horizon.
    reached:  the step at which the target was first reached; 0 never.
    """

    end: Floats
    fall: Floats
    low: Floats
    reached: Ints
    curve: Floats = field(default_factory=lambda: np.empty((0, 0)))


@dataclass(frozen=True, slots=True)
class Chance:
    """A probability with its Monte Carlo error √(p(1−p)/M) and the 90 % interval of resampled histories.

    `low` and `high` are None while no history was resampled.
    """

    level: float
    p: float
    error: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Horizon:
    """What holds after `sessions` more sessions. Quantiles are those of `QUANTILES`.

    safe_size: the share of the size traded at which one future in twenty reaches the first floor; None where size
               does not scale results, and where nothing was ever lost.
    """

    sessions: int
    end: tuple[float, ...]
    end_low: float | None
    end_high: float | None
    fall: tuple[float, ...]
    loss: Chance
    falls: tuple[Chance, ...]
    floors: tuple[Chance, ...]
    target: Chance
    target_sessions: float | None
    safe_size: float | None = None


@dataclass(frozen=True, slots=True)
class Simulated:
    """One mode's outcome. `fan` has a row of quantiles for the start and for every session after it."""

    mode: Mode
    paths: int
    asked: int
    outer: int
    horizons: tuple[Horizon, ...]
    fan: tuple[tuple[float, ...], ...]

    @property
    def complete(self) -> bool:
        return self.paths == self.asked and self.outer > 0


def walk(sessions: Floats, index: Index, plan: Plan, mode: Mode, *, keep: bool = False) -> Walked:
    """Add up (or compound) the sessions that `index` names. An account that reaches zero stays there.

    sessions: money per session for fixed size, shares of the balance for fixed fraction.
    """
    count = index.shape[1]
    value = np.full(count, plan.start)
    peak, worst, low = value.copy(), np.zeros(count), value.copy()
    reached = np.zeros(count, dtype=np.int64)
    kept = np.empty((plan.steps + 1, count)) if keep else np.empty((0, 0))
    shape = (len(plan.horizons), count)
    walked = Walked(np.empty(shape), np.empty(shape), np.empty(shape), reached, kept)
    for step in range(plan.steps + 1):
        if step:
            move = sessions[index[step - 1]]
            value = value + move if mode is Mode.SIZE else value * (1 + move)
            if not plan.in_money:
                value[(low <= 0) | (value <= 0)] = 0.0
            np.maximum(peak, value, out=peak)
            np.minimum(low, value, out=low)
            depth = peak - value if plan.in_money else np.minimum((peak - value) / peak, 1.0)
            np.maximum(worst, depth, out=worst)
            reached[(reached == 0) & (value >= plan.target)] = step
        if keep:
            kept[step] = value
        if step in plan.horizons:
            at = plan.horizons.index(step)
            walked.end[at], walked.fall[at], walked.low[at] = value, worst, low
    return walked


def simulate(
    sessions: Floats, plan: Plan, mode: Mode, *, seed: int, clock: Clock | None = None, limit: float = float("inf")
) -> Simulated:
    """`plan.paths` futures, then the same question put to `plan.outer` resampled histories.

    `clock` returns seconds; once `limit` of them have passed since the call, no further batch is begun and what is
    complete so far is returned, the first batch always. Deterministic by `seed` where time does not run out.
    """
    began = clock() if clock else 0.0

    def in_time() -> bool:
        return clock is None or clock() - began < limit

    batches = -(-plan.paths // plan.batch)
    seeds = np.random.SeedSequence(seed).spawn(batches + 1)
    parts: list[Walked] = []
    for number in range(batches):
        if parts and not in_time():
            break
        size = min(plan.batch, plan.paths - number * plan.batch)
        draw = np.random.default_rng(seeds[number])
        index = block_paths(draw, sessions=len(sessions), steps=plan.steps, paths=size, block=plan.block)
        parts.append(walk(sessions, index, plan, mode, keep=True))
    whole = _joined(parts)
    complete = whole.end.shape[1] == plan.paths
    around = _outer(sessions, plan, mode, np.random.default_rng(seeds[-1]), in_time) if complete else None
    return Simulated(
        mode=mode,
        paths=whole.end.shape[1],
        asked=plan.paths,
        outer=plan.outer if around else 0,
        horizons=tuple(_horizon(whole, around, plan, at, mode) for at in range(len(plan.horizons))),
        fan=tuple(_quantiles(row) for row in whole.curve),
    )


def _joined(parts: list[Walked]) -> Walked:
    return Walked(*(np.concatenate([getattr(p, name) for p in parts], axis=-1) for name in Walked.__slots__))


def _quantiles(values: Floats) -> tuple[float, ...]:
    return tuple(float(q) for q in np.quantile(values, QUANTILES))


@dataclass(slots=True)
class _Around:
    """Per resampled history (rows) and horizon (columns): shares of inner paths, and their median end."""

    inner: int
    end: Floats
    loss: Floats
    falls: Floats  # (histories, horizons, levels)
    floors: Floats
    target: Floats


def _outer(
    sessions: Floats, plan: Plan, mode: Mode, draw: np.random.Generator, in_time: Callable[[], bool]
) -> _Around | None:
    """The same shares for `plan.outer` histories; None when time runs out, since half of them give no interval."""
    if plan.outer < 1:
        return None
    pasts = histories(draw, sessions=len(sessions), count=plan.outer, block=plan.block)
    group = max(1, 2_500 // plan.inner)
    rows: list[tuple[Floats, ...]] = []
    for first in range(0, plan.outer, group):
        if not in_time():
            return None
        some = pasts[first : first + group]
        size = plan.inner * len(some)
        index = block_paths(draw, sessions=len(sessions), steps=plan.steps, paths=size, block=plan.block)
        walked = walk(sessions, some[np.repeat(np.arange(len(some)), plan.inner), index], plan, mode)
        rows.append(_shares(walked, plan, len(some)))
    return _Around(plan.inner, *(np.concatenate(column) for column in zip(*rows, strict=True)))


def _shares(walked: Walked, plan: Plan, count: int) -> tuple[Floats, ...]:
    def by_history(hits: NDArray[np.bool_]) -> Floats:
        return hits.reshape(len(plan.horizons), count, plan.inner).mean(axis=2).T

    def by_level(values: Floats, levels: tuple[float, ...], *, above: bool) -> Floats:
        hits = [by_history(values >= level if above else values <= level) for level in levels]
        return np.stack(hits, axis=2) if hits else np.empty((count, len(plan.horizons), 0))

    ends = np.median(walked.end.reshape(len(plan.horizons), count, plan.inner), axis=2).T
    hits = np.stack([(walked.reached > 0) & (walked.reached <= horizon) for horizon in plan.horizons])
    return (
        ends,
        by_history(walked.end < plan.start),
        by_level(walked.fall, plan.falls, above=True),
        by_level(walked.low, plan.floors, above=False),
        by_history(hits),
    )


def _horizon(whole: Walked, around: _Around | None, plan: Plan, at: int, mode: Mode) -> Horizon:
    horizon = plan.horizons[at]
    hit = (whole.reached > 0) & (whole.reached <= horizon)
    end_low, end_high = (float(q) for q in np.quantile(around.end[:, at], INTERVAL)) if around else (None, None)
    return Horizon(
        sessions=horizon,
        end=_quantiles(whole.end[at]),
        end_low=end_low,
        end_high=end_high,
        fall=_quantiles(whole.fall[at]),
        loss=_chance(plan.start, whole.end[at] < plan.start, around.loss[:, at] if around else None, plan),
        falls=tuple(
            _chance(level, whole.fall[at] >= level, around.falls[:, at, k] if around else None, plan)
            for k, level in enumerate(plan.falls)
        ),
        floors=tuple(
            _chance(level, whole.low[at] <= level, around.floors[:, at, k] if around else None, plan)
            for k, level in enumerate(plan.floors)
        ),
        target=_chance(plan.target, hit, around.target[:, at] if around else None, plan),
        target_sessions=float(np.median(whole.reached[hit])) if bool(hit.any()) else None,
        safe_size=_safe_size(whole.low[at], plan) if mode is Mode.SIZE else None,
    )


def _safe_size(low: Floats, plan: Plan) -> float | None:
    """At the same money per session the deepest loss grows with the size, so one quantile gives the size."""
    if not plan.floors:
        return None
    deep = plan.start - float(np.quantile(low, RARELY))
    return (plan.start - plan.floors[0]) / deep if deep > 0 else None


def _chance(level: float, hits: NDArray[np.bool_], shares: Floats | None, plan: Plan) -> Chance:
    p = float(hits.mean())
    error = float(np.sqrt(p * (1 - p) / len(hits)))
    if shares is None:
        return Chance(level, p, error)
    low, high = interval(shares, plan.inner)
    return Chance(level, p, error, min(low, p), max(high, p))


def interval(shares: Floats, inner: int) -> tuple[float, float]:
    """The 90 % range of a probability over resampled histories, without the noise of their `inner` paths each.

    A share of n draws scatters by p(1−p)/n around its probability. That part of the variance is taken out by drawing
    the shares together, so that few inner paths do not make the record look less certain than it is.
    """
    middle = float(shares.mean())
    spread = float(shares.var())
    if spread <= 0:
        return middle, middle
    noise = float((shares * (1 - shares)).mean()) / max(inner - 1, 1)
    drawn = middle + (shares - middle) * np.sqrt(max(0.0, 1 - noise / spread))
    low, high = np.quantile(drawn, INTERVAL)
    return float(np.clip(low, 0, 1)), float(np.clip(high, 0, 1))
