"""One resampling of the record for all KPIs that are made of sums, so that their intervals belong together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.trading.inference.bootstrap import Interval, clustered, day_sums, decision_sums, of_draws
from analytics.trading.inference.days import mean_day_p
from analytics.trading.inference.samples import INTERVAL
from analytics.trading.record import Floats, Record


@dataclass(frozen=True)
class Resampled:
    """Intervals of the middle 90 %; `low_95` is the lower end of the middle 95 % of expectancy.

    day_p: how often sessions without an edge reach as high a mean; None below eight of them.

    by_days: whether whole sessions were drawn. block: their mean run.
    """

    expectancy: Interval
    low_95: float
    day_p: float | None
    profit_factor: Interval
    payoff: Interval
    r: Interval | None
    proxy: Interval
    by_days: bool
    block: float


def resampled(record: Record, *, seed: int) -> Resampled | None:
    """Empty: None below 20 decisions."""
    if not INTERVAL.met(len(record)):
        return None
    x, known = record.net, np.isfinite(record.r)
    columns = [
        x,
        np.ones(len(x)),
        np.maximum(x, 0),
        np.maximum(-x, 0),
        x > 0,
        x < 0,
        np.where(known, record.r, 0),
        known,
    ]
    table: Floats = np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1)
    sums, block = decision_sums(record.session, table, seed=seed)
    total, n, gains, losses, wins, losers, r, n_r = sums.T
    mean = _ratio(total, n)
    return Resampled(
        expectancy=of_draws(mean, block=block),
        low_95=of_draws(mean, level=0.95).low,
        day_p=_day_p(record, total, seed=seed),
        profit_factor=of_draws(_ratio(gains, losses), block=block),
        payoff=of_draws(_ratio(_ratio(gains, wins), _ratio(losses, losers)), block=block),
        r=of_draws(_ratio(r, n_r), block=block) if int(known.sum()) >= INTERVAL.decisions else None,
        proxy=of_draws(mean / record.unit, block=block),
        by_days=clustered(record.session),
        block=block,
    )


def _day_p(record: Record, totals: Floats, *, seed: int) -> float | None:
    """From the same draws where sessions were drawn; shifting them to a mean of 0 shifts every draw alike."""
    by_day = day_sums(record.session, record.net[:, None])[:, 0]
    if not clustered(record.session):
        return mean_day_p(by_day, seed=seed)
    net = float(by_day.sum())
    return float((totals - net >= net).sum() + 1) / (len(totals) + 1)


def _ratio(above: Floats, below: Floats) -> Floats:
    """Undefined where nothing is below."""
    return np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
