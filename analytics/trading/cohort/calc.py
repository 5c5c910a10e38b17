"""Cells of traders alike, their quantiles, and where a value stands in them. Plain Python and NumPy.

A cell is told only when at least twenty businesses are in it and none holds more than a fifth of its decisions. What is
kept of a cell are quantiles in steps of five percent; ranks are rounded to the same steps. Source: trading.md § 7.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from analytics.trading.inference.samples import COHORT_TENANTS
from analytics.trading.record import Record

MOST_OF_ONE = 0.2
STEPS = tuple(range(0, 101, 5))

#: Bounds of holding time, in seconds, and of balances, in major units, below which a name holds.
STYLES = ((300.0, "scalping"), (8 * 3600.0, "day trading"), (float("inf"), "swing trading"))
SIZES = ((10_000, "under 10k"), (50_000, "10k to 50k"), (150_000, "50k to 150k"), (float("inf"), "over 150k"))
UNKNOWN = "unknown"

#: What is compared, and whether more is better.
MEASURES = ("win_rate", "payoff", "profit_factor", "expectancy", "decisions_a_session", "costs", "deepest_fall")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Which cell a record belongs to: asset class, style by the median holding time, size by the balance."""

    asset_class: str
    style: str
    size: str

    @property
    def label(self) -> str:
        parts = (self.asset_class or "any market", self.style, f"balance {self.size}")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Share:
    """What one account gives to its cell. `owner` tells businesses apart and is never kept."""

    owner: str
    place: Place
    decisions: int
    values: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is kept: quantiles of each measure at 0, 5, … 100 %. Nothing in it is of one business."""

    place: Place
    businesses: int
    decisions: int
    quantiles: tuple[tuple[str, tuple[float, ...]], ...]


def place_of(record: Record) -> Place:
    """Where a record belongs; what cannot be known is called unknown and makes a cell of its own."""
    held = record.hold[np.isfinite(record.hold)]
    style = _named(float(np.median(held)), STYLES) if len(held) else UNKNOWN
    size = _named(float(record.balance), SIZES) if record.balance is not None else UNKNOWN
    return Place(record.asset_class, style, size)


def measures_of(record: Record) -> dict[str, float]:
    """The compared values of a record, in units that accounts of any size share: rates and median losses.

    Empty: a measure that is not defined, such as a profit factor without losses, is left out.
    """
    won, lost = record.net[record.net > 0], -record.net[record.net < 0]
    made: dict[str, float] = {}
    if len(record):
        running = np.concatenate([[0.0], np.cumsum(record.net)])
        fall = float((np.maximum.accumulate(running) - running).max())
        made["win_rate"] = len(won) / len(record)
        made["expectancy"] = float(record.net.mean()) / record.unit
        made["decisions_a_session"] = len(record) / record.n_sessions
        made["deepest_fall"] = fall / record.unit
    if len(won) and len(lost):
        made["payoff"] = float(won.mean() / lost.mean())
        made["profit_factor"] = float(won.sum() / lost.sum())
    gross = float(record.gross[record.gross > 0].sum())
    if gross > 0:
        made["costs"] = float(-record.costs.sum()) / gross
    return made


def cells(shares: Iterable[Share]) -> tuple[Cell, ...]:
    """The cells that may be told, in order. Cells that are too small, or mostly one business's, are left out."""
    by_place: dict[Place, list[Share]] = defaultdict(list)
    for share in shares:
        by_place[share.place].append(share)
    return tuple(_cell(place, given) for place, given in sorted(by_place.items()) if may_be_told(given))


def may_be_told(shares: list[Share]) -> bool:
    """At least twenty businesses, none with more than a fifth of the decisions."""
    by_owner: dict[str, int] = defaultdict(int)
    for share in shares:
        by_owner[share.owner] += share.decisions
    total = sum(by_owner.values())
    return len(by_owner) >= COHORT_TENANTS and max(by_owner.values()) <= MOST_OF_ONE * total


def _cell(place: Place, shares: list[Share]) -> Cell:
    return Cell(
        place=place,
        businesses=len({share.owner for share in shares}),
        decisions=sum(share.decisions for share in shares),
        quantiles=tuple((name, quantiles) for name in MEASURES if (quantiles := _quantiles(name, shares))),
    )


def _quantiles(name: str, shares: list[Share]) -> tuple[float, ...]:
    """One value a business, the mean of its accounts', so that no business counts twice; empty below twenty."""
    by_owner: dict[str, list[float]] = defaultdict(list)
    for share in shares:
        by_owner[share.owner] += [value for known, value in share.values if known == name]
    values = [float(np.mean(given)) for given in by_owner.values() if given]
    if len(values) < COHORT_TENANTS:
        return ()
    # Three digits are enough to place somebody, and too few to find anybody.
    return tuple(float(f"{value:.3g}") for value in np.quantile(values, np.array(STEPS) / 100))


def rank(value: float, quantiles: tuple[float, ...]) -> Decimal:
    """Where `value` stands, as a fraction in steps of 0.05, from 0.05 to 0.95: the ends would be single traders."""
    below = int(np.searchsorted(np.array(quantiles), value, side="left"))
    upto = int(np.searchsorted(np.array(quantiles), value, side="right"))
    step = min(max(round((below + upto) / 2), 1), len(STEPS) - 2)
    return Decimal(STEPS[step]) / 100


def _named(value: float, bounds: tuple[tuple[float, str], ...]) -> str:
    return next(name for bound, name in bounds if value < bound)
