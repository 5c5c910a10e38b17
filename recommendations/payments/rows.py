"""Single records behind advice: the one dispute, the one charge."""

from __future__ import annotations

from accounts.models import Business
from analytics.evidence.rows import RowSet, rows
from analytics.payments.rows import CHARGE_COLUMNS, DISPUTE_COLUMNS
from ingestion.models import Charge, Dispute


@rows("recommendations.dispute")
def one_dispute(business: Business, *, id: str) -> RowSet:
    """The dispute that advice is about."""
    facts = Dispute.objects.of(business).filter(external_id=id).order_by("pk")
    return RowSet("Dispute", DISPUTE_COLUMNS, facts)


@rows("recommendations.charge")
def one_charge(business: Business, *, id: str) -> RowSet:
    """The charge that advice is about."""
    facts = Charge.objects.of(business).filter(external_id=id).order_by("pk")
    return RowSet("Charge", CHARGE_COLUMNS, facts)
