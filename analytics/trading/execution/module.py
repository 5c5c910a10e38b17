"""The execution module: what costs, stops, exits and patience did to the result."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analytics.figures import Figure, Rows
from analytics.trading.execution import calc
from analytics.trading.execution import keys as _keys  # noqa: F401 - registers the metrics
from analytics.trading.execution.calc import Usable
from analytics.trading.inference.bootstrap import interval, mean_interval
from analytics.trading.inference.samples import INTERVAL
from analytics.trading.modules import Beside, module
from analytics.trading.record import Floats, Record
from analytics.trading.sheet import Sheet, decisions

REPS = 2_000
MOST_KEYS = 500
Statistic = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Part:
    """One question of the page: the key of its figure, and with how many decisions it could be answered."""

    key: str
    usable: int
    of: int
    why: str


@dataclass(frozen=True)
class Hold:
    """One bucket of holding time in seconds; `figure` is its expectancy under that key in the figures."""

    low: float
    high: float
    n: int
    figure: str


@dataclass(frozen=True)
class Execution:
    """Parts in the order of the page. `headline` is one sentence; every number in it is a figure's."""

    n: int
    currency: str
    headline: str
    parts: tuple[Part, ...]
    holds: tuple[Hold, ...]
    figures: dict[str, Figure]


def compute(record: Record, beside: Beside, seed: int) -> Execution:
    """Empty: every figure carries its gap where the record is too short or the file has no such column."""
    sheet = Sheet(record, beside)
    parts = (_costs(sheet), *_measured(sheet, seed))
    return Execution(
        n=len(record),
        currency=record.currency,
        headline=headline(sheet),
        parts=parts,
        holds=_holds(sheet, seed),
        figures=sheet.figures,
    )


def _costs(sheet: Sheet) -> Part:
    record = sheet.record
    sheet.number("trading.fee_drag", calc.fee_drag(record))
    sheet.money("trading.cost_per_trade", float(-record.costs.mean()) if len(record) else None)
    paid = int((record.costs != 0).sum())
    return Part("trading.fee_drag", paid, len(record), "decisions with costs in the file")


def _measured(sheet: Sheet, seed: int) -> tuple[Part, ...]:
    record = sheet.record
    stopped = int((record.exit_reason == "sl").sum())
    winners = int((record.net > 0).sum())
    parts_closed = calc.against_first_exit(record)
    return (
        _money(sheet, "trading.stop_slippage", calc.slippage(record), stopped, "stop-outs with a stop price", seed),
        _share(sheet, "trading.move_captured", calc.capture(record), len(record), _median, "with a best price", seed),
        _share(sheet, "trading.winner_heat", calc.heat(record), winners, _p90, "winners with a worst price", seed),
        _money(sheet, "trading.scale_out_first", parts_closed, len(record), "closed in parts", seed),
        _money(sheet, "trading.scale_out_last", calc.against_last_exit(record), len(record), "closed in parts", seed),
    )


def _money(sheet: Sheet, key: str, found: Usable, of: int, why: str, seed: int) -> Part:
    """The mean of an amount, with its interval from 20 decisions on."""
    enough = INTERVAL.met(found.n)
    sheet.money(
        key,
        float(found.values.mean()) if enough else None,
        n=found.n,
        interval=mean_interval(found.values, seed=seed, reps=REPS) if enough else None,
        rows=_rows(sheet, found),
    )
    return Part(key, found.n, of, why)


def _share(sheet: Sheet, key: str, found: Usable, of: int, statistic: Statistic, why: str, seed: int) -> Part:
    """A quantile, which one outlier cannot move, with its interval from 20 decisions on."""
    enough = INTERVAL.met(found.n)
    sheet.number(
        key,
        float(statistic(found.values[None, :])[0]) if enough else None,
        n=found.n,
        interval=interval(found.values, statistic, seed=seed, reps=REPS) if enough else None,
        rows=_rows(sheet, found),
    )
    return Part(key, found.n, of, why)


def _rows(sheet: Sheet, found: Usable) -> Rows | None:
    """The very decisions, while they can be listed one by one; all of the account's otherwise."""
    if not 0 < found.n <= MOST_KEYS:
        return decisions(sheet.beside)
    keys = [key for key, is_used in zip(sheet.record.keys, found.mask, strict=True) if is_used]
    return decisions(sheet.beside, keys=",".join(keys))


def _holds(sheet: Sheet, seed: int) -> tuple[Hold, ...]:
    record = sheet.record
    made = []
    for number, bucket in enumerate(calc.hold_buckets(record), start=1):
        net = record.net[bucket.mask]
        enough = INTERVAL.met(len(net))
        key = f"trading.hold_expectancy:{number}"
        sheet.money(
            "trading.hold_expectancy",
            float(net.mean()) if enough else None,
            n=len(net),
            interval=mean_interval(net, seed=seed, reps=REPS) if enough else None,
            rows=decisions(sheet.beside, held_from=math.floor(bucket.low), held_to=math.floor(bucket.high) + 1),
            under=key,
        )
        made.append(Hold(bucket.low, bucket.high, len(net), key))
    return tuple(made)


def headline(sheet: Sheet) -> str:
    """What stands out, in one sentence without numbers: the figures beside it carry them."""
    drag = sheet.figures["trading.fee_drag"].value
    slipped = sheet.figures["trading.stop_slippage"]
    if drag is not None and drag >= 1:
        return "Costs eat more than all gross winnings."
    if slipped.high is not None and slipped.high < 0:
        return "Stops are filled worse than they stand, and that is more than chance."
    if drag is not None and drag >= HEAVY:
        return "Costs take a heavy part of gross winnings."
    measured = [figure for figure in sheet.figures.values() if figure.value is not None]
    return "Nothing stands out." if len(measured) > 2 else "Only costs can be measured from this file."


#: From here on costs are called heavy: a fifth of what was won.
HEAVY = 0.2


def _median(rows: Floats) -> Floats:
    return np.median(rows, axis=1)


def _p90(rows: Floats) -> Floats:
    return np.quantile(rows, 0.9, axis=1)


EXECUTION = module("execution", "Execution", version="2", result=Execution, compute=compute)
