"""The revenue page of the staff console: computed each time from subscriptions and paid invoices, stored nowhere."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from billing.models import Attention, Grant, Invoice, Subscription
from billing.revenue.calc import EARNING, Held, MonthOfChurn, churn, monthly_revenue

MONTHS = 12


@dataclass(frozen=True, slots=True)
class RevenueReport:
    """Money is minor units by currency, excluding tax; currencies are never added up.

    collected:  paid invoices by month, newest first: `(month, {currency: amount})`.
    """

    as_of: datetime
    monthly: dict[str, int]
    active: int
    trials: int
    failing: int
    odoo_grants: int
    waiting: int
    months: tuple[MonthOfChurn, ...]
    collected: tuple[tuple[datetime, dict[str, int]], ...]


def revenue_report(*, as_of: datetime) -> RevenueReport:
    """What Bellwether earns as of `as_of`, over twelve months. Five queries. Runs as the owner: all businesses."""
    held = [_held(row) for row in Subscription.objects.filter(parked="")]
    months = _months(as_of)
    odoo = Grant.objects.filter(source=Grant.Source.ODOO, state=Grant.State.ACTIVE, plan__kind="subscription")
    return RevenueReport(
        as_of=as_of,
        monthly=monthly_revenue(held),
        active=sum(1 for one in held if one.status in EARNING),
        trials=sum(1 for one in held if one.status == "trialing"),
        failing=sum(1 for one in held if one.status == "past_due"),
        odoo_grants=odoo.count(),
        waiting=Attention.objects.filter(resolved_at=None).count(),
        months=tuple(reversed(churn(held, months=months))),
        collected=_collected(since=months[0][0]),
    )


def _held(row: Subscription) -> Held:
    return Held(
        status=row.status, amount=row.discounted, currency=row.currency, interval=row.interval,
        started_at=row.started_at, paying_from=row.trial_end or row.started_at, ended_at=row.ended_at,
    )  # fmt: skip


def _months(as_of: datetime) -> list[tuple[datetime, datetime]]:
    """The last twelve calendar months in UTC, oldest first; the last one is not over."""
    starts = [_month_start(as_of, back) for back in range(MONTHS - 1, -2, -1)]
    return list(itertools.pairwise(starts))


def _month_start(as_of: datetime, back: int) -> datetime:
    index = as_of.astimezone(UTC).year * 12 + as_of.astimezone(UTC).month - 1 - back
    return datetime(index // 12, index % 12 + 1, 1, tzinfo=UTC)


def _collected(*, since: datetime) -> tuple[tuple[datetime, dict[str, int]], ...]:
    paid = Invoice.objects.filter(status="paid", paid_at__gte=since)
    rows = (
        paid.annotate(month=TruncMonth("paid_at", tzinfo=UTC))
        .values("month", "currency")
        .annotate(sum=Sum("total_excluding_tax"))
        .order_by("-month", "currency")
    )
    found: dict[datetime, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["month"], {})[row["currency"]] = row["sum"]
    return tuple(found.items())
