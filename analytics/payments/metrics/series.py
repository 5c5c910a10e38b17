"""The desk's metrics over time, and what their changes are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction

from accounts.models import Business
from accounts.periods import Period
from analytics.figures import Figure, Rows, half_up
from analytics.payments.ledger import Converted, DayTotals, converted
from analytics.payments.metrics import sheet
from analytics.payments.metrics.queries import COUNTS, SUMS, metric_history
from analytics.payments.queries import desk_state
from analytics.payments.reader import day_totals, rates_for
from analytics.registry import metric_of
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

#: Revenue kept: key of the part, the column, and whether it adds or takes away.
PARTS_OF_NET = (("payments.gross", "gross", 1), ("payments.refunds", "refunds", -1),
                ("payments.dispute_losses", "disputes", -1))  # fmt: skip
COLUMNS = {**{key: column for key, (column, _) in SUMS.items()}, **COUNTS}
VOLUME, VALUE = "Number of payments", "Average payment"


class PaymentSeries:
    """Sums and counts from the daily rollups; everything else as it stood on stored days."""

    def metrics(self) -> Mapping[str, Sequence[str]]:
        explained: dict[str, tuple[str, ...]] = dict.fromkeys(COLUMNS, ("currency",))
        explained["payments.net"] = ("parts", "currency")
        explained["payments.gross"] = ("volume_and_value", "currency")
        return {f"{sheet.DESK}{name}": () for name in sheet.STANDS} | explained

    def series(
        self, business: Business, *, metric: str, period: Period, grain: str, account: str, as_of: datetime
    ) -> Series:
        if metric not in COLUMNS:
            return _standing(business, metric, period, grain, as_of=as_of)
        own = Book(business, period.start, period.end, as_of=as_of).within(period.start, period.end)
        totals: dict[date, list[DayTotals]] = {start: [] for start in starts(period, grain)}
        for row in own.days:
            totals[step_of(row.day, grain, period)].append(row)
        ends = [*list(totals)[1:], period.end]
        points = [
            Point(start, _sum(business, metric, rows, start, end))
            for (start, rows), end in zip(totals.items(), ends, strict=True)
        ]
        return Series(metric, period, grain, tuple(points), own.missing)

    def change(
        self, business: Business, *, metric: str, period: Period, by: str, account: str, as_of: datetime
    ) -> Change:
        earlier = period.previous()
        book = Book(business, earlier.start, period.end, as_of=as_of)
        now, before = (book.within(span.start, span.end) for span in (period, earlier))
        sums = (_total(business, metric, now.days, period), _total(business, metric, before.days, earlier))
        if by == "parts":
            parts = [_part(business, key, (now.days, before.days), period, sign) for key, _, sign in PARTS_OF_NET]
        elif by == "volume_and_value":
            parts = _volume_and_value(*sums)
        else:
            parts = _by_currency(business, metric, period, book)
        missing = tuple(sorted({*now.missing, *before.missing}))
        return Change(metric, period, by, *sums, by_size(parts), missing)


class Book:
    """The daily totals of a stretch of days, read once: two queries, one more with several currencies."""

    def __init__(self, business: Business, start: date, end: date, *, as_of: datetime) -> None:
        self.business = business
        self.rows = day_totals(business, desk_state(business, as_of=as_of).source_ids, start=start, end=end)
        self.rates = rates_for(business, self.rows, until=end)

    def within(self, start: date, end: date, *, currency: str = "") -> Converted:
        """The days of [start, end) in the business's currency; of one original currency where it is named."""
        wanted = [row for row in self.rows if start <= row.day < end and currency in ("", row.currency)]
        return converted(wanted, currency=self.business.currency, rates=self.rates)


def _sum(business: Business, metric: str, rows: Iterable[DayTotals], start: date, end: date) -> Figure:
    days = tuple(rows)
    value = sum(getattr(row, COLUMNS[metric]) for row in days)
    n = sum(row.charges for row in days)
    if metric in SUMS:
        behind = Rows.of("payments.ledger", start=start, end=end, bucket=SUMS[metric][1])
        return Figure(metric, value, n, end, currency=business.currency, rows=behind)
    query = {"payments.chargebacks": "payments.chargebacks", "payments.failed_charges": "payments.attempts"}
    return Figure(metric, value, n, end, rows=Rows.of(query.get(metric, "payments.charges"), start=start, end=end))


def _total(business: Business, metric: str, rows: Iterable[DayTotals], period: Period) -> Figure:
    return _sum(business, metric, rows, period.start, period.end)


def _standing(business: Business, metric: str, period: Period, grain: str, *, as_of: datetime) -> Series:
    """What the metric was on the last stored day of each step; steps without one are left out."""
    past = metric_history(business, as_of=as_of, start=period.start, end=period.last)
    newest = {step_of(point.as_of, grain, period): point for point in past}
    name = metric.removeprefix(sheet.DESK)
    points = tuple(Point(start, sheet.figure(point.metrics, name)) for start, point in sorted(newest.items()))
    return Series(metric, period, grain, points)


def _part(
    business: Business, key: str, days: tuple[Iterable[DayTotals], Iterable[DayTotals]], period: Period, sign: int
) -> Part:
    now, before = _total(business, key, days[0], period), _total(business, key, days[1], period.previous())
    return Part(key, metric_of(key).label, contribution(now, before, sign), now, before)


def _by_currency(business: Business, metric: str, period: Period, book: Book) -> list[Part]:
    parts = []
    for code in sorted({row.currency for row in book.rows}):
        now, before = (
            _total(business, metric, book.within(span.start, span.end, currency=code).days, span)
            for span in (period, period.previous())
        )
        parts.append(Part(code, code.upper(), contribution(now, before, 1), now, before))
    return parts


def _volume_and_value(now: Figure, before: Figure) -> list[Part]:
    """More payments at the old average, and the rest: payments that are larger or smaller on average.

    Empty: without payments in the period before, all of the change is volume.
    """
    taken, past = int(now.value or 0), int(before.value or 0)
    volume = half_up(Fraction(past * (now.n - before.n), before.n)) if before.n else taken - past
    made = ((VOLUME, volume), (VALUE, taken - past - volume))
    return [Part(label, label, amount_of((now, before), amount)) for label, amount in made]


reader("payments", PaymentSeries())
