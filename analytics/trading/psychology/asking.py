"""The parts that every question of the behaviour sheet is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from analytics.trading.inference.bootstrap import Interval, of_draws
from analytics.trading.inference.permutation import slices_against_rest
from analytics.trading.inference.samples import ARM
from analytics.trading.psychology.before import Before, Mask, before
from analytics.trading.psychology.drawing import Drawing
from analytics.trading.psychology.within import labels_p, ranks
from analytics.trading.record import Floats, Record

Draws = Callable[[], Floats]
BLOCK_REPS, LARGE, FEWER_REPS = 4_000, 2_000, 1_000


@dataclass(frozen=True)
class Known:
    """What all questions share: the record, the state before each entry, and the one resampling."""

    record: Record
    state: Before
    drawing: Drawing
    seed: int

    @classmethod
    def of(cls, record: Record, *, seed: int) -> Known:
        return cls(record, before(record), Drawing(record, seed), seed)

    @property
    def form(self) -> Floats:
        return self.record.form


@dataclass(frozen=True)
class Contrast:
    """One contrast. `p` is one-sided, towards the harmful side; NaN for what is described and not tested.

    Empty: `gap` says in a sentence what is missing, and then there is no effect.
    """

    effect: float = float("nan")
    p: float = float("nan")
    n: int = 0
    n_rest: int = 0
    interval: Callable[[], Interval] = lambda: Interval(np.nan, np.nan, np.nan)
    gap: str = ""


@dataclass(frozen=True)
class Cost:
    """The outcome contrast in units of form, negative where the behaviour does worse, and what it adds up to.

    draws: resampled effects. times: what the effect is multiplied with to give the form at stake, such as a count.
    """

    effect: float = float("nan")
    p: float = float("nan")
    n: int = 0
    n_rest: int = 0
    draws: Draws = lambda: np.empty(0)
    times: float = 0.0
    gap: str = ""


@dataclass(frozen=True)
class Asked:
    """One question answered: the behaviour, its cost, and the decisions that are the behaviour.

    least:   smallest effect that counts as a habit. spared: why it is none although it looks like one.
    budget:  share of the sheet's false alarms given to a question that has an outcome contrast only; None where a
             behaviour contrast stands before it.
    kept:    for questions that are decided in another way than by `behaviour.p`: whether the behaviour shows.
    """

    key: str
    behaviour: Contrast
    cost: Cost
    marked: Mask
    least: float = 0.0
    budget: float | None = None
    kept: bool | None = None
    spared: str = ""
    parts: tuple[object, ...] = field(default=())


def short(a: int, b: int, what: str, other: str, *, need: int = ARM.decisions) -> str:
    """The gap of two arms of which one is too small; empty when both are large enough."""
    missing = [f"{need - n} more {word}" for n, word in ((a, what), (b, other)) if n < need]
    return f"Needs {' and '.join(missing)}." if missing else ""


def difference(
    known: Known, of: Mask, against: Mask, what: str, other: str, *, need: int = ARM.decisions, in_days: bool = True
) -> Cost:
    """f of one arm less f of the other, one-sided: is the first worse? Labels are exchanged inside days.

    Without `in_days` whole days change places instead, for arms that are made of earlier outcomes of the same day.
    """
    a, b = int(of.sum()), int(against.sum())
    if gap := short(a, b, what, other, need=need):
        return Cost(n=a, n_rest=b, gap=gap)
    form, rows, day = known.form, of | against, known.record.session
    at = known.drawing.pair(form, of, against)
    effect = float(form[of].mean() - form[against].mean())
    if in_days:
        p = labels_p(form[rows], of[rows], day[rows], seed=known.seed, side="less")
    else:
        tested = slices_against_rest(
            form[rows], of[rows][:, None], day[rows], seed=known.seed, reps=block_reps(len(form))
        )[0]
        p = tested.p / 2 if effect < 0 else 1 - tested.p / 2
    return Cost(effect, p, a, b, lambda: known.drawing.difference(at), times=float(a))


def block_reps(n: int) -> int:
    """Draws of days in a new order: fewer for long records, whose every draw costs more."""
    return BLOCK_REPS if n <= LARGE else FEWER_REPS


def size_ratio(known: Known, of: Mask, against: Mask, what: str, other: str, *, need: int = ARM.decisions) -> Contrast:
    """Geometric mean of normalised size in one arm ÷ in the other; rank test inside days: is the first larger?"""
    a, b = int(of.sum()), int(against.sum())
    if gap := short(a, b, what, other, need=need):
        return Contrast(n=a, n_rest=b, gap=gap)
    size, rows = np.log(np.maximum(known.record.size, 1e-9)), of | against
    at = known.drawing.pair(size, of, against)
    p = labels_p(ranks(size[rows]), of[rows], known.record.session[rows], seed=known.seed, side="greater")
    effect = float(np.exp(size[of].mean() - size[against].mean()))
    return Contrast(effect, p, a, b, lambda: of_draws(np.exp(known.drawing.difference(at))))
