"""Housekeeping of what came in."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.conf import settings

from accounts.jobs import JobRun, periodic
from ingestion.models import RawPage

AT_ONCE = 20_000


@periodic("ingestion.raw_pages.prune", queue="ingest", daily_at=time(3, 25))
def prune_raw_pages(run: JobRun) -> dict[str, int]:
    """Delete kept payloads older than RAW_PAGE_RETENTION_DAYS; facts stay."""
    return {"pages": prune(now=run.as_of)}


def prune(*, now: datetime, at_once: int = AT_ONCE) -> int:
    """Delete old pages, file first: when it breaks off in between, the row is found again and nothing is left over.

    Runs as the owner, across businesses. Returns how many pages were deleted, at most `at_once` a day's run.
    """
    limit = now - timedelta(days=settings.RAW_PAGE_RETENTION_DAYS)
    pages = list(RawPage.objects.filter(fetched_at__lt=limit).order_by("fetched_at")[:at_once])
    for page in pages:
        page.file.delete(save=False)
    return RawPage.objects.filter(pk__in=[page.pk for page in pages]).delete()[0]
