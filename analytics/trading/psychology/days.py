"""Questions about the course of a session: chasing a losing morning, and deciding oftener than usual."""

from __future__ import annotations

import numpy as np
from scipy.stats import hypergeom

from analytics.trading.inference.bootstrap import of_draws
from analytics.trading.inference.intervals import wilson
from analytics.trading.psychology.asking import Asked, Contrast, Cost, Known, difference, short
from analytics.trading.psychology.before import Mask
from analytics.trading.record import Floats, Ints

RISK, MORNINGS = 1.2, 20
EXCESS_BUDGET = 0.01
DAY_REPS = 4_000


def loss_chasing(known: Known) -> Asked:
    """After a losing first half of the session: is size in the second half above the own median, and f lower?

    The first half is what was closed before the second half's first entry.
    """
    half = _halves(known)
    losing, winning = half.losing, half.winning
    words = ("sessions with a losing first half", "sessions with a winning one")
    gap = short(int(losing.sum()), int(winning.sum()), *words, need=MORNINGS)
    later = half.later & np.isin(known.record.session, half.days[losing])
    if gap:
        empty = Contrast(n=int(losing.sum()), n_rest=int(winning.sum()), gap=gap)
        return Asked("loss_chasing", empty, Cost(gap=gap), later, RISK)
    usual = float(np.median(half.size[losing | winning]))
    above = half.size > usual
    hits, base = int((above & losing).sum()), int((above & winning).sum())
    n, k = int((losing | winning).sum()), int(losing.sum())
    p = float(hypergeom.sf(hits - 1, n, hits + base, k))
    marker = [_at_days(known, half, mask) for mask in (losing, winning)]
    at = known.drawing.pair(_at_days(known, half, above).astype(np.float64), *marker)
    effect = (hits / k) / (base / (n - k)) if base else float("nan")
    behaviour = Contrast(effect, p, k, n - k, lambda: of_draws(known.drawing.ratio(at)))
    if not base:
        behaviour = Contrast(n=k, n_rest=n - k, gap="No session with a winning first half was traded larger later.")
    return Asked("loss_chasing", behaviour, _afternoons(known, half), later, RISK)


class _Halves:
    """Sessions that can be halved: first rows of the later half, and what was known then. One value a session."""

    def __init__(self, days: Ints, later: Mask, first: Ints, morning: Floats, size: Floats) -> None:
        self.days, self.later, self.first, self.size = days, later, first, size
        self.losing, self.winning = morning < 0, morning > 0


def _halves(known: Known) -> _Halves:
    record, state = known.record, known.state
    _, number, counts = np.unique(record.session, return_inverse=True, return_counts=True)
    later = state.known & (state.order > (counts[number] + 1) // 2)
    if not later.any():
        none = np.empty(0)
        return _Halves(np.empty(0, dtype=np.int64), later, np.empty(0, dtype=np.int64), none, none)
    rows = np.flatnonzero(later)
    rows = rows[np.lexsort((record.opened[rows], record.session[rows]))]
    days, first = np.unique(record.session[rows], return_index=True)
    begins = np.full(len(counts), np.inf)
    begins[number[rows[first]]] = record.opened[rows[first]]
    early = ~later & (record.closed <= begins[number])
    morning: Floats = np.bincount(number, weights=np.where(early, record.net, 0.0)).astype(np.float64)[
        number[rows[first]]
    ]
    logs = np.bincount(number, weights=np.where(later, np.log(np.maximum(record.size, 1e-9)), 0))
    size = np.exp(logs / np.maximum(np.bincount(number, weights=later), 1))[number[rows[first]]]
    return _Halves(days, later, rows[first], morning, size)


def _at_days(known: Known, half: _Halves, mask: Mask) -> Mask:
    """A mask of sessions laid on the first decision of each later half, so that a session counts once."""
    made = np.zeros(len(known.record), dtype=np.bool_)
    made[half.first[mask]] = True
    return made


def _afternoons(known: Known, half: _Halves) -> Cost:
    """f of second halves after losing against winning first halves; whole sessions change places."""
    day = known.record.session
    of, against = (half.later & np.isin(day, half.days[mask]) for mask in (half.losing, half.winning))
    number = np.searchsorted(half.days, day[half.later])
    mean = np.bincount(number, weights=known.form[half.later]) / np.bincount(number)
    told = half.losing | half.winning
    values, k = mean[told], int(half.losing.sum())
    observed = float(mean[half.losing].mean())
    draw = np.random.default_rng(known.seed)
    chosen = np.argsort(draw.random((DAY_REPS, len(values)), dtype=np.float32), axis=1)[:, :k]
    p = float((np.sum(values[chosen].mean(axis=1) <= observed + 1e-12) + 1) / (DAY_REPS + 1))
    at = known.drawing.pair(known.form, of, against)
    effect = float(known.form[of].mean() - known.form[against].mean())
    n, rest = int(of.sum()), int(against.sum())
    return Cost(effect, p, n, rest, lambda: known.drawing.difference(at), times=float(n))


def overtrading(known: Known) -> Asked:
    """f of decisions beyond the own usual number a session, against those before it. An outcome contrast only."""
    record, state = known.record, known.state
    counts = np.unique(record.session, return_counts=True)[1]
    usual = float(np.median(counts)) if len(counts) else 0.0
    beyond = state.known & (state.order > usual)
    rest = state.known & ~beyond
    n, total = int(beyond.sum()), int(state.known.sum())
    share = wilson(n, total, level=0.9)
    cost = difference(known, beyond, rest, "decisions beyond your usual number", "decisions within it")
    behaviour = Contrast(n / total if total else float("nan"), float("nan"), n, total - n, lambda: share, gap=cost.gap)
    return Asked("overtrading", behaviour, cost, beyond, budget=EXCESS_BUDGET)
