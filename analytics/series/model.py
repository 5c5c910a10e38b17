"""A metric over time, and what a change of it is made of. Desks register who reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from accounts.errors import InvalidInput
from accounts.models import Business
from accounts.periods import Period
from analytics.figures import Figure
from analytics.payments.calendar import month_start
from analytics.registry import Better, Empty, Unit, metric, metric_of

GRAINS = ("day", "week", "month")
DAILY_UP_TO = 31
WEEKLY_UP_TO = 200
MOST_POINTS = 60

for unit, name in ((Unit.MONEY, "money"), (Unit.COUNT, "count")):
    metric(
        f"series.contribution_{name}", "Part of the change", unit=unit, better=Better.NEITHER, empty=Empty.ZERO,
        formula="part in the period − part in the period before; all parts add up to the change", source="Bellwether",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    """One day, week from Monday or month, named by its first day inside the period."""

    start: date
    figure: Figure


@dataclass(frozen=True, slots=True)
class Series:
    """A metric in steps, ascending. `missing` are currencies left out for want of a rate."""

    metric: str
    period: Period
    grain: str
    points: tuple[Point, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a metric in both periods, and the part of the change that is its own."""

    key: str
    label: str
    contribution: Figure
    now: Figure | None = None
    before: Figure | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A metric now against the period of the same length before.

    Shape:  parts by size of their contribution; contributions add up exactly to `now` − `before`.
    """

    metric: str
    period: Period
    by: str
    now: Figure
    before: Figure
    parts: tuple[Part, ...]
    missing: tuple[str, ...] = ()

    @property
    def total(self) -> Figure:
        return contribution(self.now, self.before)


def contribution(now: Figure, before: Figure, sign: int = 1) -> Figure:
    """`now` − `before`, as a part of a change; `sign` is −1 for what takes away."""
    return amount_of((now, before), sign * (int(now.value or 0) - int(before.value or 0)))


def amount_of(inputs: tuple[Figure, Figure], amount: int) -> Figure:
    """A part of the change between two figures, in their unit."""
    now = inputs[0]
    name = "money" if metric_of(now.metric).unit is Unit.MONEY else "count"
    return Figure(f"series.contribution_{name}", amount, now.n, now.as_of, currency=now.currency, inputs=inputs)


class Reader(Protocol):
    """What a desk offers: the metrics it can lay out in time, and the dimensions that explain each."""

    def metrics(self) -> Mapping[str, Sequence[str]]: ...

    def series(
        self, business: Business, *, metric: str, period: Period, grain: str, account: str, as_of: datetime
    ) -> Series: ...

    def change(
        self, business: Business, *, metric: str, period: Period, by: str, account: str, as_of: datetime
    ) -> Change: ...


READERS: dict[str, Reader] = {}


def reader(desk: str, found: Reader) -> None:
    """Register a desk's reader. Errors: ValueError for a second one."""
    if desk in READERS:
        raise ValueError(f"{desk} has a reader already")
    READERS[desk] = found


def series_of(
    business: Business, metric: str, *, period: Period, as_of: datetime, grain: str = "", account: str = ""
) -> Series:
    """The metric in steps of `grain`; the grain that suits the length where none is given.

    Errors: InvalidInput for a metric that has no series, and for more than 60 steps. NotYours for another's account.
    """
    if grain and grain not in GRAINS:
        raise InvalidInput(f"Steps are {', '.join(GRAINS)}.", field="grain")
    step = grain or suitable(period)
    if len(starts(period, step)) > MOST_POINTS:
        raise InvalidInput(f"That is more than {MOST_POINTS} steps. Ask for longer steps or a shorter period.")
    return _reader(business, metric).series(
        business, metric=metric, period=period, grain=step, account=account, as_of=as_of
    )


def change_of(
    business: Business, metric: str, *, period: Period, as_of: datetime, by: str = "", account: str = ""
) -> Change:
    """What the change against the period before is made of; by the first dimension that explains it by default.

    Errors: InvalidInput for a metric or dimension that cannot be laid apart. NotYours for another's account.
    """
    found = _reader(business, metric)
    known = found.metrics()[metric]
    if not known:
        raise InvalidInput(f"Changes of {metric} cannot be laid apart. That works for {', '.join(explained())}.")
    if by and by not in known:
        raise InvalidInput(f"{metric} can be laid apart by {', '.join(known)}.", field="by")
    return found.change(business, metric=metric, period=period, by=by or known[0], account=account, as_of=as_of)


def explained() -> list[str]:
    """The metrics whose changes can be laid apart."""
    return sorted(name for found in READERS.values() for name, by in found.metrics().items() if by)


def suitable(period: Period) -> str:
    if period.days <= DAILY_UP_TO:
        return "day"
    return "week" if period.days <= WEEKLY_UP_TO else "month"


def step_of(day: date, grain: str, period: Period) -> date:
    """The step a day belongs to, by its first day; the first step begins with the period."""
    begins = {"day": day, "week": day - timedelta(days=day.weekday()), "month": month_start(day)}[grain]
    return max(begins, period.start)


def starts(period: Period, grain: str) -> list[date]:
    """Every step of the period, ascending."""
    return sorted({step_of(period.start + timedelta(days=passed), grain, period) for passed in range(period.days)})


def by_size(parts: Sequence[Part]) -> tuple[Part, ...]:
    return tuple(sorted(parts, key=lambda part: (-abs(int(part.contribution.value or 0)), part.key)))


def _reader(business: Business, metric: str) -> Reader:
    for desk, found in READERS.items():
        if desk in business.desks and metric in found.metrics():
            return found
    raise InvalidInput(f"There is no series of {metric or 'nothing'}.", field="metric")
