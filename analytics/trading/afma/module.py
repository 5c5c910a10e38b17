"""The AFMA module: where form stands and whether it has a direction that is more than noise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

import numpy as np

from analytics.figures import Figure
from analytics.trading.afma import calc, keys  # noqa: F401 - the figures need their metrics registered
from analytics.trading.inference.bootstrap import Interval
from analytics.trading.inference.stat import decimal
from analytics.trading.modules import Beside, module
from analytics.trading.record import Record, day_of
from analytics.trading.sheet import Sheet

MOST_POINTS = 300


class Trend(StrEnum):
    RISING = "rising"
    FLAT = "flat"
    FALLING = "falling"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FormPoint:
    number: int
    day: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class Form:
    """`unit` says what form is measured in; `points` are at most 300, the last always. Empty below 40 decisions."""

    figures: dict[str, Figure]
    trend: Trend
    unit: str
    sentence: str
    points: tuple[FormPoint, ...]


def compute(record: Record, beside: Beside, seed: int) -> Form:
    sheet = Sheet(record, beside)
    enough = len(record) >= calc.NEEDED
    average = calc.afma(record.form) if enough else np.empty(0)
    interval = calc.slope_interval(record.form, average, seed=seed) if enough else None
    change = float(calc.slope(average)) if enough else None
    sheet.number("trading.afma", float(average[-1]) if enough else None)
    slope = sheet.number("trading.afma_slope", change, interval=interval)
    trend = trend_of(interval)
    return Form(sheet.figures, trend, unit_of(record), sentence(trend, slope), points(record, average))


def trend_of(interval: Interval | None) -> Trend:
    """A direction only where the slope's interval leaves 0 out."""
    if interval is None or not interval.known:
        return Trend.UNKNOWN
    if interval.low > 0:
        return Trend.RISING
    return Trend.FALLING if interval.high < 0 else Trend.FLAT


def unit_of(record: Record) -> str:
    known = len(record) and float(np.isfinite(record.r).mean()) >= 0.5
    return "R" if known else "median losses"


def sentence(trend: Trend, slope: Figure) -> str:
    """What the state says, and what it does not."""
    if trend is Trend.UNKNOWN:
        return slope.gap
    if trend is Trend.FLAT:
        return "Form has no direction beyond noise over the last 20 decisions."
    return f"Form has been {trend} over the last 20 decisions, more than noise would."


def points(record: Record, average: np.ndarray) -> tuple[FormPoint, ...]:
    if not len(average):
        return ()
    chosen = np.unique(np.linspace(0, len(average) - 1, min(len(average), MOST_POINTS)).round().astype(int))
    made = []
    for i in chosen:
        number = int(i) + calc.SPAN
        day = day_of(int(record.session[number - 1]))
        made.append(FormPoint(number, day, decimal(float(average[i])) or Decimal(0)))
    return tuple(made)


AFMA = module("afma", "Form", version="1", result=Form, compute=compute)
