"""Looking after sources and failed work: at once when a job is given up, and every fifteen minutes."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.jobs import JobRun, job, on_failure, periodic
from accounts.models import Business, Job
from accounts.tenancy import tenant_transaction
from ingestion.models import Source
from recommendations.notifications.services import watch_jobs, watch_sources


@job("recommendations.watch", queue="notifications", max_attempts=3)
def watch(run: JobRun) -> dict[str, int]:
    """Bring the alerts of one business in line with the state of its sources and jobs."""
    assert run.business is not None
    return {
        "sources": watch_sources(run.business, as_of=run.as_of),
        "jobs": watch_jobs(run.business, as_of=run.as_of),
    }


@periodic("recommendations.watch_all", queue="notifications", every=timedelta(minutes=15))
def watch_all(run: JobRun) -> dict[str, int]:
    """One job for each business that has a source."""
    with_sources = Business.objects.filter(pk__in=Source.objects.values("business_id")).order_by("pk")
    for business in with_sources.iterator():
        watch.enqueue(business, dedupe="watch")
    return {"businesses": with_sources.count()}


@on_failure
def tell(failed: Job, code: str, message: str) -> None:
    """Raise the alert in the moment a job of a business is given up."""
    if failed.business is None or failed.name == watch.name:
        return
    with tenant_transaction(business_id=failed.business.pk):
        watch_sources(failed.business, as_of=timezone.now())
        watch_jobs(failed.business, as_of=timezone.now())
