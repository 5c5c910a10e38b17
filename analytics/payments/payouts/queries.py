"""Reads payouts: whether money reaches the bank, when, and what failed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, Sum

from accounts.models import Business
from accounts.periods import Period
from analytics.figures import Figure, Rows
from analytics.payments.ledger import DayTotals
from analytics.payments.listing import Listed, newest
from analytics.payments.metrics.queries import figures_of, latest_snapshot
from analytics.payments.queries import DeskState, desk_state
from analytics.payments.reader import rates_for
from ingestion.models import Payout


@dataclass(frozen=True, slots=True)
class PayoutWeek:
    """Payouts that arrived in one ISO week, cut at the period's start; `amount` is what was paid out."""

    start: date
    amount: int
    paid: int
    failed: int


@dataclass(frozen=True, slots=True)
class PayoutSummary:
    """`paid_out`, `failed` and `negative` are of the period; `latest` holds the snapshot's figures."""

    period: Period
    currency: str
    state: DeskState
    paid_out: Figure
    paid_out_before: Figure
    failed: Figure
    negative: Figure
    weeks: tuple[PayoutWeek, ...]
    partial: tuple[str, ...]
    latest: dict[str, Figure]
    snapshot_id: int | None


@dataclass(frozen=True, slots=True)
class _Day:
    day: date
    currency: str
    amount: int
    paid: int
    failed: int
    negative: int


def payout_summary(business: Business, *, period: Period, as_of: datetime) -> PayoutSummary:
    """Payouts of `period` by arrival date. Three queries, one more with several currencies."""
    state = desk_state(business, as_of=as_of)
    days, partial = _days(business, state, start=period.previous().start, end=period.end)
    inside = [row for row in days if row.day in period]
    earlier = [row for row in days if row.day in period.previous()]
    snapshot = latest_snapshot(business, as_of=as_of)
    note = f"Partial: no exchange rate for {', '.join(code.upper() for code in partial)}." if partial else ""
    return PayoutSummary(
        period=period,
        currency=business.currency,
        state=state,
        paid_out=_paid_out(business, inside, period, note),
        paid_out_before=_paid_out(business, earlier, period.previous(), note),
        failed=_count("payments.failed_payouts", inside, period, "failed"),
        negative=_count("payments.negative_payouts", inside, period, "negative"),
        weeks=_weeks(inside, period),
        partial=partial,
        latest=figures_of(snapshot),
        snapshot_id=snapshot.pk if snapshot else None,
    )


def payout_list(business: Business, *, period: Period, as_of: datetime, cursor: str = "") -> Listed[Payout]:
    """Payouts that arrive in `period`, newest first. Two queries."""
    state = desk_state(business, as_of=as_of)
    facts = Payout.objects.of(business).filter(
        source__in=state.source_ids, arrival_date__gte=period.start, arrival_date__lt=period.end
    )
    return newest(facts, column="arrival_date", cursor=cursor)


def _days(business: Business, state: DeskState, *, start: date, end: date) -> tuple[tuple[_Day, ...], tuple[str, ...]]:
    """Sums by arrival date in the business's currency; amounts without a rate are left out and named."""
    facts = Payout.objects.of(business).filter(
        source__in=state.source_ids, arrival_date__gte=start, arrival_date__lt=end
    )
    sums = facts.values("arrival_date", "currency").annotate(
        total=Sum("amount", filter=Q(status="paid"), default=0),
        n_paid=Count("pk", filter=Q(status="paid")),
        n_failed=Count("pk", filter=Q(status="failed")),
        n_negative=Count("pk", filter=Q(amount__lt=0)),
    )
    rows = list(sums.order_by("arrival_date", "currency"))
    known = [DayTotals(row["arrival_date"], row["currency"]) for row in rows]
    rates = rates_for(business, known, until=end)
    found, missing = [], set()
    for row in rows:
        amount = rates.convert(int(row["total"]), row["currency"], business.currency, row["arrival_date"])
        if amount is None:
            missing.add(row["currency"])
        counts = (row["n_paid"], row["n_failed"], row["n_negative"])
        found.append(_Day(row["arrival_date"], row["currency"], amount or 0, *counts))
    return tuple(found), tuple(sorted(missing))


def _paid_out(business: Business, days: Iterable[_Day], period: Period, note: str) -> Figure:
    rows = tuple(days)
    return Figure(
        metric="payments.paid_out",
        value=sum(row.amount for row in rows),
        n=sum(row.paid for row in rows),
        as_of=period.end,
        currency=business.currency,
        rows=Rows.of("payments.payouts", start=period.start, end=period.end),
        note=note,
    )


def _count(metric: str, days: Iterable[_Day], period: Period, name: str) -> Figure:
    rows = tuple(days)
    return Figure(
        metric=metric,
        value=sum(getattr(row, name) for row in rows),
        n=sum(row.paid + row.failed for row in rows),
        as_of=period.end,
        rows=Rows.of("payments.payouts", start=period.start, end=period.end),
    )


def _weeks(days: Iterable[_Day], period: Period) -> tuple[PayoutWeek, ...]:
    every = (period.start + timedelta(days=offset) for offset in range(period.days))
    sums = {start: [0, 0, 0] for start in sorted({_week(day, period) for day in every})}
    for row in days:
        total = sums[_week(row.day, period)]
        for place, value in enumerate((row.amount, row.paid, row.failed)):
            total[place] += value
    return tuple(PayoutWeek(start, *total) for start, total in sums.items())


def _week(day: date, period: Period) -> date:
    return max(day - timedelta(days=day.weekday()), period.start)
