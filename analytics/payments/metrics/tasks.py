"""Metrics after each refresh and hourly, because a new day begins at another hour in each time zone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from accounts.jobs import JobRun, job, periodic
from accounts.models import Business
from analytics.payments.metrics.services import recompute_metrics
from analytics.payments.readiness.tasks import recompute as recompute_score
from ingestion.models import Source


@job("analytics.payments.metrics.recompute", queue="analytics")
def recompute(run: JobRun) -> dict[str, Any]:
    """Write the snapshots that went stale, then the score of each."""
    if run.business is None:
        raise ValueError("Metrics are computed for one business.")
    result = recompute_metrics(run.business, as_of=run.as_of)
    recompute_score.enqueue(run.business, dedupe="recompute")
    return {"days": len(result.days), "written": result.written}


@periodic("analytics.payments.metrics.hourly", queue="analytics", every=timedelta(hours=1))
def hourly(run: JobRun) -> dict[str, Any]:
    """Recompute every business that has a connected source."""
    connected = Source.objects.connected().values("business_id").distinct()
    businesses = list(Business.objects.filter(pk__in=connected))
    for business in businesses:
        recompute.enqueue(business, dedupe="recompute")
    return {"businesses": len(businesses)}
