"""Files that a member brings in by hand: kept, then read by a job that can be followed and repeated."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from accounts.errors import InvalidInput, NotYours, Problem, TooLarge
from accounts.events import record
from accounts.jobs import JobRun, job
from accounts.leases import LeaseLost
from accounts.models import Business, Job, User
from billing.entitlements import require_work
from ingestion.models import Source, SyncRun, Upload
from ingestion.pipeline.followups import announce
from ingestion.pipeline.merge import merge
from ingestion.pipeline.rows import Rejected
from ingestion.pipeline.runs import close_run, open_run
from ingestion.providers.base import Mapped
from ingestion.providers.registry import PROVIDERS, provider_of

LABEL = "Uploaded files"
ROWS_AT_ONCE = 5_000
#: How many bad lines the report quotes; quarantine holds all of them.
QUOTED = 20


def receive(business: Business, *, provider: str, file: UploadedFile, user: User, now: datetime) -> tuple[Upload, Job]:
    """Keep the file and enqueue its reading.

    Errors: InvalidInput for an empty file or an unknown provider, TooLarge above UPLOAD_MAX_BYTES, NotEntitled while
    a payment is missing.
    """
    require_work(business, at=now)
    size, limit = file.size or 0, settings.UPLOAD_MAX_BYTES
    if not size:
        raise InvalidInput("The file is empty.", code="no_rows", field="file")
    if size > limit:
        raise TooLarge(
            f"A file may have {limit // 2**20} MiB. Export a shorter period, or upload it as ZIP.", limit=limit
        )
    source = upload_source(business, provider=provider, user=user, now=now)
    upload = Upload(
        business=business,
        source=source,
        kind="",
        filename=(file.name or "export.csv")[-255:],
        size=size,
        sha256=_sha256(file),
        uploaded_by=user,
        created_at=now,
    )
    upload.file.save(upload.filename, file, save=False)
    upload.save()
    record("ingestion.uploads.received", business=business, actor=user, subject=upload, size=size)
    return upload, read_upload.enqueue(business, upload_id=upload.pk, dedupe=f"upload:{upload.pk}")


def upload_source(business: Business, *, provider: str, user: User, now: datetime) -> Source:
    """The business's one source for files of this provider, made when the first file comes."""
    if provider not in PROVIDERS or not PROVIDERS[provider].reads_files:
        raise InvalidInput("Files of this kind cannot be read yet.", code="unknown_provider", provider=provider[:40])
    found = Source.objects.of(business).filter(provider=provider, auth_mode=Source.AuthMode.UPLOAD).first()
    if found is not None:
        return found
    source = Source.objects.create(
        business=business,
        provider=provider,
        label=f"{provider_of(provider).label}: {LABEL.lower()}",
        auth_mode=Source.AuthMode.UPLOAD,
        state=Source.State.ACTIVE,
        connected_at=now,
        created_by=user,
    )
    record("ingestion.sources.connected", business=business, actor=user, subject=source, mode="upload")
    return source


@job("ingestion.uploads.read", queue="ingest", stepwise=True)
def read_upload(run: JobRun, *, upload_id: int) -> dict[str, Any] | None:
    """Read a kept file into facts. Repeating it from the start is harmless: what is equal stays unwritten."""
    with run.step():
        upload = _upload(run, upload_id)
        Upload.objects.of(upload.business).filter(pk=upload.pk).update(state=Upload.State.RUNNING)
        sync = open_run(upload.source, SyncRun.Kind.UPLOAD, started_at=run.as_of, job=run.job)
    try:
        report = _read(run, upload, sync)
    except LeaseLost:
        raise
    except Exception as error:
        problem = error if isinstance(error, Problem) else Problem("Something went wrong on our side.")
        with run.step():
            _end(upload, sync, problem=problem)
        raise
    with run.step():
        _end(upload, sync, report=report)
        announce(upload.source, desks=provider_of(upload.source.provider).desks)
    return report


def _read(run: JobRun, upload: Upload, sync: SyncRun) -> dict[str, Any]:
    with upload.file.open("rb") as file:
        export = provider_of(upload.source.provider).read_file(file)
        quoted: list[dict[str, str]] = []
        done = 0
        rows = export.rows(version_at=upload.created_at)
        while batch := list(islice(rows, ROWS_AT_ONCE)):
            with run.step():
                merge(
                    upload.source,
                    export.stream,
                    (item.row for item in batch),
                    observed_at=upload.created_at,
                    run=sync,
                )
            done += len(batch)
            quoted += list(_quotes(batch))[: QUOTED - len(quoted)]
            run.progress(done, export.n_lines, f"{export.label}: line {done:,} of {export.n_lines:,}")
    return {
        "kind": export.key,
        "label": export.label,
        "lines": export.n_lines,
        "unused": export.unused,
        "bad": quoted,
    }


def _quotes(batch: list[Mapped]) -> Iterator[dict[str, str]]:
    for item in batch:
        if isinstance(item.row, Rejected):
            yield {"id": item.row.external_id, "reason": item.row.reason}


def _end(
    upload: Upload, sync: SyncRun, *, report: dict[str, Any] | None = None, problem: Problem | None = None
) -> None:
    now = timezone.now()
    ended = close_run(sync, finished_at=now, problem=problem)
    upload.state = Upload.State.FAILED if problem else Upload.State.DONE
    upload.kind = str((report or {}).get("kind", ""))
    upload.counts = {name: getattr(ended, name) for name in ("seen", "new", "changed", "unchanged", "quarantined")}
    upload.report = report or {"error": problem.message if problem else "", "code": problem.code if problem else ""}
    upload.save(update_fields=["state", "kind", "counts", "report"])
    if problem is None:
        Source.objects.of(upload.business).filter(pk=upload.source_id).update(last_synced_at=now, last_attempt_at=now)


def _upload(run: JobRun, upload_id: int) -> Upload:
    assert run.business is not None
    found = Upload.objects.of(run.business).select_related("source", "business").filter(pk=upload_id).first()
    if found is None:
        raise NotYours("There is no such upload.", upload_id=upload_id)
    found.source.business = run.business
    return found


def _sha256(file: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
