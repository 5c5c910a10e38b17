"""Opening, counting and closing runs."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from accounts.errors import Problem
from accounts.models import Job
from ingestion.models import Source, SyncRun
from ingestion.pipeline.report import MergeReport


def open_run(source: Source, kind: SyncRun.Kind | str, *, started_at: datetime, job: Job | None = None) -> SyncRun:
    """A new run of `source`, with all counts at zero."""
    return SyncRun.objects.create(
        business_id=source.business_id, source=source, kind=kind, started_at=started_at, job=job
    )


def count(run: SyncRun, report: MergeReport) -> None:
    """Add a merge's counts to its run, in the merge's transaction. Safe for several workers on one run."""
    if report.seen:
        added = {name: F(name) + number for name, number in report.counts.items()}
        SyncRun.objects.filter(pk=run.pk, business_id=run.business_id).update(**added)


def close_run(run: SyncRun, *, finished_at: datetime, message: str = "", problem: Problem | None = None) -> SyncRun:
    """End a run: done, or failed with the problem that stopped it. Returns it with its final counts."""
    run.refresh_from_db()
    run.state = SyncRun.State.DONE if problem is None else SyncRun.State.FAILED
    run.finished_at = finished_at
    run.message = (message if problem is None else problem.message)[:300]
    run.error_code = "" if problem is None else problem.code
    run.save(update_fields=["state", "finished_at", "message", "error_code"])
    return run
