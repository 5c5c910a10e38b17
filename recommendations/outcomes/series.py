"""The daily series outcomes are measured in: payments from the daily rollups, trading from the sessions of an account.

A day that was read and had nothing is a day of zeros; days before the first record, and days not read yet, are missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from accounts.models import Business
from accounts.money import to_minor
from accounts.periods import local_day
from analytics.figures import Rows
from analytics.models import PaymentDay
from analytics.payments.reader import sources_shown
from analytics.trading.accounts import Account, accounts_of
from analytics.trading.sheet import TRADES
from ingestion.models import Trade
from recommendations.outcomes import keys as _keys  # noqa: F401 - registers the metrics
from recommendations.outcomes.calc import Days

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day's numerator and denominator; money in minor units."""

    day: date
    num: Decimal
    den: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Read:
    """A stretch of days, ascending. `known_until` is the first day that cannot be judged yet."""

    rows: tuple[DayRow, ...]
    known_until: date | None
    currency: str = ""
    has_weeks: bool = True

    def days(self) -> Days:
        """As the formulas take them."""
        weekday = [row.day.weekday() for row in self.rows] if self.has_weeks else None
        return Days.of([float(row.num) for row in self.rows], [float(row.den) for row in self.rows], weekday)


Totals = dict[str, int]
Of = Callable[[Totals], tuple[Decimal | int, Decimal | int]]
NAMES = ("gross", "refunds", "charges", "failed", "chargebacks")

#: Numerator and denominator of a day, from its sums.
PAYMENTS: dict[str, Of] = {
    "outcomes.refund_share": lambda day: (day["refunds"], day["gross"]),
    "outcomes.chargeback_share": lambda day: (day["chargebacks"], day["charges"]),
    "outcomes.failed_share": lambda day: (day["failed"], day["failed"] + day["charges"]),
    "outcomes.net_day": lambda day: (day["gross"] - day["refunds"], 1),
    "outcomes.idle_days": lambda day: (int(day["charges"] == 0), 1),
}
#: Which list shows the facts of a metric.
LISTS: dict[str, tuple[str, dict[str, str]]] = {
    "outcomes.refund_share": ("payments.ledger", {"bucket": "gross,refund"}),
    "outcomes.chargeback_share": ("payments.chargebacks", {}),
    "outcomes.failed_share": ("payments.attempts", {}),
    "outcomes.net_day": ("payments.ledger", {"bucket": "gross,refund"}),
    "outcomes.idle_days": ("payments.charges", {}),
}
IN_MONEY = frozenset({"outcomes.refund_share", "outcomes.net_day"})  # of the business's own currency only
TRADING = frozenset({"outcomes.net_decision", "outcomes.swing", "outcomes.stops_share"})


def read(business: Business, metric: str, subject: str, start: date, end: date) -> Read:
    """Days of `metric` in [start, end) as the facts stand now. Three queries.

    Errors: KeyError for a metric that has no series, which is a mistake in a rule.
    """
    if metric in TRADING:
        return _sessions(business, metric, subject, start, end)
    return _payment_days(business, metric, start, end)


def controls_of(business: Business, subject: str) -> tuple[str, ...]:
    """Subjects that were left alone: the business's other accounts of the same currency. One query."""
    own = _account(business, subject)
    if own is None:
        return ()
    others = [one for one in accounts_of(business) if one.source.pk != own.source.pk and one.currency == own.currency]
    return tuple(f"account:{one.source.pk}" for one in others)


def _payment_days(business: Business, metric: str, start: date, end: date) -> Read:
    sources = sources_shown(business)
    stored = PaymentDay.objects.of(business).filter(source__in=[source.pk for source in sources])
    first, last = (stored.order_by(order).values_list("day", flat=True).first() for order in ("day", "-day"))
    if first is None or last is None:
        return Read((), None, business.currency)
    synced = [source.last_synced_at for source in sources if source.last_synced_at and not _is_upload(source)]
    known = local_day(max(synced), business.time_zone) if synced else last + DAY
    if metric in IN_MONEY:
        stored = stored.filter(currency=business.currency)
    sums = stored.filter(day__gte=start, day__lt=end).values("day").annotate(**{f"n_{n}": Sum(n) for n in NAMES})
    by_day: dict[date, Totals] = {row["day"]: {n: int(row[f"n_{n}"]) for n in NAMES} for row in sums.order_by("day")}
    empty, of = dict.fromkeys(NAMES, 0), PAYMENTS[metric]
    rows, day = [], max(start, first)
    while day < min(end, known):
        num, den = of(by_day.get(day, empty))
        rows.append(DayRow(day, Decimal(num), Decimal(den)))
        day += DAY
    return Read(tuple(rows), known, business.currency)


def _sessions(business: Business, metric: str, subject: str, start: date, end: date) -> Read:
    account = _account(business, subject)
    if account is None or account.closed_at is None:
        return Read((), None, has_weeks=False)
    trades = Trade.objects.of(business).of_account(account.source).counted().sessions(start, end)
    days = trades.values("session_date").annotate(
        net=Sum("net"), n=Count("pk"), stops=Count("pk", filter=Q(stop_quality="initial"))
    )
    rows = tuple(_session(metric, row, account.currency) for row in days.order_by("session_date"))
    return Read(rows, local_day(account.closed_at, account.zone) + DAY, account.currency, has_weeks=False)


def _session(metric: str, row: dict[str, Any], currency: str) -> DayRow:
    day, n = row["session_date"], Decimal(row["n"])
    if metric == "outcomes.stops_share":
        return DayRow(day, Decimal(row["stops"]), n)
    net = Decimal(to_minor(row["net"], currency))
    return DayRow(day, net, n) if metric == "outcomes.net_decision" else DayRow(day, abs(net))


def behind(metric: str, subject: str, start: date, end: date) -> Rows:
    """The facts that a value of [start, end) was made of, as a list that can be opened."""
    if metric in TRADING:
        return Rows.of(TRADES, account=":".join(subject.split(":")[1:2]), start=start, end=end)
    query, more = LISTS[metric]
    return Rows.of(query, start=start, end=end, **more)


def aligned(own: Read, others: Sequence[Read]) -> tuple[Days, list[Days]]:
    """The days all of them have, for a difference day by day."""
    common = set.intersection(*({row.day for row in one.rows} for one in (own, *others)))
    cut = [
        Read(tuple(row for row in one.rows if row.day in common), None, has_weeks=one.has_weeks).days()
        for one in (own, *others)
    ]
    return cut[0], cut[1:]


def _account(business: Business, subject: str) -> Account | None:
    kind, _, key = ":".join(subject.split(":")[:2]).partition(":")
    if kind != "account":
        return None
    return next((one for one in accounts_of(business) if str(one.source.pk) == key), None)


def _is_upload(source: Any) -> bool:
    return bool(source.auth_mode == source.AuthMode.UPLOAD)
