"""The sizing module: how even, how reactive, how well placed, and how far from too large."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.figures import Figure
from analytics.trading.inference.bootstrap import decision_sums, interval, mean_interval, of_draws
from analytics.trading.inference.samples import ARM, INTERVAL
from analytics.trading.kpis.module import KPIS
from analytics.trading.modules import Beside, module
from analytics.trading.psychology.before import before
from analytics.trading.record import Record
from analytics.trading.sheet import Sheet
from analytics.trading.sizing import calc
from analytics.trading.sizing import keys as _keys  # noqa: F401 - registers the metrics

REPS = 2_000
ROOM_FROM = 100
#: The fall that must not be reached: this share of the balance, or the record's own deepest without a balance.
LIMIT = 0.2
TAKEN = ("trading.half_kelly", "trading.optimal_f")
WIDE, REACTIVE = 3.0, 1.25


@dataclass(frozen=True)
class Bucket:
    """Sizes from `low` to `high` times the usual; `figure` is their expectancy's key in the figures."""

    low: float
    high: float
    n: int
    figure: str


@dataclass(frozen=True)
class Sizing:
    """`limit` is the fall in money that the room is measured by; `of_balance` tells where it comes from."""

    n: int
    currency: str
    by_risk: bool
    limit: float
    of_balance: bool
    headline: str
    buckets: tuple[Bucket, ...]
    figures: dict[str, Figure]


def compute(record: Record, beside: Beside, seed: int) -> Sizing:
    """Empty: every figure carries its gap while the record is too short."""
    sheet = Sheet(record, beside)
    limit, of_balance = limit_of(record)
    _spread(sheet, seed)
    _after_loss(sheet, seed)
    buckets = calc.size_buckets(record)
    _large(sheet, buckets, seed)
    _room(sheet, limit, seed)
    told = tuple(_bucket(sheet, number, bucket, seed) for number, bucket in enumerate(buckets, start=1))
    _take_over(sheet, beside)
    known = np.isfinite(record.risk) & (record.risk > 0)
    return Sizing(
        n=len(record),
        currency=record.currency,
        by_risk=bool(len(record) and known.mean() >= 0.5),
        limit=limit,
        of_balance=of_balance,
        headline=headline(sheet),
        buckets=told,
        figures=sheet.figures,
    )


def limit_of(record: Record) -> tuple[float, bool]:
    """A fifth of the balance as it is now; without one, the deepest fall so far, in money."""
    total = float(record.net.sum()) + float(sum(amount for _, amount in record.flows))
    if record.balance is not None and float(record.balance) + total > 0:
        return LIMIT * (float(record.balance) + total), True
    running = np.concatenate([[0.0], np.cumsum(record.net)])
    return float((np.maximum.accumulate(running) - running).max()), False


def _spread(sheet: Sheet, seed: int) -> None:
    stake = calc.at_stake(sheet.record)
    enough = INTERVAL.met(len(stake))
    sheet.number(
        "trading.size_spread",
        float(calc.spread(stake[None, :])[0]) if enough else None,
        n=len(stake),
        interval=interval(stake, calc.spread, seed=seed, reps=REPS) if enough else None,
    )


def _after_loss(sheet: Sheet, seed: int) -> None:
    state = before(sheet.record)
    lost, won = int(state.after_loss.sum()), int(state.after_win.sum())
    if not (ARM.met(lost) and ARM.met(won)):
        sheet.number("trading.size_after_loss", None, n=min(lost, won))
        return
    table = calc.size_table(sheet.record, state.after_loss, state.after_win)
    drawn, block = decision_sums(sheet.record.session, table, seed=seed, reps=REPS)
    seen = float(calc.size_ratio(table.sum(axis=0)))
    sheet.number("trading.size_after_loss", seen, n=lost + won, interval=of_draws(calc.size_ratio(drawn), block=block))


def _large(sheet: Sheet, buckets: tuple[calc.SizeBucket, ...], seed: int) -> None:
    """Results at the usual size, so that a large decision does not look better only because it was large."""
    key, record = "trading.large_against_small", sheet.record
    few = len(buckets) < 2 or not all(INTERVAL.met(int(side.mask.sum())) for side in (buckets[0], buckets[-1]))
    if few:
        sheet.money(key, None)
        return
    small, large = buckets[0].mask, buckets[-1].mask
    made = calc.per_size(record)
    table = np.stack([made * large, large, made * small, small], axis=1).astype(np.float64)
    drawn, block = decision_sums(record.session, table, seed=seed, reps=REPS)
    seen = float(calc.mean_difference(table.sum(axis=0)))
    sheet.money(
        key, seen, n=int(large.sum() + small.sum()), interval=of_draws(calc.mean_difference(drawn), block=block)
    )


def _room(sheet: Sheet, limit: float, seed: int) -> None:
    enough = len(sheet.record) >= ROOM_FROM and limit > 0
    found = calc.room(sheet.record.net, limit=limit, seed=seed) if enough else None
    if found is None:
        gap = "Nothing has fallen yet, so there is no size that would be too large." if enough else ""
        sheet.number("trading.size_room", None, gap=gap)
        return
    low, high = (end if np.isfinite(end) else None for end in (found.low, found.high))
    sheet.number("trading.size_room", found.times, low=low, high=high, note="times the present size")


def _bucket(sheet: Sheet, number: int, bucket: calc.SizeBucket, seed: int) -> Bucket:
    made = calc.per_size(sheet.record)[bucket.mask]
    enough = INTERVAL.met(len(made))
    key = f"trading.size_expectancy:{number}"
    sheet.money(
        "trading.size_expectancy",
        float(made.mean()) if enough else None,
        n=len(made),
        interval=mean_interval(made, seed=seed, reps=REPS) if enough else None,
        under=key,
    )
    return Bucket(bucket.low, bucket.high, len(made), key)


def _take_over(sheet: Sheet, beside: Beside) -> None:
    """What the KPI module says of Kelly and optimal f: the same figures, not a second computation."""
    found = beside.of(KPIS)
    if found is not None:
        sheet.figures.update({key: found.figures[key] for key in TAKEN if key in found.figures})


def headline(sheet: Sheet) -> str:
    """What stands out, in one sentence without numbers."""
    after, room, spread = (sheet.figures[f"trading.{name}"] for name in ("size_after_loss", "size_room", "size_spread"))
    if room.value is not None and room.value < 1:
        return "The present size is too large for the limit."
    if after.low is not None and after.low > 1 and after.value is not None and after.value >= REACTIVE:
        return "Size grows after losses, and that is more than chance."
    if spread.low is not None and spread.low > WIDE:
        return "Some decisions risk many times what others do."
    return "Nothing stands out." if spread.value is not None else "Too few decisions to say anything about size."


SIZING = module("sizing", "Sizing", version="2", result=Sizing, compute=compute, after=("kpis",))
