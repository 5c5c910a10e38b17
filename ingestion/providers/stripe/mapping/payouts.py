"""Payouts to the business's bank."""

from __future__ import annotations

from datetime import datetime

from ingestion.pipeline.rows import PayoutRow
from ingestion.providers.stripe.mapping import ranks
from ingestion.providers.stripe.mapping.fields import (
    JSON,
    amount,
    currency,
    identity,
    moment,
    reference,
    word,
)


def payout(obj: JSON, version_at: datetime) -> PayoutRow:
    """One payout. A negative amount means that Stripe took money from the bank. `arrival_date` is a UTC day."""
    status = word(obj, "status", 20)
    arrives = moment(obj, "arrival_date" if obj.get("arrival_date") is not None else "created")
    return PayoutRow(
        external_id=identity(obj),
        version_at=version_at,
        version_rank=ranks.PAYOUT.get(status, ranks.UNKNOWN),
        created_at=moment(obj, "created"),
        arrival_date=arrives.date(),
        currency=currency(obj),
        amount=amount(obj, "amount"),
        status=status,
        automatic=obj.get("automatic") is not False,
        method=word(obj, "method", 20),
        failure_code=word(obj, "failure_code", 80),
        balance_transaction=reference(obj.get("balance_transaction")),
    )
