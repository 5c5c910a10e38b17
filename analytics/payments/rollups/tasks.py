"""The chain of the desk's jobs: dirty days → rollups → metrics → readiness.

Each link writes the next in its own transaction, so a chain that is cut goes on where it stopped.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F, Q

from accounts.jobs import JobRun, job, periodic
from accounts.models import Business
from analytics.models import PaymentsFreshness
from analytics.payments.metrics.tasks import recompute
from analytics.payments.rollups.services import DESK, refresh_rollups
from ingestion.models import DirtyDay, Source
from ingestion.pipeline.followups import on_dirty


@job("payments.rollups.refresh", queue="analytics")
def refresh(run: JobRun) -> dict[str, Any]:
    """Bring the rollups of the business's dirty days up to date, then recompute what stands on them."""
    business = business_of(run)
    result = refresh_rollups(business, as_of=run.as_of)
    if result.more:
        refresh.enqueue(business, dedupe="refresh")
    if result.written:
        recompute.enqueue(business, dedupe="recompute")
    return {"days": result.days, "written": result.written}


@on_dirty(DESK)
def follow(source: Source) -> None:
    """Facts of the source changed: one refresh of its business will do, however many batches still come."""
    refresh.enqueue(source.business, dedupe="refresh")


@periodic("payments.rollups.watch", queue="analytics", every=timedelta(minutes=5))
def watch(run: JobRun) -> dict[str, Any]:
    """Find businesses with dirty days that no refresh has taken, and those that moved to another time zone."""
    dirty = DirtyDay.objects.filter(desk=DESK).values("business_id")
    moved = PaymentsFreshness.objects.exclude(time_zone=F("business__time_zone")).values("business_id")
    businesses = list(Business.objects.filter(Q(pk__in=dirty) | Q(pk__in=moved)))
    for business in businesses:
        refresh.enqueue(business, dedupe="refresh")
    return {"businesses": len(businesses)}


def business_of(run: JobRun) -> Business:
    """The job's business. Errors: ValueError for a job that was enqueued without one."""
    if run.business is None:
        raise ValueError(f"{run.job.name} needs a business.")
    return run.business
