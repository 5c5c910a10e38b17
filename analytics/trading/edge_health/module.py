"""The edge health module: a state, what it stands on, and the rolling form."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from analytics.figures import Figure
from analytics.trading.edge_health import keys as _keys  # noqa: F401 - registers the metrics
from analytics.trading.edge_health.calc import WINDOWS, Health, State, health, rolling
from analytics.trading.inference.stat import decimal
from analytics.trading.modules import Beside, module
from analytics.trading.record import Record
from analytics.trading.sheet import Sheet

MOST_POINTS = 300
HEADLINES = {
    State.STRONG: "The edge holds: recent form is above zero beyond chance.",
    State.HOLDING: "The edge holds: nothing says that recent decisions differ from earlier ones.",
    State.WEAKENING: "The edge weakens: recent decisions fall short of the earlier ones beyond chance.",
    State.BROKEN: "The edge is broken: the alarm is on, and recent form is below zero beyond chance.",
    State.UNPROVEN: "There is no proven edge that could weaken.",
}


@dataclass(frozen=True, slots=True)
class Point:
    """Rolling form after decision number `at`."""

    at: int
    short: Decimal | None
    long: Decimal | None


@dataclass(frozen=True)
class EdgeHealth:
    """`gap` says what is missing; the state is unproven then."""

    n: int
    state: State
    gap: str
    alarm: bool
    headline: str
    points: tuple[Point, ...]
    figures: dict[str, Figure]


def compute(record: Record, beside: Beside, seed: int) -> EdgeHealth:
    found, sheet = health(record, seed=seed), Sheet(record, beside)
    _tell(sheet, found)
    headline = "The record is too short to tell." if found.gap else HEADLINES[found.state]
    return EdgeHealth(
        len(record),
        found.state,
        found.gap,
        found.alarm,
        headline,
        points(record) if not found.gap else (),
        sheet.figures,
    )


def points(record: Record) -> tuple[Point, ...]:
    """At most 300, the last always."""
    n = len(record)
    at = np.unique(np.linspace(WINDOWS[0] - 1, n - 1, min(MOST_POINTS, n)).round().astype(int))
    short, long = (rolling(record.form, window) for window in WINDOWS)
    return tuple(Point(int(i) + 1, decimal(float(short[i])), decimal(float(long[i]))) for i in at)


def _tell(sheet: Sheet, found: Health) -> None:
    gap = found.gap
    sheet.number("trading.edge_baseline", found.baseline, n=found.n_baseline, interval=found.baseline_interval, gap=gap)
    sheet.number("trading.edge_last", found.last, n=50 if not gap else None, interval=found.last_interval, gap=gap)
    windows = {k: (mean, ends) for k, mean, ends in found.windows}
    for k in WINDOWS:
        mean, ends = windows.get(k, (float("nan"), None))
        sheet.number(f"trading.edge_last_{k}", mean, n=k if not gap else None, interval=ends, gap=gap)
    note = f"p {found.p:.3f}" if not gap else ""
    sheet.number("trading.edge_change", found.change, gap=gap, note=note)
    note = "" if gap else ("alarm" if found.alarm else "1 is the alarm")
    sheet.number("trading.edge_cusum", found.cusum, gap=gap, note=note)


EDGE_HEALTH = module("edge_health", "Edge Health", version="1", result=EdgeHealth, compute=compute)
