"""One job's reading of one account: what it has open, how it stores, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.errors import NotYours, Problem, SourceRefused
from accounts.events import record
from accounts.jobs import JobRun
from accounts.leases import LeaseLost
from ingestion.models import Source, SyncRun
from ingestion.pipeline.followups import announce
from ingestion.pipeline.ingest import ingest
from ingestion.pipeline.runs import close_run, open_run
from ingestion.providers.stripe.access import api_of
from ingestion.providers.stripe.client import JSON, StripeApi
from ingestion.providers.stripe.provider import Stripe

#: Refusals that only the owner can lift.
OWNER_MUST_ACT = frozenset({"access_revoked", "not_permitted"})


@dataclass(slots=True)
class Session:
    """A source being read. Stripe is asked outside of transactions, facts are written in short ones."""

    job: JobRun
    source: Source
    record: SyncRun
    api: StripeApi
    origin: str

    #: Whether days changed that the desks were not told of yet.
    changed: bool = False

    def store(self, objects: list[JSON], *, fetched_at: datetime, and_then: Callable[[], Any] | None = None) -> None:
        """Merge what was fetched and, in the same transaction, note how far that got."""
        with self.job.step():
            self._require_connection()
            reports = ingest(self.source, objects, origin=self.origin, observed_at=fetched_at, run=self.record)
            if and_then is not None:
                and_then()
        self.changed = self.changed or any(report.dirty_days for report in reports)

    def _require_connection(self) -> None:
        """Stop between two pages once the owner has disconnected."""
        held = Source.objects.of(self.source.business).filter(pk=self.source.pk, state__in=Source.CONNECTED)
        if not held.exists():
            raise SourceRefused("This source was disconnected meanwhile.", code="not_connected")

    def announce(self) -> None:
        """Tell the desks, if facts changed since they were last told."""
        if not self.changed:
            return
        with self.job.step():
            announce(self.source, desks=Stripe.desks)
        self.changed = False

    @property
    def unreadable(self) -> list[str]:
        """Streams that this connection's key may not read."""
        return list(self.source.account_value("unreadable", []))


@contextmanager
def reading(job: JobRun, source_id: int, kind: str, *, origin: str) -> Iterator[Session | None]:
    """Open a run of `kind` on the source; None when it is not connected any more, which is no failure.

    A refusal that the owner has to lift is written on the source; every ending is written on the run.
    """
    with job.step():
        source = _source(job, source_id)
        run = _opened(job, source, kind)
    if run is None:
        yield None
        return
    try:
        yield Session(job, source, run, api_of(source), origin)
    except LeaseLost:
        raise
    except Exception as error:
        with job.step():
            _note_failure(source, run, error)
        raise
    with job.step():
        close_run(run, finished_at=timezone.now())


def note_refusal(source: Source, problem: SourceRefused) -> None:
    """Write on the source what its owner has to do, once."""
    if problem.code not in OWNER_MUST_ACT:
        return
    connected = Source.objects.of(source.business).filter(pk=source.pk, state__in=Source.CONNECTED)
    changed = connected.exclude(state=Source.State.NEEDS_RECONNECT).update(
        state=Source.State.NEEDS_RECONNECT, state_reason=problem.message[:300]
    )
    if changed:
        record("ingestion.sources.refused", business=source.business, subject=source, reason=problem.message)


def note_synced(source: Source, *, at: datetime) -> None:
    """The source was read completely as of `at`: it is active, whatever it was."""
    Source.objects.of(source.business).filter(pk=source.pk, state__in=Source.CONNECTED).update(
        state=Source.State.ACTIVE, state_reason="", last_synced_at=Greatest(F("last_synced_at"), at)
    )


def _source(job: JobRun, source_id: int) -> Source:
    assert job.business is not None
    source = Source.objects.of(job.business).filter(pk=source_id).first()
    if source is None:
        raise NotYours("There is no such source.", source_id=source_id)
    source.business = job.business
    return source


def _opened(job: JobRun, source: Source, kind: str) -> SyncRun | None:
    if not source.is_connected or source.auth_mode == Source.AuthMode.UPLOAD:
        return None
    now = timezone.now()
    Source.objects.of(source.business).filter(pk=source.pk).update(last_attempt_at=now)
    # A killed worker left its run open; the job's next attempt goes on counting there.
    left = SyncRun.objects.of(source.business).filter(source=source, job=job.job, kind=kind)
    found = left.filter(state=SyncRun.State.RUNNING).order_by("-pk").first()
    return found or open_run(source, kind, started_at=now, job=job.job)


def _note_failure(source: Source, run: SyncRun, error: Exception) -> None:
    if isinstance(error, SourceRefused):
        note_refusal(source, error)
    problem = error if isinstance(error, Problem) else Problem("Something went wrong on our side.", code=_name(error))
    close_run(run, finished_at=timezone.now(), problem=problem)


def _name(error: Exception) -> str:
    return type(error).__name__
