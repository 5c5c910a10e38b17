"""The first import: everything, newest first, resumable after any page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.jobs import JobRun, job
from accounts.models import Job
from ingestion.models import Source, StreamCursor, SyncRun
from ingestion.providers.stripe.account import opened_at, save_account, save_balance
from ingestion.providers.stripe.client import Missing, Page
from ingestion.providers.stripe.listings import Listing, readable
from ingestion.providers.stripe.session import Session, note_synced, reading
from ingestion.providers.stripe.windows import Window, windows

#: The cursor row that remembers when this import began; its windows end there.
BEGUN = "backfill"


@job("ingestion.stripe.backfill", queue="ingest", stepwise=True)
def backfill(run: JobRun, *, source_id: int) -> dict[str, Any] | None:
    """Read all of an account's past. Killed at any point, the next attempt goes on with the page it was at."""
    with reading(run, source_id, SyncRun.Kind.BACKFILL, origin="backfill") as session:
        if session is None:
            return {"skipped": "not connected"}
        until = _begin(session)
        todo = windows(opened=opened_at(session.source), until=until)
        for done, window in enumerate(todo):
            _read_all_streams(session, window, done=done, total=len(todo))
            # After 1, 2, 4, 8 … windows: the first figures come at once, and the rest are not recomputed each time.
            if (done + 1).bit_count() == 1:
                session.announce()
        with run.step():
            _finish(session, until)
        session.announce()
    return None


def restart(source: Source) -> None:
    """Forget how far earlier imports got and read everything again; facts stay, and what is equal stays unwritten."""
    StreamCursor.objects.of(source.business).filter(source=source).delete()
    Source.objects.of(source.business).filter(pk=source.pk).update(events_watermark=None)
    enqueue(source)


def enqueue(source: Source) -> None:
    """One import, unless it waits or runs already."""
    running = Job.objects.of(source.business).filter(name=backfill.name, state=Job.State.RUNNING)
    if not running.filter(args__source_id=source.pk).exists():
        backfill.enqueue(source.business, source_id=source.pk, dedupe=f"source:{source.pk}")


def is_complete(source: Source) -> bool:
    """Whether the first import has ended."""
    cursors = StreamCursor.objects.of(source.business).filter(source=source, stream=BEGUN)
    return cursors.filter(done=True).exists()


def _begin(session: Session) -> datetime:
    """Note the moment the windows end at, before anything is read, and read the account.

    Events are swept from that moment on, so what changes during the import is found again.
    """
    account, balance, now = session.api.account(), session.api.balance(), timezone.now()
    with session.job.step():
        cursor, _ = StreamCursor.objects.of(session.source.business).get_or_create(
            business=session.source.business, source=session.source, stream=BEGUN, window="",
            defaults={"cursor": now.isoformat()},
        )  # fmt: skip
        save_account(session.source, account)
        save_balance(session.source, balance, read_at=now)
        until = datetime.fromisoformat(cursor.cursor)
        Source.objects.of(session.source.business).filter(pk=session.source.pk, events_watermark=None).update(
            events_watermark=until
        )
    return until


def _read_all_streams(session: Session, window: Window, *, done: int, total: int) -> None:
    listings = readable(session.unreadable)
    for place, listing in enumerate(listings):
        noun = listing.stream.replace("_", " ").capitalize()
        session.job.progress(done * len(listings) + place, total * len(listings), f"{noun}, {window.label}")
        _read_window(session, window, listing)


def _read_window(session: Session, window: Window, listing: Listing) -> None:
    """Read one stream's window from where its cursor stands."""
    with session.job.step():
        cursor = _cursor(session.source, listing.stream, window.label)
    while not cursor.done:
        fetched_at = timezone.now()
        page = _page(session, window, listing, cursor)
        cursor.cursor = page.objects[-1]["id"] if page.objects else cursor.cursor
        cursor.done = not page.has_more or not page.objects
        session.store(page.objects, fetched_at=fetched_at, and_then=lambda: _save(cursor))


def _page(session: Session, window: Window, listing: Listing, cursor: StreamCursor) -> Page:
    """The next page. When the object the cursor names is gone, the window starts over: merging repeats nothing."""
    params = {"created": window.created(), **listing.list_params()}
    try:
        after = {"starting_after": cursor.cursor} if cursor.cursor else {}
        return session.api.page(listing.path, **params, **after)
    except Missing:
        return session.api.page(listing.path, **params)


def _finish(session: Session, until: datetime) -> None:
    """The import is complete as of its beginning; incremental runs take over from there."""
    for listing in readable(session.unreadable):
        running = _cursor(session.source, listing.stream, "")
        running.cursor, running.done = until.isoformat(), True
        _save(running)
    begun = _cursor(session.source, BEGUN, "")
    begun.done = True
    _save(begun)
    note_synced(session.source, at=until)


def _cursor(source: Source, stream: str, window: str) -> StreamCursor:
    cursor, _ = StreamCursor.objects.of(source.business).get_or_create(
        business=source.business, source=source, stream=stream, window=window
    )
    return cursor


def _save(cursor: StreamCursor) -> None:
    cursor.save(update_fields=["cursor", "done", "updated_at"])
