"""The facts behind the payments desk's figures, by name. Each is one explicitly ordered query of one business."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Business
from accounts.periods import day_start
from analytics.evidence.rows import Column, RowSet, rows
from analytics.payments.reader import sources_shown
from ingestion.models import (
    BalanceReading,
    BalanceTransaction,
    Charge,
    Dispute,
    Payout,
    Subscription,
)
from ingestion.models.payments import OPEN_DISPUTES

DISPUTE_COLUMNS = (
    Column("external_id", "Dispute"),
    Column("created_at", "Opened", "moment"),
    Column("amount", "Amount", "money"),
    Column("reason", "Reason"),
    Column("status", "Status"),
    Column("brand", "Brand"),
    Column("charge", "Charge"),
    Column("closed_at", "Closed", "moment"),
)
CHARGE_COLUMNS = (
    Column("external_id", "Charge"),
    Column("created_at", "Created", "moment"),
    Column("amount_captured", "Captured", "money"),
    Column("status", "Status"),
    Column("brand", "Brand"),
    Column("payer_key", "Payer"),
    Column("failure_code", "Failure"),
)


@rows("payments.ledger")
def ledger(business: Business, *, end: str, start: str = "", bucket: str = "") -> RowSet:
    """Balance transactions of a window, newest first; `cost` also lists every row that carries a fee."""
    facts = _windowed(business, BalanceTransaction, start, end)
    names = [name for name in bucket.split(",") if name]
    if names:
        facts = facts.filter(Q(bucket__in=names) | Q(~Q(fee=0)) if "cost" in names else Q(bucket__in=names))
    columns = (
        Column("external_id", "Ledger row"),
        Column("created_at", "Booked", "moment"),
        Column("reporting_category", "Category"),
        Column("amount", "Amount", "money"),
        Column("fee", "Fee", "money"),
        Column("net", "Net", "money"),
        Column("source_object", "About"),
    )
    return RowSet("Ledger rows", columns, facts.order_by("-created_at", "-pk"))


@rows("payments.charges")
def charges(business: Business, *, end: str, start: str = "") -> RowSet:
    """Successful charges, newest first."""
    facts = _windowed(business, Charge, start, end).filter(status="succeeded", captured=True)
    return RowSet("Successful charges", CHARGE_COLUMNS, facts.order_by("-created_at", "-pk"))


@rows("payments.attempts")
def attempts(business: Business, *, end: str, start: str = "") -> RowSet:
    """All charges, failed ones too, newest first."""
    facts = _windowed(business, Charge, start, end)
    columns = (*CHARGE_COLUMNS, Column("payment_intent", "Payment intent"))
    return RowSet("Payment attempts", columns, facts.order_by("-created_at", "-pk"))


@rows("payments.disputes")
def disputes(business: Business, *, end: str, start: str = "", brand: str = "") -> RowSet:
    """Disputes by the day they were opened, inquiries included."""
    facts = _windowed(business, Dispute, start, end)
    facts = facts.filter(brand=brand) if brand else facts
    return RowSet("Disputes", DISPUTE_COLUMNS, facts.order_by("-created_at", "-pk"))


@rows("payments.chargebacks")
def chargebacks(business: Business, *, end: str, start: str = "", brand: str = "") -> RowSet:
    """Disputes that the networks count, by the day they were opened."""
    found = disputes(business, start=start, end=end, brand=brand)
    return RowSet("Chargebacks", DISPUTE_COLUMNS, found.facts.filter(is_chargeback=True))


@rows("payments.open_disputes")
def open_disputes(business: Business, *, end: str, start: str = "") -> RowSet:
    """Disputes opened before `end` and not closed by then."""
    until = _moment(business, end)
    facts = _of_desk(business, Dispute).filter(created_at__lt=until)
    facts = facts.filter(Q(status__in=OPEN_DISPUTES) | Q(closed_at__gte=until))
    return RowSet("Open disputes", DISPUTE_COLUMNS, facts.order_by("evidence_due_by", "pk"))


@rows("payments.closed_disputes")
def closed_disputes(business: Business, *, end: str, start: str) -> RowSet:
    """Won and lost disputes by the day they were closed."""
    window = {"closed_at__gte": _moment(business, start), "closed_at__lt": _moment(business, end)}
    facts = _of_desk(business, Dispute).filter(status__in=("won", "lost"), **window)
    return RowSet("Closed disputes", DISPUTE_COLUMNS, facts.order_by("-closed_at", "-pk"))


@rows("payments.payouts")
def payouts(business: Business, *, end: str, start: str = "") -> RowSet:
    """Payouts by arrival date, newest first."""
    facts = _of_desk(business, Payout).filter(arrival_date__lt=end)
    facts = facts.filter(arrival_date__gte=start) if start else facts
    columns = (
        Column("external_id", "Payout"),
        Column("arrival_date", "Arrives", "day"),
        Column("amount", "Amount", "money"),
        Column("status", "Status"),
        Column("failure_code", "Failure"),
        Column("method", "Method"),
    )
    return RowSet("Payouts", columns, facts.order_by("-arrival_date", "-pk"))


@rows("payments.balances")
def balances(business: Business, *, end: str) -> RowSet:
    """Readings of the account's balance, newest first."""
    until = _moment(business, (date.fromisoformat(end) + timedelta(days=1)).isoformat())
    facts = _of_desk(business, BalanceReading).filter(read_at__lt=until)
    columns = (
        Column("read_at", "Read", "moment"),
        Column("currency", "Currency"),
        Column("available", "Available", "money"),
        Column("pending", "Pending", "money"),
        Column("reserved", "Reserved", "money"),
    )
    return RowSet("Balance readings", columns, facts.order_by("-read_at", "-pk"))


@rows("payments.subscriptions")
def subscriptions(business: Business, *, end: str) -> RowSet:
    """Subscriptions begun before `end`, newest first."""
    facts = _of_desk(business, Subscription).filter(created_at__lt=_moment(business, end))
    columns = (
        Column("external_id", "Subscription"),
        Column("customer", "Customer"),
        Column("status", "Status"),
        Column("created_at", "Begun", "moment"),
        Column("ended_at", "Ended", "moment"),
    )
    return RowSet("Subscriptions", columns, facts.order_by("-created_at", "-pk"))


def _of_desk(business: Business, model: Any) -> QuerySet[Any]:
    return model.objects.of(business).filter(source__in=[source.pk for source in sources_shown(business)])


def _windowed(business: Business, model: Any, start: str, end: str) -> QuerySet[Any]:
    facts = _of_desk(business, model).filter(created_at__lt=_moment(business, end))
    return facts.filter(created_at__gte=_moment(business, start)) if start else facts


def _moment(business: Business, day: str) -> Any:
    return day_start(date.fromisoformat(day), business.time_zone)
