"""Disputes and early fraud warnings."""

from __future__ import annotations

from datetime import datetime

from ingestion.pipeline.rows import DisputeRow, FraudWarningRow
from ingestion.providers.stripe.mapping import ranks
from ingestion.providers.stripe.mapping.charges import brand_of
from ingestion.providers.stripe.mapping.fields import (
    JSON,
    amount,
    currency,
    first,
    flag,
    identity,
    listed,
    moment,
    moment_or_none,
    nested,
    reference,
    word,
)

#: What the networks count. Inquiries, pre-dispute resolutions and blocks are no chargebacks (payments.md § 10).
CHARGEBACK_CASES = frozenset({"chargeback", "compliance"})


def dispute(obj: JSON, version_at: datetime) -> DisputeRow:
    """One dispute in its present state, whatever event brought it."""
    status = word(obj, "status", 40)
    details = nested(obj, "evidence_details")
    charged = obj.get("charge")
    card = nested(obj, "payment_method_details", "card")
    case_type = word(card, "case_type", 40)
    return DisputeRow(
        external_id=identity(obj),
        version_at=version_at,
        version_rank=ranks.DISPUTE.get(status, ranks.UNKNOWN),
        created_at=moment(obj, "created"),
        currency=currency(obj),
        amount=amount(obj, "amount"),
        status=status,
        reason=word(obj, "reason"),
        case_type=case_type,
        brand=brand_of(card) or _brand_of_charge(charged),
        charge=reference(charged),
        charge_created_at=moment_or_none(charged, "created") if isinstance(charged, dict) else None,
        evidence_due_by=_due_by(obj, details),
        has_evidence=flag(details, "has_evidence"),
        closed_at=closed_at(obj, status),
        is_chargeback=is_chargeback(status, case_type),
        livemode=obj.get("livemode") is not False,
    )


def is_chargeback(status: str, case_type: str) -> bool:
    """Whether the networks count it: not an inquiry, not prevented; a won one still counts."""
    if status.startswith("warning_") or status == "prevented":
        return False
    return not case_type or case_type in CHARGEBACK_CASES


def closed_at(obj: JSON, status: str) -> datetime | None:
    """When the dispute ended, as far as the dispute itself tells.

    Stripe keeps no closing time on the object. A win shows in the ledger rows it carries, so the last of them dates
    it. A loss moves no money: the deadline for evidence dates it, else the day it was opened. Taken from the object
    alone, so that every way of learning about it gives the same row.
    """
    if status not in ranks.FINAL_DISPUTE:
        return None
    if status == "won":
        moves = [moment(row, "created") for row in listed(obj.get("balance_transactions")) if row.get("created")]
        if moves:
            return max(moves)
    return _due_by(obj, nested(obj, "evidence_details")) or moment(obj, "created")


def fraud_warning(obj: JSON, version_at: datetime) -> FraudWarningRow:
    """An early fraud warning (Visa TC40, Mastercard SAFE)."""
    actionable = flag(obj, "actionable")
    return FraudWarningRow(
        external_id=identity(obj),
        version_at=version_at,
        version_rank=10 if actionable else 50,
        created_at=moment(obj, "created"),
        charge=reference(obj.get("charge")),
        fraud_type=word(obj, "fraud_type"),
        actionable=actionable,
    )


def _due_by(obj: JSON, details: JSON) -> datetime | None:
    if details.get("due_by") is not None:
        return moment(details, "due_by")
    return moment_or_none(obj, "evidence_due_by")


def _brand_of_charge(charged: object) -> str:
    if not isinstance(charged, dict):
        return ""
    card = first((nested(charged, "payment_method_details", "card"), charged.get("source"), charged.get("card")))
    return brand_of(card) if isinstance(card, dict) else ""
