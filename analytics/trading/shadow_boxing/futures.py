"""Many futures against one phase's rules at once. Counts exactly as `replay` does, path by path.

A day is summed up by its lowest, highest and last moment. Where these say that no floor and no target can have been
reached, the day is added as a whole; only the other days are walked trade by trade. Plain NumPy.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from analytics.trading.record import Floats, Ints
from analytics.trading.shadow_boxing.days import Days, Mask
from analytics.trading.shadow_boxing.replay import EPS, Cause
from analytics.trading.shadow_boxing.rule_set import DayBy, Limits, Share, Trailing

#: Outcome codes of `play`. 0 is open; 1 passed; the rest failed by that rule.
CODES: tuple[Cause, ...] = (
    Cause.NONE,
    Cause.TARGET,
    Cause.MAX_LOSS,
    Cause.DAILY_LOSS,
    Cause.CONSISTENCY,
    Cause.TIME,
)
OPEN, PASSED, BY_MAX_LOSS, BY_DAILY_LOSS, BY_CONSISTENCY, BY_TIME = range(6)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Per path: the code of its end, and the step (from 1) at which it came; open paths have the steps they lasted."""

    code: NDArray[np.int8]
    step: Ints


@dataclass(frozen=True, eq=False)
class Sums:
    """What a whole day does, at size 1."""

    net: Floats
    low: Floats
    low_close: Floats
    top: Floats
    top_close: Floats

    @classmethod
    def of(cls, days: Days) -> Sums:
        return cls(
            net=days.net.copy(),
            low=np.minimum(days.low.min(axis=1), 0.0),
            low_close=np.minimum(days.close.min(axis=1), 0.0),
            top=np.maximum(days.high.max(axis=1), 0.0),
            top_close=days.close.max(axis=1),
        )


@dataclass(slots=True)
class _Alive:
    """The paths that are still open."""

    path: Ints
    size: Floats
    balance: Floats
    peak: Floats
    counted: Ints
    profitable: Ints
    best: Floats
    green: Floats

    @classmethod
    def fresh(cls, size: Floats, limits: Limits) -> _Alive:
        n = len(size)
        return cls(
            path=np.arange(n),
            size=size.copy(),
            balance=np.full(n, limits.initial),
            peak=np.full(n, limits.initial),
            counted=np.zeros(n, dtype=np.int64),
            profitable=np.zeros(n, dtype=np.int64),
            best=np.zeros(n),
            green=np.zeros(n),
        )

    def only(self, keep: Mask | Ints) -> _Alive:
        return _Alive(*(getattr(self, one.name)[keep] for one in fields(self)))


def play(
    days: Days, sums: Sums, index: NDArray[np.int32], limits: Limits, *, size: Floats, last_step: int | None = None
) -> Outcome:
    """Play `index` (steps, paths) of days, each path at its own `size`.

    A day of −1 ends a path as open. After `last_step` steps what is open has failed by time.
    """
    steps, count = index.shape
    outcome = Outcome(np.zeros(count, dtype=np.int8), np.full(count, steps, dtype=np.int64))
    alive = _Alive.fresh(size, limits)
    for step in range(steps):
        if not len(alive.path):
            break
        if last_step is not None and step >= last_step:
            outcome.code[alive.path], outcome.step[alive.path] = BY_TIME, step
            break
        day = index[step][alive.path]
        if bool((day < 0).any()):
            outcome.step[alive.path[day < 0]] = step
            alive, day = alive.only(day >= 0), day[day >= 0]
        code = _day(alive, days, sums, day, limits)
        ended = code != OPEN
        if bool(ended.any()):
            outcome.code[alive.path[ended]] = code[ended]
            outcome.step[alive.path[ended]] = step + 1
            alive = alive.only(~ended)
    return outcome


def _day(alive: _Alive, days: Days, sums: Sums, day: NDArray[np.int32], limits: Limits) -> NDArray[np.int8]:
    """Play one day on every open path, in place; returns how each of them ended, or OPEN."""
    size = alive.size
    net, low = size * sums.net[day], size * sums.low[day]
    top_close = size * sums.top_close[day]
    top = size * sums.top[day] if limits.mode is Trailing.INTRADAY or limits.daily_from_high else top_close
    code = np.zeros(len(day), dtype=np.int8)
    eventful = np.flatnonzero(_eventful(alive, sums, day, limits, low=low, top=top, top_close=top_close))
    peak = alive.peak
    if limits.mode is Trailing.EOD:
        peak = np.maximum(peak, alive.balance + net)
    elif limits.mode is not Trailing.STATIC:
        peak = np.maximum(peak, alive.balance + (top if limits.mode is Trailing.INTRADAY else top_close))
    if len(eventful):
        walked = _walk(alive.only(eventful), days, day[eventful], limits)
        code[eventful], net[eventful], peak[eventful] = walked
    counted = _counts(days, limits, day, net)
    alive.balance += net
    alive.peak = peak
    alive.counted += counted
    if limits.profitable_days:
        alive.profitable += _is_profitable(limits, net)
    if limits.consistency is not None:
        np.maximum(alive.best, net, out=alive.best)
        alive.green += np.maximum(net, 0.0)
    return code


def _eventful(
    alive: _Alive, sums: Sums, day: NDArray[np.int32], limits: Limits, *, low: Floats, top: Floats, top_close: Floats
) -> Mask:
    """Days on which a floor or the target may have been reached; all of those that were, and few others."""
    peak = alive.peak
    if limits.mode in (Trailing.INTRADAY, Trailing.CLOSED):
        peak = np.maximum(peak, alive.balance + top)
    near: Mask = alive.balance + low <= _floor(limits, peak) + EPS
    if limits.daily != float("inf"):
        drop = low if limits.daily_on_equity else alive.size * sums.low_close[day]
        fall = np.maximum(top, 0.0) - drop if limits.daily_from_high else -drop
        near |= fall >= (limits.daily * alive.balance if limits.daily_of_day else limits.daily) - EPS
    if limits.has_target:
        there = alive.balance + top_close >= limits.target - EPS
        there &= alive.counted + 1 >= limits.min_days
        there &= alive.profitable + 1 >= limits.profitable_days
        near |= there
    return near


def _floor(limits: Limits, peak: Floats) -> Floats:
    base = np.full_like(peak, limits.initial) if limits.mode is Trailing.STATIC else peak
    return np.minimum(limits.cap, base - limits.max_loss)


def _walk(alive: _Alive, days: Days, day: NDArray[np.int32], limits: Limits) -> tuple[NDArray[np.int8], Floats, Floats]:
    """Days trade by trade, one row each: how each ended, its result, and the peak after it."""
    rows, widest = len(day), int(days.count[day].max())
    size, began = alive.size[:, None], alive.balance[:, None]
    close, low, high = (size * part[day, :widest] for part in (days.close, days.low, days.high))
    balance, worst = began + close, began + low
    peak = np.broadcast_to(alive.peak[:, None], close.shape)
    if limits.mode is Trailing.INTRADAY:
        peak = np.maximum(peak, began + np.maximum.accumulate(high, axis=1))
    elif limits.mode is Trailing.CLOSED:
        peak = np.maximum(peak, began + np.maximum.accumulate(close, axis=1))
    floor = _floor(limits, peak)
    floor_before = _before(floor, _floor(limits, alive.peak))
    daily = limits.daily * began if limits.daily_of_day else limits.daily
    daily_floor = np.broadcast_to(began - daily, close.shape)
    if limits.daily_from_high:
        risen = np.maximum.accumulate(high if limits.daily_on_equity else close, axis=1)
        daily_floor = began + np.maximum(risen, 0.0) - daily
    daily_before = _before(daily_floor, (began - daily)[:, 0])
    on_daily = worst if limits.daily_on_equity else balance
    hit, by_day = _hits(limits, worst, on_daily, floor_before, daily_before)
    hit_after, by_day_after = _hits(limits, balance, balance, floor, daily_floor)
    by_day = np.where(hit, by_day, by_day_after)
    daily_level = np.where(hit, daily_before, daily_floor)
    hit |= hit_after
    there, spoiled = _at_target(alive, days, limits, day, close)
    event = (hit | there | spoiled) & (np.arange(widest) < days.count[day][:, None])
    any_event, at, row = event.any(axis=1), event.argmax(axis=1), np.arange(rows)
    last = np.where(any_event, at, days.count[day] - 1)
    result = close[row, last]
    code = np.zeros(rows, dtype=np.int8)
    was_hit = any_event & hit[row, last]
    was_day = was_hit & by_day[row, last]
    code[any_event & there[row, last]] = PASSED
    code[any_event & spoiled[row, last]] = BY_CONSISTENCY
    code[was_hit] = BY_MAX_LOSS
    code[was_day] = BY_DAILY_LOSS
    ends = floor[row, last]
    if limits.daily_pauses:
        result = np.where(was_day, np.minimum(result, (daily_level - began)[row, last]), result)
        below = _reached(limits, alive.balance + result, ends) & (not limits.at_close_of_day)
        code[was_day] = np.where(below[was_day], BY_MAX_LOSS, OPEN)
    if limits.at_close_of_day:
        code[(code == OPEN) & _reached(limits, alive.balance + result, ends)] = BY_MAX_LOSS
    top = peak[row, last] if limits.mode is not Trailing.EOD else alive.peak
    return code, result, np.maximum(top, alive.balance + result)


def _before(after: Floats, at_start: Floats) -> Floats:
    """What held before each trade, from what holds after each."""
    return np.concatenate([at_start[:, None], after[:, :-1]], axis=1)


def _reached(limits: Limits, value: Floats, level: Floats) -> Mask:
    found: Mask = value <= level + EPS if limits.touch else value < level - EPS
    return found


def _hits(limits: Limits, worst: Floats, on_daily: Floats, floor: Floats, daily: Floats) -> tuple[Mask, Mask]:
    """Where a floor was reached, and where the daily one came first on the way down."""
    by_day = _reached(limits, on_daily, daily)
    if limits.at_close_of_day:
        return by_day, by_day
    by_max = _reached(limits, worst, floor)
    return by_day | by_max, by_day & (~by_max | (daily > floor))


def _at_target(alive: _Alive, days: Days, limits: Limits, day: NDArray[np.int32], close: Floats) -> tuple[Mask, Mask]:
    """Trades after which the phase is passed, and those after which it is failed by consistency."""
    balance = alive.balance[:, None] + close
    met = balance >= limits.target - EPS
    if not bool(met.any()):
        return met, met
    met &= alive.counted[:, None] + _counts(days, limits, day, close) >= limits.min_days
    met &= alive.profitable[:, None] + _is_profitable(limits, close) >= limits.profitable_days
    if limits.consistency is None:
        return met, np.zeros_like(met)
    best = np.maximum(alive.best[:, None], close)
    if limits.consistency is Share.OF_PROFIT:
        whole = balance - limits.initial
    elif limits.consistency is Share.OF_GREEN_DAYS:
        whole = alive.green[:, None] + np.maximum(close, 0.0)
    else:
        whole = np.full_like(balance, limits.target - limits.initial)
    even = best <= limits.consistency_most * whole + EPS
    return met & even, met & ~even if limits.consistency_fails else np.zeros_like(met)


def _counts(days: Days, limits: Limits, day: NDArray[np.int32], result: Floats) -> Mask:
    """Whether the day counts as a trading day at that result."""
    if limits.day_by is DayBy.OPEN:
        opens = days.opens[day]
        return np.broadcast_to(opens[:, None], result.shape) if result.ndim > 1 else opens
    if limits.day_by is DayBy.CLOSE:
        return np.ones(result.shape, dtype=np.bool_)
    found: Mask = result >= limits.day_threshold - EPS
    return found


def _is_profitable(limits: Limits, result: Floats) -> Mask:
    found: Mask = (result >= limits.profitable_threshold - EPS) & (result > 0)
    return found
