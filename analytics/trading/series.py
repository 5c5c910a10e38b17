"""An account's result over time, and which instruments, setups, directions or weekdays changed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import ExtractIsoWeekDay

from accounts.errors import InvalidInput
from accounts.models import Business
from accounts.money import to_minor
from accounts.periods import Period
from analytics.figures import Figure, Rows
from analytics.registry import Unit, metric_of
from analytics.series.model import (
    Change,
    Part,
    Point,
    Series,
    amount_of,
    by_size,
    contribution,
    reader,
    starts,
    step_of,
)
from analytics.trading.accounts import Account, accounts_of, choose
from analytics.trading.sheet import TRADES
from ingestion.models import Trade

#: The sum of a group in major units, and its decisions.
Group = tuple[Decimal, int]
NO_ACCOUNT = "No broker account is here yet: a statement has to be uploaded first."

DIMENSIONS = ("instrument", "setup", "direction", "weekday")
WEEKDAYS = ("", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DIRECTIONS = {"1": "Long", "-1": "Short"}
SUMMED = {"trading.net": Sum("net"), "trading.gross": Sum("gross"), "trading.decisions": Count("pk"),
          "trading.costs": Sum("commission") + Sum("fees") + Sum("swap")}  # fmt: skip


class TradingSeries:
    """Sums over the closed decisions of one account, by the session of the close."""

    def metrics(self) -> Mapping[str, Sequence[str]]:
        return dict.fromkeys(SUMMED, DIMENSIONS)

    def series(
        self, business: Business, *, metric: str, period: Period, grain: str, account: str, as_of: datetime
    ) -> Series:
        of = _account(business, account)
        sums: dict[date, tuple[Decimal, int]] = dict.fromkeys(starts(period, grain), (Decimal(0), 0))
        for day, value, n in _grouped(business, of, metric, period, "session_date"):
            start = step_of(day, grain, period)
            sums[start] = (sums[start][0] + value, sums[start][1] + n)
        ends = [*list(sums)[1:], period.end]
        points = [
            Point(start, _figure(of, metric, value, n, start, end))
            for (start, (value, n)), end in zip(sums.items(), ends, strict=True)
        ]
        return Series(metric, period, grain, tuple(points))

    def change(
        self, business: Business, *, metric: str, period: Period, by: str, account: str, as_of: datetime
    ) -> Change:
        of = _account(business, account)
        spans = (period, period.previous())
        groups = [_by_key(_grouped(business, of, metric, span, by)) for span in spans]
        parts = [_part(of, metric, by, key, groups, spans) for key in sorted({*groups[0], *groups[1]})]
        now, before = (_total(of, metric, group, span) for group, span in zip(groups, spans, strict=True))
        return Change(metric, period, by, now, before, by_size(_settled(parts, now, before)))


def _account(business: Business, asked: str) -> Account:
    accounts = accounts_of(business)
    if not accounts and not asked:
        raise InvalidInput(NO_ACCOUNT)
    return choose(accounts, asked)


def _grouped(business: Business, of: Account, metric: str, span: Period, by: str) -> list[tuple[Any, Decimal, int]]:
    trades = Trade.objects.of(business).of_account(of.source).counted().sessions(span.start, span.end)
    if by == "weekday":
        trades = trades.annotate(weekday=ExtractIsoWeekDay("session_date"))
    rows = trades.order_by(by).values_list(by).annotate(total=SUMMED[metric], n=Count("pk"))
    return [(key, Decimal(total or 0), n) for key, total, n in rows]


def _by_key(rows: list[tuple[Any, Decimal, int]]) -> dict[str, Group]:
    return {str(key): (value, n) for key, value, n in rows}


def _total(of: Account, metric: str, groups: dict[str, Group], span: Period) -> Figure:
    value, n = sum((value for value, _ in groups.values()), Decimal(0)), sum(n for _, n in groups.values())
    return _figure(of, metric, value, n, span.start, span.end)


def _part(
    of: Account, metric: str, by: str, key: str, groups: list[dict[str, Group]], spans: tuple[Period, Period]
) -> Part:
    both = [(*group.get(key, (Decimal(0), 0)), span) for group, span in zip(groups, spans, strict=True)]
    now, before = (_figure(of, metric, value, n, span.start, span.end, **{by: key}) for value, n, span in both)
    return Part(key, _label(by, key), contribution(now, before), now, before)


def _figure(of: Account, metric: str, value: Decimal, n: int, start: date, end: date, **filters: str) -> Figure:
    behind = Rows.of(TRADES, account=of.source.pk, start=start, end=end, **filters)
    if metric_of(metric).unit is Unit.COUNT:
        return Figure(metric, int(value), n, end, rows=behind)
    return Figure(metric, to_minor(value, of.currency), n, end, currency=of.currency, rows=behind)


def _settled(parts: list[Part], now: Figure, before: Figure) -> list[Part]:
    """Each part is rounded to whole minor units by itself; what that leaves is a part of its own."""
    rest = int(now.value or 0) - int(before.value or 0) - sum(int(part.contribution.value or 0) for part in parts)
    if not rest:
        return parts
    return [*parts, Part("rounding", "Rounding", amount_of((now, before), rest))]


def _label(by: str, key: str) -> str:
    if by == "weekday":
        return WEEKDAYS[int(key)]
    return DIRECTIONS.get(key, key) if by == "direction" else key or "none named"


reader("trading", TradingSeries())
