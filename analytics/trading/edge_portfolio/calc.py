"""Setups and instruments as sleeves of one portfolio: what each earns, how sure, and how they move together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from analytics.trading.inference.bootstrap import Interval, decision_sums, of_draws
from analytics.trading.inference.multiplicity import benjamini_hochberg
from analytics.trading.inference.permutation import slices_against_rest
from analytics.trading.inference.samples import SLICE
from analytics.trading.psychology.before import Mask
from analytics.trading.psychology.drawing import at_least_zero
from analytics.trading.record import Floats, Record

Q = 0.10
REPS, TEST_REPS, LARGE = 4_000, 2_000, 2_000
MOST_SLEEVES, MOST_PAIRED = 20, 8
PAIR_DAYS = 20


@dataclass(frozen=True)
class Sleeve:
    """One setup or instrument. Means in money; `shrunk` is the mean drawn towards the mean of all sleeves.

    enough:   20 decisions on 8 sessions; below it there is a count and a sum, and no estimate.
    adjusted: p against the rest, two-sided, adjusted over the family; NaN where it was not tested.
    losing:   one-sided p of its own mean being below zero, adjusted over the family.
    """

    name: str
    mask: Mask
    n: int
    days: int
    enough: bool
    mean: float
    interval: Interval
    shrunk: float
    adjusted: float
    losing: float

    @property
    def kept(self) -> bool:
        return self.adjusted <= Q

    @property
    def retire(self) -> bool:
        """Loses by its own interval, and still after the correction for so many sleeves; being worst is no reason."""
        return self.enough and self.interval.high < 0 and self.losing <= Q


@dataclass(frozen=True)
class Pair:
    """Two sleeves: correlation of their sessions' results, and how often both are below their peaks at once."""

    one: str
    other: str
    days: int
    correlation: float
    overlap: float


def sleeves(record: Record, names: np.ndarray, *, seed: int) -> tuple[Sleeve, ...]:
    """The sleeves with the most decisions, at most 20, by their shrunken mean; those too small last."""
    found, counts = np.unique(names, return_counts=True)
    chosen = found[np.argsort(-counts, kind="stable")][:MOST_SLEEVES]
    masks = [names == name for name in chosen]
    days = [len(np.unique(record.session[mask])) for mask in masks]
    enough = [SLICE.met(int(mask.sum()), d) for mask, d in zip(masks, days, strict=True)]
    means, drawn = _means(record, masks, seed=seed)
    intervals = [of_draws(draws) for draws in drawn]
    told = [i for i, is_enough in enumerate(enough) if is_enough]
    shrunk = dict(
        zip(told, shrink([means[i] for i in told], [_error(record.net[masks[i]]) for i in told]), strict=True)
    )
    adjusted = dict(zip(told, _tested(record, [masks[i] for i in told], seed=seed), strict=True))
    losing = dict(zip(told, benjamini_hochberg([at_least_zero(drawn[i]) for i in told]), strict=True))
    nan = float("nan")
    made = [
        Sleeve(str(name), masks[i], int(masks[i].sum()), days[i], enough[i], means[i], intervals[i],
               shrunk.get(i, nan), adjusted.get(i, nan), losing.get(i, nan))
        for i, name in enumerate(chosen)
    ]  # fmt: skip
    return tuple(sorted(made, key=lambda one: (not one.enough, -one.shrunk if one.enough else -one.n, one.name)))


def shrink(means: list[float], errors: list[float]) -> list[float]:
    """Each mean drawn towards the common mean, the more so the less sure it is (empirical Bayes).

    The spread between sleeves beyond their errors is estimated by moments; where there is none, all are the same.
    Empty: the means themselves with fewer than three, of which no spread can be told.
    """
    if len(means) < 3:
        return means
    m, variance = np.asarray(means), np.maximum(np.asarray(errors) ** 2, 1e-18)
    weight = 1 / variance
    centre = float((weight * m).sum() / weight.sum())
    scatter = float((weight * (m - centre) ** 2).sum())
    freed = float(weight.sum() - (weight**2).sum() / weight.sum())
    between = max(0.0, (scatter - (len(m) - 1)) / freed) if freed > 0 else 0.0
    trust = between / (between + variance)
    middle = float((m / (between + variance)).sum() / (1 / (between + variance)).sum())
    return [float(value) for value in middle + trust * (m - middle)]


def pairs(record: Record, kept: tuple[Sleeve, ...]) -> tuple[Pair, ...]:
    """Every two of the eight largest sleeves with 20 sessions in which either traded; most alike first."""
    largest = sorted((one for one in kept if one.enough), key=lambda one: -one.n)[:MOST_PAIRED]
    _, number = np.unique(record.session, return_inverse=True)
    days = int(number.max()) + 1 if len(number) else 0
    net: dict[str, Floats] = {
        one.name: np.bincount(number, weights=np.where(one.mask, record.net, 0.0), minlength=days).astype(np.float64)
        for one in largest
    }
    traded = {one.name: np.bincount(number, weights=one.mask, minlength=days) > 0 for one in largest}
    made = [_pair(a.name, b.name, net, traded) for a, b in combinations(largest, 2)]
    told = [one for one in made if one.days >= PAIR_DAYS and np.isfinite(one.correlation)]
    return tuple(sorted(told, key=lambda one: -one.correlation))


def _pair(a: str, b: str, net: dict[str, Floats], traded: dict[str, Mask]) -> Pair:
    either = traded[a] | traded[b]
    x, y = net[a][either], net[b][either]
    varies = len(x) > 1 and x.std() > 0 and y.std() > 0
    correlation = float(np.corrcoef(x, y)[0, 1]) if varies else float("nan")
    below = [_below(values) for values in (net[a], net[b])]
    some = int((below[0] | below[1]).sum())
    overlap = float((below[0] & below[1]).sum() / some) if some else 0.0
    return Pair(a, b, int(either.sum()), correlation, overlap)


def _below(values: Floats) -> Mask:
    total = np.cumsum(values)
    return np.asarray(total < np.maximum(np.maximum.accumulate(total), 0.0))


def _means(record: Record, masks: list[Mask], *, seed: int) -> tuple[list[float], list[Floats]]:
    columns = [record.net] + [part for mask in masks for part in (np.where(mask, record.net, 0), mask.astype(float))]
    sums, _ = decision_sums(record.session, np.stack(columns, axis=1), seed=seed, reps=REPS)
    means = [float(record.net[mask].mean()) for mask in masks]
    pairs_of_sums = [(sums[:, 1 + 2 * i], sums[:, 2 + 2 * i]) for i in range(len(masks))]
    return means, [np.divide(x, n, out=np.full(len(x), np.nan), where=n > 0) for x, n in pairs_of_sums]


def _tested(record: Record, masks: list[Mask], *, seed: int) -> tuple[float, ...]:
    if len(masks) < 2:
        return tuple(float("nan") for _ in masks)
    reps = TEST_REPS if len(record) <= LARGE else TEST_REPS // 2
    tested = slices_against_rest(record.net, np.stack(masks, axis=1), record.session, seed=seed, reps=reps)
    return benjamini_hochberg([one.p for one in tested])


def _error(net: Floats) -> float:
    return float(net.std(ddof=1) / np.sqrt(len(net)))
