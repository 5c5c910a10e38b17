"""What happens to every source by itself: updates, sweeps, reconciliations, each as one job a source.

A provider offers a verb by registering the job `ingestion.<provider>.<verb>`; one source's failure is its own job's.
"""

from __future__ import annotations

from datetime import time, timedelta

from accounts.jobs import REGISTRY, JobRun, periodic
from accounts.models import Job
from ingestion.models import OAuthState, Source


@periodic("ingestion.sync_all", queue="ingest", every=timedelta(minutes=15))
def sync_all(run: JobRun) -> dict[str, int]:
    """Update every source that can be read; where the first import never ended, the update begins it again."""
    return {"enqueued": _for_every_source("sync", Source.State.ACTIVE, Source.State.CONNECTING)}


@periodic("ingestion.sweep_all", queue="ingest", every=timedelta(hours=1))
def sweep_all(run: JobRun) -> dict[str, int]:
    """Look for events that no webhook brought."""
    return {"enqueued": _for_every_source("sweep", Source.State.ACTIVE)}


@periodic("ingestion.reconcile_all", queue="ingest", daily_at=time(3, 20))
def reconcile_all(run: JobRun) -> dict[str, int]:
    """Prove that every mirror equals its account."""
    return {"enqueued": _for_every_source("reconcile", Source.State.ACTIVE)}


def enqueue(source: Source, verb: str) -> Job | None:
    """One job of `verb` for the source; None when its provider has no such verb, or one is running or waits."""
    kind = REGISTRY.get(f"ingestion.{source.provider}.{verb}")
    if kind is None:
        return None
    open_jobs = Job.objects.of(source.business).filter(name=kind.name, state__in=(Job.State.QUEUED, Job.State.RUNNING))
    if open_jobs.filter(args__source_id=source.pk).exists():
        return None
    return kind.enqueue(source.business, source_id=source.pk, dedupe=f"source:{source.pk}")


@periodic("ingestion.prune", queue="ingest", daily_at=time(4, 10))
def prune(run: JobRun) -> dict[str, int]:
    """Forget consents that were asked for more than a day ago; they lasted ten minutes."""
    deleted, _ = OAuthState.objects.filter(created_at__lt=run.as_of - timedelta(days=1)).delete()
    return {"consents": deleted}


def _for_every_source(verb: str, *states: str) -> int:
    # A job without a business: it only names the sources, and each is then read inside its own business.
    readable = Source.objects.filter(state__in=states).exclude(auth_mode=Source.AuthMode.UPLOAD)
    sources = readable.select_related("business").order_by("last_attempt_at", "pk")
    return sum(1 for source in sources.iterator() if enqueue(source, verb) is not None)
