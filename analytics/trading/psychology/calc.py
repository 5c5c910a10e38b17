"""The behaviour sheet: every question, the correction over all of them, and the word for each. Plain NumPy.

Two things are asked of a habit: does it show (the behaviour contrast), and does it cost (the outcome contrast).
Only both together are called costly. Error budget of the sheet, one-sided, so that a trader without habits is told
"costly" in at most one of ten records: fatigue 4 %, hours and weekdays 2 %, overtrading 1 %, which have an outcome
contrast only; the others need a behaviour contrast first (Holm, 5 %) and then an outcome contrast at 5 %.
An outcome counts where both the exchange inside days and the resampling of days say so: the first is exact without
memory in the results, the second holds with it. Measured by `benchmarks/calibration.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analytics.trading.inference.bootstrap import Interval, of_draws
from analytics.trading.inference.multiplicity import holm
from analytics.trading.psychology.asking import Asked, Cost, Known
from analytics.trading.psychology.days import loss_chasing, overtrading
from analytics.trading.psychology.drawing import at_least_zero
from analytics.trading.psychology.entries import revenge_size, revenge_tempo, tilt_burst, win_streak
from analytics.trading.psychology.exits import disposition, stop_discipline
from analytics.trading.psychology.hours import session_effect
from analytics.trading.record import Record

ALPHA = 0.05
SEVERE = 1.5
QUESTIONS = (
    revenge_tempo, revenge_size, loss_chasing, overtrading, tilt_burst, disposition, win_streak, stop_discipline,
    session_effect,
)  # fmt: skip


class Word(StrEnum):
    COSTLY = "costly"
    DIFFERENT = "different"
    CLEAR = "clear"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Habit:
    """One question with its answer. Effects of behaviour in their own unit, of cost in units of form.

    p is adjusted over the behaviour contrasts (Holm); NaN for what is not tested. stake: form at stake, negative lost.
    """

    asked: Asked
    word: Word
    p: float
    severe: bool
    behaviour: Interval
    cost: Interval
    stake: Interval


def sheet(record: Record, *, seed: int) -> tuple[Habit, ...]:
    """All questions of the behaviour test sheet, in its order. Source: trading.md § 7."""
    if not len(record):
        return ()
    known = Known.of(record, seed=seed)
    asked = [question(known) for question in QUESTIONS]
    known.drawing.draw()
    adjusted = _adjusted(asked)
    return tuple(_habit(one, p) for one, p in zip(asked, adjusted, strict=True))


def _adjusted(asked: list[Asked]) -> list[float]:
    """Holm over the behaviour contrasts that could be tested."""
    tested = [i for i, one in enumerate(asked) if np.isfinite(one.behaviour.p)]
    made = [float("nan")] * len(asked)
    for i, p in zip(tested, holm([asked[i].behaviour.p for i in tested]), strict=True):
        made[i] = p
    return made


def _habit(asked: Asked, p: float) -> Habit:
    nothing = Interval(np.nan, np.nan, np.nan)
    draws = np.empty(0) if asked.cost.gap else asked.cost.draws()
    cost = of_draws(draws) if len(draws) else nothing
    behaviour = nothing if asked.behaviour.gap else asked.behaviour.interval()
    ends = (cost.low * asked.cost.times, cost.high * asked.cost.times)
    stake = Interval(min(ends), max(ends), cost.above_zero)
    shows = _shows(asked, p)
    worse = not asked.cost.gap and _worse(asked.cost, draws, ALPHA if asked.budget is None else asked.budget)
    severe = asked.key == "revenge_size" and shows and behaviour.low >= SEVERE
    return Habit(asked, _word(asked, shows, worse), p, severe, behaviour, cost, stake)


def _shows(asked: Asked, p: float) -> bool:
    """Whether the behaviour is there at all."""
    if asked.behaviour.gap or asked.spared:
        return False
    if asked.kept is not None:
        return asked.kept
    if asked.budget is not None:
        return bool(asked.cost.p < ALPHA)
    return bool(p < ALPHA and asked.behaviour.effect >= asked.least)


def _worse(cost: Cost, draws: np.ndarray, alpha: float) -> bool:
    """Whether the outcome is worse beyond chance, both by exchange and by resampling."""
    return bool(cost.p <= alpha and at_least_zero(draws) <= alpha)


def _word(asked: Asked, shows: bool, worse: bool) -> Word:
    if asked.behaviour.gap:
        return Word.UNKNOWN
    if not shows:
        return Word.CLEAR
    return Word.COSTLY if worse else Word.DIFFERENT
