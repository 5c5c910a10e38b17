"""Pages of sources: the list, one source, connecting, and what is under way."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import business_view, enter
from accounts.errors import Problem
from accounts.ratelimit import rate_limited
from accounts.requests import BusinessRequest
from ingestion.providers.stripe import oauth
from ingestion.sources import connecting, services
from ingestion.sources.forms import KeyForm, UploadForm
from ingestion.sources.queries import job_of_source, source_detail, source_list, source_of


@require_safe
@business_view(permission="read:sources")
def sources_page(request: BusinessRequest) -> HttpResponse:
    cards = source_list(request.business, as_of=request.now)
    context = {"cards": cards, "may_write": request.member.may("write:sources")}
    return render(request, "ingestion/sources/list.html", context)


@require_safe
@business_view(permission="read:sources")
def source_page(request: BusinessRequest, source_id: int) -> HttpResponse:
    detail = source_detail(request.business, source_id, as_of=request.now)
    context = {"detail": detail, "card": detail.card, "may_write": request.member.may("write:sources")}
    return render(request, "ingestion/sources/page.html", context)


@require_safe
@business_view(permission="read:sources")
def source_progress(request: BusinessRequest, source_id: int) -> HttpResponse:
    """The fragment that is polled while a run is under way; when it is over the page is loaded anew."""
    source = source_of(request.business, source_id)
    job = job_of_source(source)
    if job is None and request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "ingestion/sources/_progress.html", {"source": source, "job": job})


@require_POST
@business_view(permission="write:sources")
@rate_limited("sources.sync", limit="20/h", by="business")
def source_sync(request: BusinessRequest, source_id: int) -> HttpResponse:
    source = source_of(request.business, source_id)
    services.sync_now(source, actor=request.user, now=request.now)
    messages.success(request, "Reading the account now.")
    return redirect("sources:page", business=request.business.slug, source_id=source.pk)


@require_POST
@business_view(permission="write:sources")
def source_disconnect(request: BusinessRequest, source_id: int) -> HttpResponse:
    source = source_of(request.business, source_id)
    connecting.disconnect(source, actor=request.user, now=request.now)
    messages.success(request, f"{source.label} is disconnected. What was read stays.")
    return redirect("sources:list", business=request.business.slug)


@require_POST
@business_view(permission="write:sources")
def rejected_resolve(request: BusinessRequest, source_id: int, row_id: int) -> HttpResponse:
    source = source_of(request.business, source_id)
    if services.resolve_rejected(source, row_id=row_id, actor=request.user, now=request.now):
        messages.success(request, "Set aside.")
    return redirect("sources:page", business=request.business.slug, source_id=source.pk)


@require_safe
@business_view(permission="write:sources")
def connect_page(request: BusinessRequest) -> HttpResponse:
    return _connect_page(request, KeyForm())


@require_POST
@business_view(permission="write:sources")
@rate_limited("sources.consent", limit="20/h", by="user")
def consent_start(request: BusinessRequest) -> HttpResponse:
    """Off to Stripe; only a POST gets here, so no link or image can start a connection."""
    url = connecting.start_consent(
        request.business,
        user=request.user,
        session_key=request.session.session_key or "",
        livemode=settings.STRIPE_LIVEMODE,
        redirect_uri=callback_url(),
        now=request.now,
    )
    return HttpResponseRedirect(url)


@require_safe
@rate_limited("sources.callback", limit="60/h", by="user", methods=("GET",))
def stripe_callback(request: HttpRequest) -> HttpResponse:
    """Back from Stripe. Nothing but code, state and error is read; the stored state says for which business."""
    state = request.GET.get("state", "")
    enter(request, slug=connecting.business_slug_of(state), permission="write:sources")
    entered: BusinessRequest = request  # type: ignore[assignment]
    return _finish(entered, state)


@require_POST
@business_view(permission="write:sources")
@rate_limited("sources.key", limit="20/h", by="user")
def key_connect(request: BusinessRequest) -> HttpResponse:
    form = KeyForm(request.POST)
    if form.is_valid():
        try:
            source = connecting.connect_key(
                request.business, key=form.cleaned_data["key"], user=request.user, now=request.now
            )
        except Problem as problem:
            form.add_error("key", problem.message)
        else:
            return _connected(request, source.pk, source.label)
    return _connect_page(request, form, status=400)


def callback_url() -> str:
    """Where Stripe sends the owner back to; registered there word for word."""
    return f"{settings.BASE_URL.rstrip('/')}{reverse('sources:stripe_callback')}"


def _finish(request: BusinessRequest, state: str) -> HttpResponse:
    """Redeem the state, then the code. The state stays used whatever comes after, so failures do not roll back."""
    stored = connecting.redeem_state(
        request.business,
        state=state,
        user=request.user,
        session_key=request.session.session_key or "",
        now=request.now,
    )
    try:
        connecting.require_outcome(error=request.GET.get("error", ""))
        source = connecting.finish_consent(stored, code=request.GET.get("code", ""), user=request.user, now=request.now)
    except Problem as problem:
        messages.error(request, problem.message)
        return redirect("sources:connect", business=request.business.slug)
    return _connected(request, source.pk, source.label)


def _connected(request: BusinessRequest, source_id: int, label: str) -> HttpResponse:
    messages.success(request, f"{label} is connected. The newest months come first.")
    return redirect("sources:page", business=request.business.slug, source_id=source_id)


def _connect_page(request: BusinessRequest, key_form: KeyForm, *, status: int = 200) -> HttpResponse:
    context = {"key_form": key_form, "upload_form": UploadForm(), "can_consent": oauth.is_configured()}
    return render(request, "ingestion/sources/connect.html", context, status=status)
