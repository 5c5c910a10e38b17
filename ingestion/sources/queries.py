"""What the source pages and their API say. Business first; a fixed number of queries, however many rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count

from accounts.errors import NotYours
from accounts.formats import duration
from accounts.models import Business, Job
from ingestion.models import QuarantinedRow, Reconciliation, Source, SyncRun, Upload
from ingestion.sources.advice import advice_for
from ingestion.sources.limits import RESTS, rests

#: A source this old is called stale (payments.md § 14, reconnect).
STALE_AFTER = timedelta(hours=24)
RUNS_SHOWN = 20
ROWS_SHOWN = 20
TONES = {
    Source.State.CONNECTING: "accent",
    Source.State.ACTIVE: "good",
    Source.State.NEEDS_RECONNECT: "bad",
    Source.State.REVOKED: "bad",
    Source.State.DISCONNECTED: "",
}
RUN_TONES = {SyncRun.State.RUNNING: "accent", SyncRun.State.DONE: "good", SyncRun.State.FAILED: "bad"}
OPEN_JOBS = (Job.State.QUEUED, Job.State.RUNNING)


@dataclass(frozen=True, slots=True)
class SourceCard:
    """One source as a list shows it. `lag` is how long ago it was last read completely; None before the first time."""

    source: Source
    tone: str
    lag: timedelta | None
    is_stale: bool
    open_rows: int
    job: Job | None
    resting_text: str = ""

    @property
    def is_busy(self) -> bool:
        return self.job is not None

    @property
    def state_text(self) -> str:
        """A source that is being imported for the first time is connected already; say what is going on."""
        return "First import" if self.source.state == Source.State.CONNECTING else self.source.get_state_display()

    @property
    def is_upload(self) -> bool:
        return self.source.auth_mode == Source.AuthMode.UPLOAD

    @property
    def lag_text(self) -> str:
        return "not yet" if self.lag is None else f"{duration(self.lag)} ago"

    @property
    def stale_text(self) -> str:
        return "older than a day" if self.is_stale else ""


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run of the history, with what a person can do about its failure."""

    run: SyncRun
    tone: str
    took: timedelta | None
    advice: str


@dataclass(frozen=True, slots=True)
class DriftLine:
    """The newest comparison of one currency: ledger, balance and drift in minor units."""

    row: Reconciliation
    is_equal: bool


@dataclass(frozen=True, slots=True)
class SourceDetail:
    """Everything the source page shows."""

    card: SourceCard
    runs: tuple[RunLine, ...]
    rejected: tuple[QuarantinedRow, ...]
    drifts: tuple[DriftLine, ...]
    uploads: tuple[Upload, ...]
    requirements: tuple[str, ...] = field(default_factory=tuple)


def source_of(business: Business, source_id: int) -> Source:
    """Errors: NotYours for a missing source and for one of another business, alike."""
    source = Source.objects.of(business).filter(pk=source_id).first()
    if source is None:
        raise NotYours("There is no such source.")
    source.business = business
    return source


def source_list(business: Business, *, as_of: datetime) -> tuple[SourceCard, ...]:
    """The business's sources, connected ones first, then by name. Empty: (). Three queries."""
    sources = list(Source.objects.of(business).order_by("label", "pk"))
    jobs, open_rows = open_jobs(business), _open_rows(business)
    resting = rests(business, sources, at=as_of)
    cards = [_card(source, jobs, open_rows, as_of, is_resting=source.pk in resting) for source in sources]
    return tuple(sorted(cards, key=lambda card: not card.source.is_connected))


def source_detail(business: Business, source_id: int, *, as_of: datetime) -> SourceDetail:
    """One source with its history. Errors: NotYours."""
    source = source_of(business, source_id)
    runs = SyncRun.objects.of(business).filter(source=source).newest_first()[:RUNS_SHOWN]
    rejected = QuarantinedRow.objects.of(business).filter(source=source).open().order_by("-created_at", "-pk")
    uploads = Upload.objects.of(business).filter(source=source).order_by("-created_at", "-pk")
    return SourceDetail(
        card=_card(source, open_jobs(business), _open_rows(business), as_of, is_resting=_rests(source, as_of)),
        runs=tuple(_run_line(run) for run in runs),
        rejected=tuple(rejected[:ROWS_SHOWN]),
        drifts=tuple(DriftLine(row, row.drift == 0) for row in _newest_drifts(business, source)),
        uploads=tuple(uploads[:ROWS_SHOWN]),
        requirements=_requirements(source),
    )


def upload_of(business: Business, upload_id: int) -> Upload:
    """Errors: NotYours."""
    upload = Upload.objects.of(business).select_related("source").filter(pk=upload_id).first()
    if upload is None:
        raise NotYours("There is no such upload.")
    return upload


def job_of_upload(upload: Upload) -> Job | None:
    """The newest job that reads, or read, this file."""
    jobs = Job.objects.of(upload.business).filter(name="ingestion.uploads.read", args__upload_id=upload.pk)
    return jobs.order_by("-created_at").first()


def open_jobs(business: Business) -> dict[int, Job]:
    """By source id, the job that reads it now or will next; a running one before a waiting one."""
    jobs = Job.objects.of(business).filter(name__startswith="ingestion.", state__in=OPEN_JOBS)
    found: dict[int, Job] = {}
    for job in jobs.order_by("-state", "created_at"):
        source_id = job.args.get("source_id")
        if isinstance(source_id, int):
            found.setdefault(source_id, job)
    return found


def job_of_source(source: Source) -> Job | None:
    return open_jobs(source.business).get(source.pk)


def stripe_status(business: Business) -> dict[str, Any]:
    """The brief's connection status: `{connected, account_id?, last_synced_at?, state?}` of the newest connection."""
    held = Source.objects.of(business).filter(provider="stripe").exclude(auth_mode=Source.AuthMode.UPLOAD)
    source = held.order_by("-connected_at").first()
    if source is None:
        return {"connected": False}
    return {
        "connected": source.is_connected and source.state != Source.State.NEEDS_RECONNECT,
        "source_id": source.pk,
        "account_id": source.external_account,
        "livemode": source.livemode,
        "state": source.state,
        "state_reason": source.state_reason,
        "last_synced_at": source.last_synced_at,
    }


def _rests(source: Source, as_of: datetime) -> bool:
    return source.pk in rests(source.business, Source.objects.of(source.business), at=as_of)


def _card(
    source: Source, jobs: dict[int, Job], open_rows: dict[int, int], as_of: datetime, *, is_resting: bool
) -> SourceCard:
    lag = as_of - source.last_synced_at if source.last_synced_at else None
    is_live = source.is_connected and source.auth_mode != Source.AuthMode.UPLOAD
    return SourceCard(
        source=source,
        tone=TONES[Source.State(source.state)],
        lag=lag,
        is_stale=is_live and lag is not None and lag > STALE_AFTER,
        open_rows=open_rows.get(source.pk, 0),
        job=jobs.get(source.pk),
        resting_text=RESTS if is_resting else "",
    )


def _run_line(run: SyncRun) -> RunLine:
    took = run.finished_at - run.started_at if run.finished_at else None
    return RunLine(run, RUN_TONES[SyncRun.State(run.state)], took, advice_for(run.error_code))


def _open_rows(business: Business) -> dict[int, int]:
    rows = QuarantinedRow.objects.of(business).open().values_list("source_id")
    return dict(rows.annotate(n=Count("pk")).order_by("source_id"))


def _newest_drifts(business: Business, source: Source) -> list[Reconciliation]:
    rows = Reconciliation.objects.of(business).filter(source=source)
    return list(rows.order_by("currency", "-ran_at").distinct("currency"))


def _requirements(source: Source) -> tuple[str, ...]:
    """What Stripe still wants from the owner, past due first."""
    asked = source.account_value("requirements") or {}
    names = [*(asked.get("past_due") or []), *(asked.get("currently_due") or [])]
    return tuple(dict.fromkeys(str(name) for name in names))
