"""Sources and uploads for programs: the same queries and services as the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile
from ninja.responses import Status

from accounts.access import api_business
from accounts.api.auth import calling_user
from accounts.models import Job
from accounts.ratelimit import rate_limited
from accounts.requests import BusinessRequest
from ingestion.models import Upload
from ingestion.sources import connecting, services, uploads
from ingestion.sources.queries import SourceCard, source_list, source_of, stripe_status, upload_of
from ingestion.sources.views import callback_url

router = Router(tags=["sources"])


class ConsentOut(Schema):
    """Where to send the person's browser."""

    url: str


class StatusOut(Schema):
    connected: bool
    source_id: int | None = None
    account_id: str | None = None
    livemode: bool | None = None
    state: str | None = None
    state_reason: str | None = None
    last_synced_at: datetime | None = None


class SourceOut(Schema):
    id: int
    provider: str
    label: str
    account_id: str
    livemode: bool
    auth_mode: str
    state: str
    state_reason: str
    connected_at: datetime
    last_synced_at: datetime | None
    is_stale: bool
    open_rows: int
    is_busy: bool

    @classmethod
    def of(cls, card: SourceCard) -> SourceOut:
        source = card.source
        return cls(
            id=source.pk,
            provider=source.provider,
            label=source.label,
            account_id=source.external_account,
            livemode=source.livemode,
            auth_mode=source.auth_mode,
            state=source.state,
            state_reason=source.state_reason,
            connected_at=source.connected_at,
            last_synced_at=source.last_synced_at,
            is_stale=card.is_stale,
            open_rows=card.open_rows,
            is_busy=card.is_busy,
        )


class SourcesOut(Schema):
    sources: list[SourceOut]


class JobOut(Schema):
    """A job under way; `percent` is 0 while the total is unknown."""

    id: UUID
    name: str
    state: str
    percent: int
    message: str

    @classmethod
    def of(cls, job: Job) -> JobOut:
        return cls(id=job.pk, name=job.name, state=job.state, percent=job.percent, message=job.progress_message)


class UploadOut(Schema):
    id: int
    source_id: int
    kind: str
    filename: str
    size: int
    sha256: str
    state: str
    counts: dict[str, int]
    report: dict[str, Any]
    created_at: datetime

    @classmethod
    def of(cls, upload: Upload) -> UploadOut:
        names = ("source_id", "kind", "filename", "size", "sha256", "state", "counts", "report", "created_at")
        return cls(id=upload.pk, **{name: getattr(upload, name) for name in names})


@router.get("/integrations/stripe/connect", summary="Open the page that connects Stripe")
def open_connect(request: HttpRequest, business_id: UUID | None = None) -> HttpResponse:
    """Leads the browser to the page with the button. Starting is a POST: no link can start a connection."""
    business = api_business(request, business_id, permission="write:sources")
    return HttpResponseRedirect(reverse("sources:connect", kwargs={"business": business.slug}))


@router.post("/integrations/stripe/connect", response=ConsentOut, summary="Start connecting Stripe")
@rate_limited("sources.consent", limit="20/h", by="user")
def start_connect(request: BusinessRequest, business_id: UUID | None = None) -> ConsentOut:
    """The address of Stripe's consent for the person who calls; it works once and for ten minutes."""
    business = api_business(request, business_id, permission="write:sources")
    session = getattr(request, "session", None)
    url = connecting.start_consent(
        business,
        user=calling_user(request),
        session_key=(session.session_key or "") if session is not None else "",
        livemode=settings.STRIPE_LIVEMODE,
        redirect_uri=callback_url(),
        now=request.now,
    )
    return ConsentOut(url=url)


@router.get("/integrations/stripe/callback", auth=None, summary="Come back from Stripe")
def callback(request: HttpRequest, code: str = "", state: str = "", error: str = "") -> HttpResponse:
    """Hands over to the page: the connection is finished in the browser that started it."""
    query = request.GET.copy()
    for name in set(query) - {"code", "state", "error", "error_description"}:
        del query[name]
    return HttpResponseRedirect(f"{reverse('sources:stripe_callback')}?{query.urlencode()}")


@router.get("/integrations/stripe/status", response=StatusOut, exclude_none=True, summary="Is Stripe connected?")
def status(request: HttpRequest, business_id: UUID | None = None) -> dict[str, Any]:
    return stripe_status(api_business(request, business_id, permission="read:sources"))


@router.get("/sources", response=SourcesOut, summary="Sources of a business")
def list_sources(request: BusinessRequest, business_id: UUID | None = None) -> SourcesOut:
    business = api_business(request, business_id, permission="read:sources")
    return SourcesOut(sources=[SourceOut.of(card) for card in source_list(business, as_of=request.now)])


@router.post("/sources/{source_id}/sync", response={202: JobOut}, summary="Read a source now")
@rate_limited("sources.sync.api", limit="60/h", by="user")
def sync(request: BusinessRequest, source_id: int, business_id: UUID | None = None) -> Status:
    business = api_business(request, business_id, permission="write:sources")
    actor = None if getattr(request, "api_key", None) else calling_user(request)
    return Status(202, JobOut.of(services.sync_now(source_of(business, source_id), actor=actor, now=request.now)))


@router.post("/uploads", response={202: UploadOut}, summary="Upload one of Stripe's exports")
@rate_limited("sources.upload.api", limit="60/h", by="user")
def upload(request: BusinessRequest, file: File[UploadedFile], business_id: Form[UUID | None] = None) -> Status:
    """The file is kept and read in the background; ask for the upload to see how it went."""
    business = api_business(request, business_id, permission="write:sources")
    kept, _ = uploads.receive(business, provider="stripe", file=file, user=calling_user(request), now=request.now)
    return Status(202, UploadOut.of(kept))


@router.get("/uploads/{upload_id}", response=UploadOut, summary="What became of an upload")
def show_upload(request: HttpRequest, upload_id: int, business_id: UUID | None = None) -> UploadOut:
    business = api_business(request, business_id, permission="read:sources")
    return UploadOut.of(upload_of(business, upload_id))
