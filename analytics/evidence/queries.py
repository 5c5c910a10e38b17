"""The way from a figure to what it stands on: its formula, its input figures, its rows, and a fresh computation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from accounts.errors import NotYours
from accounts.models import Business
from analytics.evidence.rows import RowPage, RowTotals, row_page, row_totals
from analytics.figures import Figure
from analytics.registry import METRICS, Metric


@dataclass(frozen=True, slots=True)
class Kept:
    """Figures that were shown together, as they were kept, and how to compute them afresh.

    `computed_at` is None for figures that are summed when they are shown. `model` and `inputs_hash` are empty then.
    `by_day` says that they stand on whole days before their own; else they stand on facts up to a moment.
    """

    title: str
    figures: dict[str, Figure]
    again: Callable[[], dict[str, Figure]]
    computed_at: datetime | None = None
    superseded_at: datetime | None = None
    model: str = ""
    inputs_hash: str = ""
    by_day: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """One figure with all it stands on. `again` and `totals` are set only when a fresh computation was asked for."""

    figure: Figure
    metric: Metric
    kept: Kept
    rows: RowPage | None
    again: Figure | None = None
    totals: RowTotals | None = None

    @property
    def agrees(self) -> bool:
        """Whether the fresh computation gives what was shown."""
        return self.again is not None and self.again.value == self.figure.value


Keeper = Callable[..., Kept]
KEEPERS: dict[str, Keeper] = {}


def keeper(kind: str) -> Callable[[Keeper], Keeper]:
    """Register who finds the kept figures of `kind`: a function `(business, key, *, as_of) -> Kept`."""

    def register(function: Keeper) -> Keeper:
        KEEPERS[kind] = function
        return function

    return register


def evidence(
    business: Business, *, kind: str, key: str, metric: str, as_of: datetime, page: int = 1, again: bool = False
) -> Evidence:
    """What the figure `metric` of the snapshot `key` stands on.

    Errors: NotYours for an unknown kind, snapshot or metric, and for those of other businesses.
    """
    kept = kept_figures(business, kind=kind, key=key, as_of=as_of)
    figure = figure_of(kept, metric)
    fresh = kept.again().get(metric) if again else None
    rows = row_page(business, figure.rows, number=page) if figure.rows else None
    totals = row_totals(business, figure.rows) if figure.rows and again else None
    return Evidence(figure, METRICS[figure.metric], kept, rows, fresh, totals)


def kept_figures(business: Business, *, kind: str, key: str, as_of: datetime) -> Kept:
    find = KEEPERS.get(kind)
    if find is None:
        raise NotYours("There is no such figure.")
    return find(business, key, as_of=as_of)


def figure_of(kept: Kept, metric: str) -> Figure:
    figure = kept.figures.get(metric)
    if figure is None:
        raise NotYours("There is no such figure.")
    return figure
