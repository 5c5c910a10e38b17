"""An average of form that is quick while form has a direction and slow while it wavers. Plain NumPy."""

from __future__ import annotations

import numpy as np

from analytics.trading.inference.blocks import block_length
from analytics.trading.inference.bootstrap import Interval, indices, of_draws
from analytics.trading.record import Floats

SPAN = 20
FAST, SLOW = 2 / 3, 2 / 31
NEEDED = 40
#: Decisions before the last 20 that a resampled average runs over, so that its start does not matter.
RUN_UP = 40
REPS = 2_000


def afma(form: Floats) -> Floats:
    """One value a decision from the 20th on; the first is the mean of the first 20. Empty: no value before.

    `form` may have rows of several series; values run along the last axis.
    """
    n = form.shape[-1]
    if n < SPAN:
        return np.empty((*form.shape[:-1], 0))
    pace = pacing(form)
    made = np.empty((*form.shape[:-1], n - SPAN + 1))
    made[..., 0] = form[..., :SPAN].mean(axis=-1)
    for t in range(SPAN, n):
        before = made[..., t - SPAN]
        made[..., t - SPAN + 1] = before + pace[..., t - SPAN] * (form[..., t] - before)
    return made


def pacing(form: Floats) -> Floats:
    """c of each decision after the first 20: (ER(2/3 − 2/31) + 2/31)².

    ER = |F_t − F_{t−20}| ÷ Σ|ΔF| of cumulative form F, so |sum of the last 20| ÷ sum of their sizes; 0 for all zeros.
    """
    moved, path = _window(form), _window(np.abs(form))
    efficiency = np.divide(np.abs(moved), path, out=np.zeros_like(moved), where=path > 1e-12)
    paced: Floats = (np.minimum(efficiency, 1.0) * (FAST - SLOW) + SLOW) ** 2
    return paced


def _window(x: Floats) -> Floats:
    """Sums of the last 20 values at each position from the 21st on."""
    total = np.concatenate([np.zeros((*x.shape[:-1], 1)), np.cumsum(x, axis=-1)], axis=-1)
    return total[..., SPAN + 1 :] - total[..., 1:-SPAN]


def slope(values: Floats) -> Floats:
    """Change over 20 decisions by least squares through the last 20 values, along the last axis."""
    t = np.arange(SPAN) - (SPAN - 1) / 2
    found: Floats = SPAN * (values[..., -SPAN:] @ t) / float(t @ t)
    return found


def slope_interval(form: Floats, average: Floats, *, seed: int) -> Interval:
    """The 90 % interval of the slope: departures from the average, resampled in blocks, are put on it again, and the
    average is run anew over the last 60 decisions.
    """
    known = form[SPAN - 1 :]
    departures = known - average
    departures = departures - departures.mean()
    length = min(len(known), RUN_UP + SPAN)
    base = average[-length:]
    lead = form[-(length + SPAN - 1) : -length] if len(form) > length else form[:0]
    draws = []
    for chunk in indices(len(known), block=block_length(departures), seed=seed, reps=REPS, length=length):
        drawn = base + departures[chunk]
        series = np.concatenate([np.broadcast_to(lead, (len(chunk), len(lead))), drawn], axis=1)
        draws.append(slope(afma(series)))
    return of_draws(np.concatenate(draws))
