"""A payments desk that is up to date: facts, rollups, snapshots and score of the standing world's business."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import Business
from accounts.periods import local_day
from analytics.payments.metrics.services import recompute_metrics
from analytics.payments.readiness.services import recompute_readiness
from analytics.payments.rollups.services import refresh_rollups
from analytics.testing import payments as make
from ingestion.models import Source


def computed_desk(business: Business, *, as_of: datetime, days: int = 200, sales_a_day: int = 2) -> Source:
    """A steady shop with a dispute that waits for an answer, one that was lost, and a failed payout."""
    today = local_day(as_of, business.time_zone)
    of = make.source(business, last_synced_at=as_of - timedelta(minutes=10))
    make.steady_shop(of, days=days, until=today, sales_a_day=sales_a_day)
    opened = make.at(today - timedelta(days=3))
    make.save(
        make.dispute(of, opened, evidence_due_by=as_of + timedelta(days=2), brand="visa"),
        make.dispute(
            of, opened - timedelta(days=20), status="lost", closed_at=opened, reason="unrecognized", brand="visa"
        ),
        make.payout(of, today - timedelta(days=9), -700, status="failed", failure_code="account_closed"),
        make.ledger_row(of, opened, -1000, bucket="dispute", fee=1500),
    )
    recompute(business, as_of=as_of)
    return of


def recompute(business: Business, *, as_of: datetime) -> None:
    """What the desk's chain of jobs does, in this transaction."""
    refresh_rollups(business, as_of=as_of)
    recompute_metrics(business, as_of=as_of)
    recompute_readiness(business, as_of=as_of)
