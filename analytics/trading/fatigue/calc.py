"""How form changes with the place in the session and with hours on task, each day having its own level.

Plain NumPy. A trader who fades has a slope below zero by two ways of asking: results exchanged inside days, and whole
days drawn again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.trading.inference.bootstrap import Interval, decision_sums, of_draws
from analytics.trading.inference.samples import FATIGUE, FATIGUE_A_DAY
from analytics.trading.psychology.before import Before, Mask, before
from analytics.trading.psychology.within import centred, linear_p
from analytics.trading.record import Floats, Record

ALPHA = 0.05
REPS = 4_000
MOST_ORDER = 12
FLIP_SECONDS, JUMP = 60.0, 1.5


@dataclass(frozen=True)
class Slope:
    """Change of f for one more decision (or hour); p one-sided, towards fading. Empty: NaN where nothing varies."""

    value: float
    p: float
    interval: Interval

    @property
    def fades(self) -> bool:
        return self.p <= ALPHA and self.interval.known and self.interval.high < 0


@dataclass(frozen=True)
class Place:
    """Decisions at one place in the session, the last place holding all later ones. Mean f with its interval."""

    order: int
    n: int
    mean: float
    interval: Interval


@dataclass(frozen=True)
class Proxies:
    """Signs of tiredness that are no results: shares of entries in the first and the second half of sessions."""

    jumps_early: float
    jumps_late: float
    flips_early: float
    flips_late: float


@dataclass(frozen=True)
class Fading:
    """`gap` says what is missing, and then there is nothing else.

    break_even: the place from which on the fitted line is below 0; None unless results fade and the line gets there.
    after: f from that place on (or in second halves) less f before it, with its interval; `tired` those decisions.
    """

    n: int
    days: int
    gap: str = ""
    order: Slope | None = None
    hours: Slope | None = None
    places: tuple[Place, ...] = ()
    break_even: int | None = None
    after: float = float("nan")
    after_interval: Interval = Interval(np.nan, np.nan, np.nan)  # noqa: RUF009 - frozen, so one is enough
    tired: Mask | None = None
    proxies: Proxies | None = None


def fading(record: Record, *, seed: int) -> Fading:
    """Source: trading.md § 7, Fatigue; minimum § 6.3, counting sessions with at least four decisions."""
    state = before(record)
    rows = _long_days(record, state)
    n, days = int(rows.sum()), len(np.unique(record.session[rows]))
    if gap := FATIGUE.gap(n, days):
        return Fading(n, days, f"{gap[:-1]}, counting sessions with at least {FATIGUE_A_DAY}.")
    own = record.where(rows)
    order, hours, form = state.order[rows].astype(np.float64), state.hours[rows], record.form[rows]
    slopes, places = _drawn(own, order, hours, form, seed=seed)
    line = _line(order, form, slopes[0].value)
    break_even = _crossing(line, order) if slopes[0].fades else None
    number = np.unique(own.session, return_inverse=True)[1]
    middle = (np.bincount(number) + 1) // 2
    late = order >= break_even if break_even is not None else order > middle[number]
    effect, interval = _split(own, form, late, seed=seed)
    tired = np.zeros(len(record), dtype=np.bool_)
    tired[np.flatnonzero(rows)[late]] = True
    proxies = _proxies(record, state, rows, order > middle[number])
    return Fading(n, days, "", slopes[0], slopes[1], places, break_even, effect, interval, tired, proxies)


def _long_days(record: Record, state: Before) -> Mask:
    if not len(record):
        return state.known
    _, number = np.unique(record.session, return_inverse=True)
    return np.asarray(state.known & (np.bincount(number, weights=state.known)[number] >= FATIGUE_A_DAY))


def _drawn(
    own: Record, order: Floats, hours: Floats, form: Floats, *, seed: int
) -> tuple[tuple[Slope, Slope], tuple[Place, ...]]:
    """Both slopes and the mean at each place, from one resampling of days."""
    day = own.session
    number = np.unique(day, return_inverse=True)[1]
    dy = centred(form, number)
    columns = [own.net]
    for x in (order, hours):
        dx = centred(x, number)
        columns += [dx * dy, dx**2]
    held = np.minimum(order, MOST_ORDER)
    there = [held == place for place in range(1, int(held.max()) + 1)]
    columns += [column for mask in there for column in (np.where(mask, form, 0), mask.astype(np.float64))]
    sums, _ = decision_sums(day, np.stack(columns, axis=1), seed=seed, reps=REPS)
    slopes = tuple(
        Slope(_quotient(columns[k].sum(), columns[k + 1].sum()), linear_p(x, form, day, side="less"),
              of_draws(_ratio(sums[:, k], sums[:, k + 1])))
        for k, x in ((1, order), (3, hours))
    )  # fmt: skip
    places = tuple(
        Place(
            i + 1, int(mask.sum()), float(form[mask].mean()), of_draws(_ratio(sums[:, 5 + 2 * i], sums[:, 6 + 2 * i]))
        )
        for i, mask in enumerate(there)
        if mask.any()
    )
    return (slopes[0], slopes[1]), places


def _line(order: Floats, form: Floats, slope: float) -> tuple[float, float]:
    """The fitted line's level at place 0, and its slope."""
    return float(form.mean() - slope * order.mean()), slope


def _crossing(line: tuple[float, float], order: Floats) -> int | None:
    """The first place at which the line is below 0, from the second on. Empty: None where it never gets there."""
    level, slope = line
    places = np.arange(2, int(np.quantile(order, 0.95)) + 1)
    below = places[level + slope * places < 0]
    return int(below[0]) if len(below) else None


def _split(own: Record, form: Floats, late: Mask, *, seed: int) -> tuple[float, Interval]:
    table = np.stack([own.net, np.where(late, form, 0), late, np.where(late, 0, form), ~late], axis=1).astype(float)
    sums, _ = decision_sums(own.session, table, seed=seed, reps=REPS)
    effect = float(form[late].mean() - form[~late].mean()) if late.any() and not late.all() else float("nan")
    return effect, of_draws(_ratio(sums[:, 1], sums[:, 2]) - _ratio(sums[:, 3], sums[:, 4]))


def _proxies(record: Record, state: Before, rows: Mask, late: Mask) -> Proxies:
    """Size jumps (1.5 times the decision before) and entries within a minute of the last close."""
    size, pause, last = record.size[rows], state.pause[rows], state.last[rows]
    jump = (last >= 0) & (size >= JUMP * record.size[last])
    flip = pause < FLIP_SECONDS
    again = last >= 0
    shares = [_quotient(float((hit & part & again).sum()), float((part & again).sum()))
              for hit in (jump, flip) for part in (~late, late)]  # fmt: skip
    return Proxies(*shares)


def _quotient(above: float, below: float) -> float:
    return above / below if below else float("nan")


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.full(len(above), np.nan), where=below != 0)
