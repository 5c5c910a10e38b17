"""What the figures have to be, read from the facts by SQL alone: nothing here goes through rollups or modules.

Every query takes the business, the start and the end of a period as moments, and gives one number in the unit of the
metric: minor units, counts, fractions.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.models import Business

LEDGER = """
select coalesce(sum(amount), 0) from ingestion_balancetransaction
where business_id = %(business)s and created_at >= %(start)s and created_at < %(end)s and bucket = any(%(buckets)s)
"""
COST = """
select coalesce(sum(fee) - sum(case when bucket = 'cost' then amount else 0 end), 0) from ingestion_balancetransaction
where business_id = %(business)s and created_at >= %(start)s and created_at < %(end)s
"""
CHARGES = """
select count(*) from ingestion_charge
where business_id = %(business)s and created_at >= %(start)s and created_at < %(end)s and status = %(status)s
"""
CHARGEBACKS = """
select count(*) from ingestion_dispute
where business_id = %(business)s and created_at >= %(start)s and created_at < %(end)s and is_chargeback
"""
OPEN = """
select {what} from ingestion_dispute
where business_id = %(business)s and status in ('needs_response', 'warning_needs_response')
"""
PAYOUTS = """
select {what} from ingestion_payout
where business_id = %(business)s and arrival_date >= %(start)s and arrival_date < %(end)s and status = %(status)s
"""
TRADES = """
select {what} from ingestion_trade where business_id = %(business)s and closed_at is not null and supported
"""
QUERIES: dict[str, tuple[str, dict[str, Any]]] = {
    "gross": (LEDGER, {"buckets": ["gross"]}),
    "net": (LEDGER, {"buckets": ["gross", "refund", "dispute"]}),
    "refunds": (LEDGER.replace("sum(amount)", "-sum(amount)"), {"buckets": ["refund"]}),
    "cost": (COST, {}),
    "charges": (CHARGES, {"status": "succeeded"}),
    "failed": (CHARGES, {"status": "failed"}),
    "chargebacks": (CHARGEBACKS, {}),
    "open_disputes": (OPEN.format(what="count(*)"), {}),
    "open_exposure": (OPEN.format(what="coalesce(sum(amount), 0)"), {}),
    "paid_out": (PAYOUTS.format(what="coalesce(sum(amount), 0)"), {"status": "paid"}),
    "failed_payouts": (PAYOUTS.format(what="count(*)"), {"status": "failed"}),
    "decisions": (TRADES.format(what="count(*)"), {}),
    "trading_net": (
        TRADES.format(what="coalesce(round(sum(net) * 100), 0)") + " and session_date >= %(start)s::date and"
        " session_date < %(end)s::date",
        {},
    ),
    "win_rate": (TRADES.format(what="count(*) filter (where net > 0)::numeric / count(*) filter (where net <> 0)"), {}),
    "expectancy": (TRADES.format(what="round(sum(net) * 100 / count(*))"), {}),
    "profit_factor": (TRADES.format(what="sum(net) filter (where net > 0) / -sum(net) filter (where net < 0)"), {}),
}  # fmt: skip


def truth(business: Business, name: str, *, start: datetime, end: datetime) -> Decimal:
    """The number that `name` must be over [start, end). Errors: KeyError for an unknown name."""
    query, own = QUERIES[name]
    with connection.cursor() as cursor:
        cursor.execute(query, {"business": business.pk, "start": start, "end": end, **own})
        (value,) = cursor.fetchone()
    return Decimal(value)
