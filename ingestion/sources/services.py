"""What a member can do to a source."""

from __future__ import annotations

from datetime import datetime

from accounts.errors import Conflict, InvalidInput
from accounts.events import record
from accounts.models import Job, User
from ingestion.models import QuarantinedRow, Source
from ingestion.providers.stripe import backfill
from ingestion.sources import tasks
from ingestion.sources.limits import require_reading
from ingestion.sources.queries import job_of_source


class NotSyncable(Conflict):
    """The source cannot be read now: files, disconnected, or waiting for its owner."""

    code = "not_syncable"
    retry = False


def sync_now(source: Source, *, actor: User | None, now: datetime) -> Job:
    """Read the source now: its first import if that never ended, else what is new. A run under way is returned.

    Errors: NotSyncable, NotEntitled.
    """
    if not source.is_connected or source.auth_mode == Source.AuthMode.UPLOAD:
        raise NotSyncable("This source cannot be synchronised. Connect it again, or upload a newer file.")
    if running := job_of_source(source):
        return running
    require_reading(source, at=now)
    job = tasks.enqueue(source, "sync" if backfill.is_complete(source) else "backfill")
    if job is None:
        raise InvalidInput("This kind of source cannot be synchronised.")
    record("ingestion.sources.sync_requested", business=source.business, actor=actor, subject=source)
    return job


def resolve_rejected(source: Source, *, row_id: int, actor: User, now: datetime) -> bool:
    """Put a rejected row aside as seen. Returns False when there is no such open row."""
    rows = QuarantinedRow.objects.of(source.business).filter(source=source, pk=row_id).open()
    if not rows.update(resolved_at=now):
        return False
    record("ingestion.quarantine.resolved", business=source.business, actor=actor, subject=source, row=row_id)
    return True
