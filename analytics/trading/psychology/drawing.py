"""Intervals of many contrasts from one resampling: days are drawn once, and every contrast is made of their sums."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from analytics.trading.inference.bootstrap import Interval, decision_sums, of_draws
from analytics.trading.record import Floats, Ints, Record

REPS = 4_000
MEDIAN_REPS = 1_000


@dataclass
class Drawing:
    """Register pairs of means with `pair` and slopes with `slope`, call `draw` once, then ask for their intervals."""

    record: Record
    seed: int
    reps: int = REPS
    _columns: list[Floats] = field(default_factory=list)
    _sums: Floats | None = None

    def pair(self, values: Floats, of: ArrayLike, against: ArrayLike) -> int:
        """Mean of `values` in the arm `of` beside the mean in `against`; masks over the whole record."""
        a, b = (np.asarray(mask, dtype=np.bool_) for mask in (of, against))
        return self._add(np.where(a, values, 0.0), a, np.where(b, values, 0.0), b)

    def share(self, above: Floats, below: Floats) -> int:
        """Σ above ÷ Σ below, such as a slope's sums of products."""
        return self._add(above, below)

    def draw(self) -> None:
        """Sums of all that was registered, over resampled records. The block is chosen for the net results."""
        table = np.stack([self.record.net, *self._columns], axis=1)
        made, _ = decision_sums(self.record.session, table, seed=self.seed, reps=self.reps)
        self._sums = made[:, 1:]

    def difference(self, at: int) -> Floats:
        """Draws of mean(of) − mean(against); NaN where a draw has an empty arm."""
        a, n_a, b, n_b = self._drawn(at, 4)
        return _ratio(a, n_a) - _ratio(b, n_b)

    def ratio(self, at: int) -> Floats:
        """Draws of mean(of) ÷ mean(against)."""
        a, n_a, b, n_b = self._drawn(at, 4)
        return _ratio(_ratio(a, n_a), _ratio(b, n_b))

    def quotient(self, at: int) -> Floats:
        """Draws of a registered share."""
        above, below = self._drawn(at, 2)
        return _ratio(above, below)

    def _add(self, *columns: ArrayLike) -> int:
        at = len(self._columns)
        self._columns += [np.nan_to_num(np.asarray(column, dtype=np.float64)) for column in columns]
        return at

    def _drawn(self, at: int, width: int) -> Floats:
        if self._sums is None:
            raise ValueError("nothing is drawn yet")
        return self._sums[:, at : at + width].T


def at_least_zero(draws: Floats) -> float:
    """The share of draws that are not below zero: a one-sided p from resampling. Empty: 1 where most are undefined."""
    known = draws[np.isfinite(draws)]
    return float((np.sum(known >= 0) + 1) / (len(known) + 1)) if len(known) * 2 >= len(draws) else 1.0


def median_ratio(values: Floats, of: ArrayLike, against: ArrayLike, day: Ints, *, seed: int) -> tuple[float, Interval]:
    """Median of the arm `of` ÷ median of `against`, and its interval over resampled days. Empty: NaN."""
    a, b = (np.asarray(mask, dtype=np.bool_) & np.isfinite(values) for mask in (of, against))
    if not a.any() or not b.any():
        return float("nan"), Interval(np.nan, np.nan, np.nan)
    _, number = np.unique(day, return_inverse=True)
    days = int(number.max()) + 1
    drawn = np.random.default_rng(seed).multinomial(days, np.full(days, 1 / days), size=MEDIAN_REPS).astype(np.float32)
    above, below = (_medians(values[arm], drawn[:, number[arm]]) for arm in (a, b))
    middle = float(np.median(values[b]))
    return float(np.median(values[a])) / middle if middle else float("nan"), of_draws(_ratio(above, below))


def _medians(values: Floats, weights: np.ndarray) -> Floats:
    """The weighted median of `values` for each row of weights."""
    order = np.argsort(values)
    reached = np.cumsum(weights[:, order], axis=1)
    half = (reached < reached[:, -1:] / 2).sum(axis=1)
    return np.asarray(values[order][np.minimum(half, len(order) - 1)])


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.full(len(above), np.nan), where=below != 0)
