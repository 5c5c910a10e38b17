"""What happens to every source by itself: updates, sweeps, reconciliations, each as one job a source.

A provider offers a verb by registering the job `ingestion.<provider>.<verb>`; one source's failure is its own job's.
"""

from __future__ import annotations

from datetime import time, timedelta

from accounts.jobs import REGISTRY, JobRun, periodic
from accounts.models import Job
from ingestion.models import Source


@periodic("ingestion.sync_all", queue="ingest", every=timedelta(minutes=15))
def sync_all(run: JobRun) -> dict[str, int]:
    """Update every source that can be read."""
    return {"enqueued": _for_every_source("sync")}


@periodic("ingestion.sweep_all", queue="ingest", every=timedelta(hours=1))
def sweep_all(run: JobRun) -> dict[str, int]:
    """Look for events that no webhook brought."""
    return {"enqueued": _for_every_source("sweep")}


@periodic("ingestion.reconcile_all", queue="ingest", daily_at=time(3, 20))
def reconcile_all(run: JobRun) -> dict[str, int]:
    """Prove that every mirror equals its account."""
    return {"enqueued": _for_every_source("reconcile")}


def enqueue(source: Source, verb: str) -> Job | None:
    """One job of `verb` for the source, unless an equal one waits; None when its provider has no such verb."""
    kind = REGISTRY.get(f"ingestion.{source.provider}.{verb}")
    if kind is None:
        return None
    return kind.enqueue(source.business, source_id=source.pk, dedupe=f"source:{source.pk}")


def _for_every_source(verb: str) -> int:
    # A job without a business: it only names the sources, and each is then read inside its own business.
    sources = Source.objects.syncable().select_related("business").order_by("last_attempt_at", "pk")
    return sum(1 for source in sources.iterator() if enqueue(source, verb) is not None)
