"""The update every fifteen minutes: what is new, and what was still open."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from accounts.jobs import JobRun, job
from ingestion.models import StreamCursor, SyncRun
from ingestion.providers.stripe import backfill
from ingestion.providers.stripe.account import save_account, save_balance
from ingestion.providers.stripe.listings import Listing, readable
from ingestion.providers.stripe.open_set import refresh_open_records
from ingestion.providers.stripe.provider import OVERLAP
from ingestion.providers.stripe.session import Session, note_synced, reading
from ingestion.providers.stripe.windows import since


@job("ingestion.stripe.sync", queue="ingest", stepwise=True)
def sync(run: JobRun, *, source_id: int) -> dict[str, Any] | None:
    """Read what was created since the last time, two days of overlap included, then what may have changed since.

    A cursor on the creation time alone would miss every later change: disputes close months later, payouts that were
    paid fail days later. An account whose first import never ended gets that instead.
    """
    with reading(run, source_id, SyncRun.Kind.INCREMENTAL, origin="incremental") as session:
        if session is None:
            return {"skipped": "not connected"}
        if not _imported(session):
            return {"skipped": "the first import comes first"}
        started_at = timezone.now()
        _read_account(session)
        listings = readable(session.unreadable)
        for done, listing in enumerate(listings):
            run.progress(done, len(listings) + 1, f"New {listing.stream.replace('_', ' ')}")
            _read_new(session, listing, started_at)
        run.progress(len(listings), len(listings) + 1, "Open records")
        refresh_open_records(session, as_of=started_at)
        with run.step():
            note_synced(session.source, at=started_at)
        session.announce()
    return None


def _imported(session: Session) -> bool:
    with session.job.step():
        if backfill.is_complete(session.source):
            return True
        backfill.enqueue(session.source)
        return False


def _read_account(session: Session) -> None:
    account, balance, read_at = session.api.account(), session.api.balance(), timezone.now()
    with session.job.step():
        save_account(session.source, account)
        save_balance(session.source, balance, read_at=read_at)


def _read_new(session: Session, listing: Listing, started_at: datetime) -> None:
    """All pages since the cursor; it moves only when the last of them is stored."""
    with session.job.step():
        cursor, _ = StreamCursor.objects.of(session.source.business).get_or_create(
            business=session.source.business, source=session.source, stream=listing.stream, window=""
        )
    start = datetime.fromisoformat(cursor.cursor) - OVERLAP if cursor.cursor else datetime(1970, 1, 1, tzinfo=UTC)
    fetched_at = timezone.now()
    for page in session.api.pages(listing.path, **since(start), **listing.list_params()):
        session.store(page.objects, fetched_at=fetched_at)
        fetched_at = timezone.now()
    cursor.cursor, cursor.done = started_at.isoformat(), True
    with session.job.step():
        cursor.save(update_fields=["cursor", "done", "updated_at"])
