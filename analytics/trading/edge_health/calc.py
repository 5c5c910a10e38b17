"""Whether the newest decisions still keep what the earlier ones promised. Plain NumPy, in units of form."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analytics.trading.inference.bootstrap import Interval, mean_interval
from analytics.trading.inference.cusum import monitor
from analytics.trading.inference.permutation import slices_against_rest
from analytics.trading.inference.samples import EDGE_BASELINE, EDGE_MONITORED
from analytics.trading.record import Floats, Record

LAST = 50
WINDOWS = (30, 60)
MOST_MONITORED = 120
LEANS, ALPHA = 0.8, 0.05
REPS = 2_000


class State(StrEnum):
    STRONG = "strong"
    HOLDING = "holding"
    WEAKENING = "weakening"
    BROKEN = "broken"
    UNPROVEN = "unproven"


@dataclass(frozen=True)
class Health:
    """Means of f with 90 % intervals. `gap` says what is missing, and then the state is unproven.

    baseline:  all decisions before the monitored ones, which are the newest, at most 120.
    cusum:     the statistic now ÷ its threshold; above 1 it alarms. alarm: it did, and has not been back at 0 since.
    change:    mean of the last 50 − mean of those before, and its one-sided p.
    """

    state: State
    gap: str = ""
    n_baseline: int = 0
    baseline: float = float("nan")
    baseline_interval: Interval = Interval(np.nan, np.nan, np.nan)  # noqa: RUF009 - frozen, so one is enough
    last: float = float("nan")
    last_interval: Interval = Interval(np.nan, np.nan, np.nan)  # noqa: RUF009 - frozen, so one is enough
    windows: tuple[tuple[int, float, Interval], ...] = ()
    cusum: float = float("nan")
    alarm: bool = False
    change: float = float("nan")
    p: float = float("nan")


def health(record: Record, *, seed: int) -> Health:
    """Source: trading.md § 7, Edge Health; "Continuous Inspection Schemes"; minimum § 6.3."""
    n, form = len(record), record.form
    need = EDGE_BASELINE.decisions + EDGE_MONITORED.decisions
    if n < need:
        return Health(State.UNPROVEN, f"Needs {need - n} more closed decisions; so far {n}.")
    split = n - min(n - EDGE_BASELINE.decisions, MOST_MONITORED)
    base, new = form[:split], form[split:]
    if float(base.std()) == 0.0:
        return Health(State.UNPROVEN, "The earlier decisions never differ, so nothing can be measured by them.")
    watched = monitor(base, new, seed=seed)
    baseline, last = mean_interval(base, seed=seed, reps=REPS), mean_interval(form[-LAST:], seed=seed, reps=REPS)
    windows = tuple((k, float(form[-k:].mean()), mean_interval(form[-k:], seed=seed, reps=REPS)) for k in WINDOWS)
    newest = np.arange(n) >= n - LAST
    tested = slices_against_rest(form, newest[:, None], record.session, seed=seed, reps=REPS if n <= 2_000 else 1_000)[
        0
    ]
    p = tested.p / 2 if tested.effect < 0 else 1 - tested.p / 2
    alarm = alarmed(watched.path, watched.threshold)
    state = state_of(baseline, last, windows[-1][2], alarm=alarm, worse=p < ALPHA)
    return Health(
        state, "", split, float(base.mean()), baseline, float(form[-LAST:].mean()), last, windows,
        float(watched.path[-1] / watched.threshold), alarm, float(tested.effect), float(p),
    )  # fmt: skip


def alarmed(path: Floats, threshold: float) -> bool:
    """Whether the run that lasts to the end went above the threshold; one that came back to 0 is over."""
    zeros = np.flatnonzero(path == 0)
    return bool(np.any(path[(zeros[-1] if len(zeros) else 0) :] > threshold))


def state_of(baseline: Interval, last: Interval, longer: Interval, *, alarm: bool, worse: bool) -> State:
    """Broken needs the alarm and a last 50 that is below zero; an edge that never leaned that way cannot weaken."""
    if alarm and last.high < 0:
        return State.BROKEN
    if baseline.above_zero < LEANS:
        return State.UNPROVEN
    if alarm or worse:
        return State.WEAKENING
    return State.STRONG if longer.low > 0 else State.HOLDING


def rolling(form: Floats, window: int) -> Floats:
    """The mean of the last `window` values at each position; NaN before there are so many."""
    made = np.full(len(form), np.nan)
    if len(form) >= window:
        total = np.concatenate([[0.0], np.cumsum(form)])
        made[window - 1 :] = (total[window:] - total[:-window]) / window
    return made
