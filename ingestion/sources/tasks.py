"""What happens to every source by itself: updates, sweeps, reconciliations, each as one job a source.

A provider offers a verb by registering the job `ingestion.<provider>.<verb>`; one source's failure is its own job's.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from accounts.jobs import REGISTRY, JobRun, periodic
from accounts.models import Business, Job
from ingestion.models import OAuthState, Source
from ingestion.sources.limits import rests


@periodic("ingestion.sync_all", queue="ingest", every=timedelta(minutes=15))
def sync_all(run: JobRun) -> dict[str, int]:
    """Update every source that can be read; where the first import never ended, the update begins it again."""
    return {"enqueued": _for_every_source("sync", Source.State.ACTIVE, Source.State.CONNECTING, at=run.as_of)}


@periodic("ingestion.sweep_all", queue="ingest", every=timedelta(hours=1))
def sweep_all(run: JobRun) -> dict[str, int]:
    """Look for events that no webhook brought."""
    return {"enqueued": _for_every_source("sweep", Source.State.ACTIVE, at=run.as_of)}


@periodic("ingestion.reconcile_all", queue="ingest", daily_at=time(3, 20))
def reconcile_all(run: JobRun) -> dict[str, int]:
    """Prove that every mirror equals its account."""
    return {"enqueued": _for_every_source("reconcile", Source.State.ACTIVE, at=run.as_of)}


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


def _for_every_source(verb: str, *states: str, at: datetime) -> int:
    # A job without a business: it only names the sources, and each is then read inside its own business.
    held = Source.objects.connected().exclude(auth_mode=Source.AuthMode.UPLOAD).select_related("business")
    sources = list(held.order_by("last_attempt_at", "pk"))
    resting = _resting(sources, at=at)
    due = [source for source in sources if source.state in states and source.pk not in resting]
    return sum(1 for source in due if enqueue(source, verb) is not None)


def _resting(sources: list[Source], *, at: datetime) -> frozenset[int]:
    """Those that their business's plan has no room to read."""
    by_business: dict[Business, list[Source]] = {}
    for source in sources:
        by_business.setdefault(source.business, []).append(source)
    return frozenset().union(*(rests(business, held, at=at) for business, held in by_business.items()))
