"""The equity curve: its falls, its time under water, and what a chart and a month table show of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from analytics.trading.inference.drawdown import Episode, episodes, nav, underwater
from analytics.trading.inference.stat import decimal, minor
from analytics.trading.kpis.returns import Sessions
from analytics.trading.record import Floats, Record, day_of

DAY = 86_400
MOST_POINTS = 400
MOST_FALLS = 5


@dataclass(frozen=True, slots=True)
class Point:
    """A session's end: result so far in minor units, NAV (1 at the start) and its drawdown, at most 0.

    Empty: NAV and drawdown are None without a balance, and once it is used up.
    """

    day: date
    total: int
    nav: Decimal | None
    drawdown: Decimal | None


@dataclass(frozen=True, slots=True)
class Fall:
    """One drawdown: money in minor units, depth as a share of the peak; `recovered` None while it lasts."""

    peak: date
    trough: date
    recovered: date | None
    money: int
    depth: Decimal | None
    days: int
    decisions: int


@dataclass(frozen=True, slots=True)
class Month:
    month: date
    net: int
    result: Decimal | None
    decisions: int


@dataclass(frozen=True)
class Curve:
    """The running result after each decision, the start first; `nav` likewise where a balance is known."""

    money: Floats
    nav: Floats | None
    exhausted: bool
    moments: Floats

    @property
    def fall(self) -> float:
        return float((np.maximum.accumulate(self.money) - self.money).max())

    @property
    def fall_now(self) -> float:
        return float(self.money.max() - self.money[-1])


def curve_of(record: Record) -> Curve:
    """The first moment is the first entry, or the first close where entries are not known."""
    money = np.concatenate([[0.0], np.cumsum(record.net)])
    known = record.opened[np.isfinite(record.opened)]
    start = float(known.min()) if len(known) else float(record.closed[0]) if len(record) else 0.0
    moments = np.concatenate([[start], record.closed])
    if record.balance is None:
        return Curve(money, None, False, moments)
    flows = [(at, float(amount)) for at, amount in record.flows]
    made = nav(record.net, record.closed, balance=float(record.balance), flows=flows)
    return Curve(money, made.values, made.exhausted is not None, moments)


def falls(record: Record, curve: Curve) -> tuple[Fall, ...]:
    """The deepest five, deepest first: by share of the peak where a balance is known, else by money."""
    values, relative = (curve.money, False) if curve.nav is None else (curve.nav, True)
    deepest = sorted(episodes(values, relative=relative), key=lambda one: -one.depth)[:MOST_FALLS]
    return tuple(_fall(record, curve, one, relative) for one in deepest)


def longest(curve: Curve) -> int:
    """Days of the longest drawdown, one that lasts counted to the last close."""
    values = curve.money if curve.nav is None else curve.nav
    return max((_days(curve, one) for one in episodes(values, relative=False)), default=0)


def under_water(curve: Curve) -> float | None:
    """Share of the time from the first entry to the last close spent below an earlier peak."""
    span = float(curve.moments[-1] - curve.moments[0])
    values = curve.money if curve.nav is None else curve.nav
    below = sum(curve.moments[_end(curve, one)] - curve.moments[one.peak] for one in episodes(values, relative=False))
    return min(1.0, float(below) / span) if span > 0 else None


def points(record: Record, curve: Curve) -> tuple[Point, ...]:
    """The curve at session ends, at most 400 of them, the last one always."""
    if not len(record):
        return ()
    last = np.flatnonzero(np.append(record.session[1:] != record.session[:-1], True))
    if len(last) > MOST_POINTS:
        last = last[np.unique(np.linspace(0, len(last) - 1, MOST_POINTS).round().astype(int))]
    depth = None if curve.nav is None else underwater(curve.nav)
    made = []
    for i in last:
        at = int(i) + 1
        alive = curve.nav is not None and at < len(curve.nav)
        made.append(
            Point(
                day_of(int(record.session[i])),
                minor(float(curve.money[at]), record.currency) or 0,
                decimal(float(curve.nav[at])) if alive and curve.nav is not None else None,
                decimal(float(depth[at])) if alive and depth is not None else None,
            )
        )
    return tuple(made)


def months(record: Record, known: Sessions) -> tuple[Month, ...]:
    """Each month from the first to the last session, with its result on the balance it began with."""
    if not len(record):
        return ()
    start = np.array([day_of(int(day)).replace(day=1).toordinal() for day in known.days])
    mine = np.array([day_of(int(day)).replace(day=1).toordinal() for day in record.session])
    made = []
    for first in np.unique(mine):
        inside = start == first
        grown = None if known.in_money or not inside.any() else float(np.prod(1 + known.returns[inside]) - 1)
        exact = sum((record.exact[i] for i in np.flatnonzero(mine == first)), Decimal(0))
        month = date.fromordinal(int(first))
        made.append(Month(month, minor(exact, record.currency) or 0, decimal(grown), int((mine == first).sum())))
    return tuple(made)


def _fall(record: Record, curve: Curve, one: Episode, relative: bool) -> Fall:
    end = _end(curve, one)
    peak_money = float(curve.money[: one.trough + 1].max()) if not relative else float(curve.money[one.peak])
    lost = minor(peak_money - float(curve.money[one.trough]), record.currency) or 0
    depth = decimal(one.depth) if relative else None
    moments = [_day(record, i) for i in (one.peak, one.trough, end)]
    recovered = moments[2] if one.recovered is not None else None
    return Fall(moments[0], moments[1], recovered, lost, depth, _days(curve, one), end - one.peak)


def _day(record: Record, position: int) -> date:
    """The session of a position in the curve; the start belongs to the first one."""
    return day_of(int(record.session[max(position - 1, 0)]))


def _end(curve: Curve, one: Episode) -> int:
    values = curve.money if curve.nav is None else curve.nav
    return one.recovered if one.recovered is not None else len(values) - 1


def _days(curve: Curve, one: Episode) -> int:
    return int((curve.moments[_end(curve, one)] - curve.moments[one.peak]) // DAY)
