"""Facts of the payments desk for tests: each function builds one row with the fields that a test cares about."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Business
from ingestion.models import (
    BalanceTransaction,
    Charge,
    DirtyDay,
    Dispute,
    Fact,
    FraudWarning,
    Payout,
    Refund,
    Source,
)

NOON = timedelta(hours=12)
_numbers = itertools.count(1)


def source(business: Business, **fields: Any) -> Source:
    """A connected source, synced just before the standing world's moment."""
    known = {
        "provider": "stripe",
        "label": "Shop",
        "external_account": f"acct_{next(_numbers)}",
        "auth_mode": "key",
        "state": "active",
        "last_synced_at": datetime(2026, 6, 15, 11, 50, tzinfo=UTC),
        "account": {"charges_enabled": True, "payouts_enabled": True, "country": "DE"},
    }
    return Source.objects.create(business=business, **(known | fields))


def at(day: date, *, hours: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hours)


def charge(of: Source, moment: datetime, amount: int = 1000, **fields: Any) -> Charge:
    known = {
        "currency": "usd",
        "amount_captured": amount,
        "amount_refunded": 0,
        "status": "succeeded",
        "captured": True,
        "paid": True,
        "brand": "visa",
    }
    row = _row(Charge, of, "ch", created_at=moment, amount=amount, **(known | fields))
    row.customer = row.customer or row.payer_key
    return row


def ledger_row(
    of: Source, moment: datetime, amount: int, *, bucket: str, fee: int = 0, **fields: Any
) -> BalanceTransaction:
    category = {"gross": "charge", "refund": "refund", "dispute": "dispute", "cost": "fee"}.get(bucket, bucket)
    known = {"currency": "usd", "type": category, "reporting_category": category, "status": "available"}
    return _row(
        BalanceTransaction,
        of,
        "txn",
        created_at=moment,
        available_on=moment,
        amount=amount,
        fee=fee,
        net=amount - fee,
        bucket=bucket,
        **(known | fields),
    )


def sale(
    of: Source, moment: datetime, amount: int = 1000, *, fee: int = 30, **fields: Any
) -> tuple[Charge, BalanceTransaction]:
    """A successful charge with its ledger row."""
    sold = charge(of, moment, amount, **fields)
    booked = ledger_row(
        of, moment, amount, bucket="gross", fee=fee, source_object=sold.external_id, currency=sold.currency
    )
    sold.balance_transaction = booked.external_id
    return sold, booked


def dispute(of: Source, moment: datetime, amount: int = 1000, **fields: Any) -> Dispute:
    known = {"currency": "usd", "status": "needs_response", "reason": "fraudulent", "is_chargeback": True}
    return _row(Dispute, of, "dp", created_at=moment, amount=amount, **(known | fields))


def refund(of: Source, moment: datetime, amount: int, **fields: Any) -> Refund:
    known = {"currency": "usd", "status": "succeeded"}
    return _row(Refund, of, "re", created_at=moment, amount=amount, **(known | fields))


def payout(of: Source, day: date, amount: int = 5000, **fields: Any) -> Payout:
    known = {"currency": "usd", "status": "paid", "automatic": True, "method": "standard"}
    return _row(Payout, of, "po", created_at=at(day), arrival_date=day, amount=amount, **(known | fields))


def fraud_warning(of: Source, moment: datetime, about: Charge) -> FraudWarning:
    return _row(FraudWarning, of, "issfr", created_at=moment, charge=about.external_id, actionable=True)


def save(*facts: Fact | Iterable[Fact]) -> None:
    """Write facts in bulk and mark their days dirty, as the pipeline does."""
    flat: list[Fact] = []
    for fact in facts:
        flat += [fact] if isinstance(fact, Fact) else list(fact)
    for model in {type(fact) for fact in flat}:
        model.objects.bulk_create([fact for fact in flat if type(fact) is model], batch_size=2000)
    mark_dirty({(fact.source, _day(fact)) for fact in flat})


def mark_dirty(days: Iterable[tuple[Source, date]]) -> None:
    DirtyDay.objects.bulk_create(
        [DirtyDay(business=of.business, source=of, desk="payments", day=day) for of, day in days],
        ignore_conflicts=True,
    )


def steady_shop(of: Source, *, days: int, until: date, sales_a_day: int = 2, customers: int = 40) -> None:
    """A shop that sells the same every day: 10.00 a sale, one refund of 5.00 a week, a payout each working day."""
    rows: list[Fact] = []
    for offset in range(days):
        day = until - timedelta(days=days - offset)
        for number in range(sales_a_day):
            payer = f"cus_{(offset * sales_a_day + number) % customers}"
            rows += sale(of, at(day), payer_key=payer, payment_intent=f"pi_{offset}_{number}")
        if day.weekday() == 0:
            rows.append(ledger_row(of, at(day), -500, bucket="refund"))
        if day.weekday() < 5:
            rows.append(payout(of, day))
    save(rows)


def _row(model: Any, of: Source, prefix: str, **fields: Any) -> Any:
    moment = fields["created_at"]
    known = {
        "external_id": f"{prefix}_{next(_numbers):07d}",
        "version_at": moment,
        "content_hash": 0,
        "observed_at": moment,
    }
    return model(business=of.business, source=of, **(known | fields))


def _day(fact: Fact) -> date:
    moment = getattr(fact, fact.day_column)
    if not isinstance(moment, datetime):
        return moment
    return moment.astimezone(ZoneInfo(fact.business.time_zone)).date()
