"""A shop with figures to ask about: metrics, score, daily totals, disputes, payouts and advice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Business
from analytics.figures import to_json
from analytics.models import MetricSnapshot, PaymentDay
from analytics.payments.metrics.model import MODEL_VERSION, Metrics
from analytics.payments.metrics.sheet import figures
from analytics.payments.readiness.services import recompute_readiness
from analytics.testing import payments as facts
from ingestion.models import Source
from recommendations.generation.services import apply
from recommendations.payments import rules as _rules  # noqa: F401 - registers the rules
from recommendations.payments.queries import payments_desk
from recommendations.payments.tests.desks import metrics
from recommendations.registry import evaluate, rules_of

DAY = timedelta(days=1)
#: Growth, disputes and refunds are weak; everything else is as in the healthy shop.
WEAK: dict[str, Any] = {
    "growth": Decimal("-0.12"), "disputes_180": 24, "refund_ratio_90": Decimal("0.09"), "open_disputes": 2,
    "open_dispute_exposure": 17_900, "dispute_activity": Decimal("0.011"), "charges_last_month": 400,
    "failed_payouts_60": 1, "payout_fail_rate": Decimal("0.04"), "held_funds": 25_000,
}  # fmt: skip


def shop(business: Business, *, as_of: datetime, label: str = "Main shop", **changes: Any) -> Source:
    """Write a shop whose metrics are the healthy shop's with WEAK and `changes`, and let the rules run."""
    source = facts.source(business, label=label, last_synced_at=as_of - timedelta(minutes=10))
    today = as_of.date()
    _days(business, source, as_of)
    facts.save(
        facts.dispute(source, as_of - 5 * DAY, 12_900, evidence_due_by=as_of + 2 * DAY, reason="fraudulent"),
        facts.dispute(source, as_of - 3 * DAY, 5_000, evidence_due_by=as_of + 9 * DAY, reason="product_not_received"),
        [facts.payout(source, (as_of - days * DAY).date(), 90_000) for days in range(1, 60, 7)],
        facts.payout(source, (as_of - 6 * DAY).date(), 90_000, status="failed", failure_code="account_closed"),
    )
    snapshot(business, replace(metrics(**WEAK | changes), as_of=today, currency=business.currency))
    recompute_readiness(business, as_of=as_of)
    advise(business, as_of=as_of)
    return source


def snapshot(business: Business, values: Metrics) -> MetricSnapshot:
    """Keep `values` as the service does."""
    return MetricSnapshot.objects.create(
        business=business,
        as_of=values.as_of,
        model_version=MODEL_VERSION,
        values=values.to_json(),
        figures={key: to_json(figure) for key, figure in figures(values).items()},
        inputs_hash="test",
    )


def advise(business: Business, *, as_of: datetime) -> None:
    """Run the payments rules once."""
    evaluation = evaluate(rules_of("payments"), payments_desk(business, as_of=as_of))
    assert evaluation.failed == ()
    apply(business, desk="payments", evaluation=evaluation, as_of=as_of)


def _days(business: Business, source: Source, as_of: datetime) -> None:
    """200 days of sales: 630.00 a day in the last 90 days, 700.00 before, some refunds and disputes."""
    PaymentDay.objects.bulk_create(
        PaymentDay(
            business=business, source=source, day=(as_of - days * DAY).date(), currency=business.currency,
            gross=63_000 if days <= 90 else 70_000, refunds=5_000, disputes=1_000 if days % 10 == 0 else 0, cost=2_000,
            charges=13, failed=1, chargebacks=1 if days % 30 == 0 else 0,
        )
        for days in range(1, 200)
    )  # fmt: skip
