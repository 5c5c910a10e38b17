"""A payments desk to test rules on: the healthy shop of payments.md § 13, example A, and what differs from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from analytics.payments.metrics.dispute_rates import smoothed_ratio
from analytics.payments.metrics.model import Metrics, MonthTotals
from recommendations.payments.desk import PaymentsDesk, SourceState

AS_OF = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
TODAY = date(2026, 6, 15)
MONTHS = tuple(
    MonthTotals(date(2025 + (place + 5) // 12, (place + 5) % 12 + 1, 1), 1_900_000, 1_800_000, 60_000, 400)
    for place in range(12)
)
HEALTHY = Metrics(
    as_of=TODAY,
    currency="usd",
    has_data=True,
    revenue_gross_90=5_700_000,
    refunds_90=199_500,
    history_months=14,
    n_months=14,
    n_weeks=26,
    revenue_cv=Decimal("0.18"),
    weekly_cv=Decimal("0.30"),
    growth=Decimal("0.12"),
    growth_basis="qoq",
    avg_monthly_net=Decimal(1_800_000),
    avg_monthly_net_scale=Decimal(18_000),
    scale_currency="usd",
    disputes_180=6,
    payments_180=2_400,
    payments_365=4_800,
    dispute_ratio=smoothed_ratio(disputes=6, payments=2_400),
    refund_ratio_90=Decimal("0.035"),
    failed_payment_rate=Decimal("0.05"),
    intents_30=400,
    top1_share=Decimal("0.03"),
    top1_amount=640_000,
    payers_365=1_900,
    active_customers_90=900,
    payout_fail_rate=Decimal(0),
    payout_regularity=Decimal("0.9"),
    payouts_180=26,
    days_since_last_payment=1,
    months=MONTHS,
    weeks=(90,) * 26,
)
FRESH = SourceState(
    id=1, label="Main account", state="active", last_synced_at=datetime(2026, 6, 15, 11, 45, tzinfo=UTC)
)


def metrics(**changes: Any) -> Metrics:
    """The healthy shop with `changes`; the smoothed ratio follows the counts unless it is given."""
    changed = replace(HEALTHY, **changes)
    if "dispute_ratio" in changes:
        return changed
    return replace(changed, dispute_ratio=smoothed_ratio(disputes=changed.disputes_180, payments=changed.payments_180))


def desk(*, records: dict[str, Any] | None = None, **changes: Any) -> PaymentsDesk:
    """A desk of the healthy shop with changed metrics; `records` are fields of the desk itself."""
    given: dict[str, Any] = {"sources": (FRESH,), "first_charge": date(2025, 4, 10)} | (records or {})
    return PaymentsDesk(as_of=AS_OF, metrics=metrics(**changes), **given)
