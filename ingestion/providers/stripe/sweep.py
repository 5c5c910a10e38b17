"""The hourly sweep of events: whatever a webhook did not bring is found here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.events import record
from accounts.jobs import JobRun, job
from ingestion.models import Source, SyncRun
from ingestion.providers.stripe import backfill
from ingestion.providers.stripe.account import save_account
from ingestion.providers.stripe.changes import KNOWN_EVENTS, Changes, fetch
from ingestion.providers.stripe.client import JSON
from ingestion.providers.stripe.session import Session, reading
from ingestion.providers.stripe.windows import since

OVERLAP = timedelta(hours=1)
#: Stripe keeps events for 30 days; from an older watermark on, a sweep proves nothing.
EVENTS_REACH_BACK = timedelta(days=29)
TYPES_AT_ONCE = 20
BATCH = 50


@job("ingestion.stripe.sweep", queue="ingest", stepwise=True)
def sweep(run: JobRun, *, source_id: int) -> dict[str, Any] | None:
    """Read every event since the watermark and treat it as a webhook that came late."""
    with reading(run, source_id, SyncRun.Kind.SWEEP, origin="sweep") as session:
        if session is None:
            return {"skipped": "not connected"}
        if not _reachable(session, as_of=timezone.now()):
            return {"restarted": True}
        started_at = timezone.now()
        changes = _changes_since(session, session.source.events_watermark)
        _work_in(session, changes)
        with run.step():
            _move_watermark(session.source, started_at)
        session.announce()
        return {"objects": len(changes.objects)}


def _reachable(session: Session, *, as_of: datetime) -> bool:
    """Whether events since the watermark can still be read; if not, everything is read anew."""
    watermark = session.source.events_watermark
    if watermark is not None and as_of - watermark < EVENTS_REACH_BACK:
        return True
    with session.job.step():
        record(
            "ingestion.sources.reimported",
            business=session.source.business,
            subject=session.source,
            reason="The last sweep is longer ago than Stripe keeps events.",
        )
        backfill.restart(session.source)
    return False


def _changes_since(session: Session, watermark: datetime | None) -> Changes:
    start = (watermark or datetime.now(UTC)) - OVERLAP
    changes = Changes()
    for first in range(0, len(KNOWN_EVENTS), TYPES_AT_ONCE):
        types = list(KNOWN_EVENTS[first : first + TYPES_AT_ONCE])
        for page in session.api.pages("/v1/events", types=types, **since(start)):
            for event in page.objects:
                _add(changes, event)
    return changes


def _add(changes: Changes, event: JSON) -> None:
    data, created = event.get("data"), event.get("created")
    obj = data.get("object") if isinstance(data, dict) else None
    if isinstance(obj, dict) and type(created) is int:
        changes.add(str(event.get("type")), obj, created=datetime.fromtimestamp(created, UTC))


def _work_in(session: Session, changes: Changes) -> None:
    """Read the touched objects in batches, so that a killed sweep has stored what it read."""
    keys = sorted(changes.objects)
    for first in range(0, len(keys), BATCH):
        session.job.progress(first, len(keys), "Changed records")
        part = Changes(objects=set(keys[first : first + BATCH]), copies=changes.copies)
        part.refunded_charges = {key for kind, key in part.objects if kind == "charge"} & changes.refunded_charges
        fetched_at = timezone.now()
        fetched = fetch(session.api, part, unreadable=session.unreadable)
        session.store(fetched.current, fetched_at=fetched_at)
        for created, obj in fetched.gone:
            session.store([obj], fetched_at=created)
    if changes.ledger_since is not None:
        fetched_at = timezone.now()
        ledger = fetch(session.api, Changes(ledger_since=changes.ledger_since))
        session.store(ledger.current, fetched_at=fetched_at)
    if changes.account:
        account = session.api.account()
        with session.job.step():
            save_account(session.source, account)


def _move_watermark(source: Source, to: datetime) -> None:
    Source.objects.of(source.business).filter(pk=source.pk).update(events_watermark=to)
