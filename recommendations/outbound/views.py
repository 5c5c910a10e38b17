"""Settings › Outbound: where a business is told of things by program, and what was sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import business_view
from accounts.errors import Conflict, InvalidInput
from accounts.requests import BusinessRequest
from accounts.views.deeds import do
from recommendations.models import OutboundEndpoint, OutboundMessage
from recommendations.outbound import services
from recommendations.outbound.forms import EndpointForm
from recommendations.outbound.payloads import EVENTS

SHOWN = 50
TONES = {"active": "good", "paused": "none", "disabled": "bad", "delivered": "good", "waiting": "warn", "failed": "bad"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@business_view(permission="write:business")
def endpoints(request: BusinessRequest) -> HttpResponse:
    """All endpoints, and the form for a new one. Its key is in the answer to the form and nowhere else."""
    form, made = EndpointForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            given = {name: form.cleaned_data[name] for name in ("kind", "name", "url", "events", "header")}
            made = services.add_endpoint(request.business, user=request.user, now=request.now, **given)
            form = EndpointForm()
        except (InvalidInput, Conflict) as problem:
            field = problem.details.get("field")
            form.add_error(field if field in form.fields else None, problem.message)
    rows = [
        {"endpoint": row, "tone": TONES[row.state], "events": [EVENTS.get(name, name) for name in row.events]}
        for row in OutboundEndpoint.objects.of(request.business).order_by("created_at")
    ]
    context = {"form": form, "made": made, "rows": rows}
    return render(request, "recommendations/outbound/page.html", context)


@never_cache
@require_safe
@business_view(permission="write:business")
def endpoint(request: BusinessRequest, endpoint: UUID) -> HttpResponse:
    """One endpoint and the newest messages to it, with every attempt."""
    found = services.endpoint_of(request.business, endpoint)
    newest = OutboundMessage.objects.of(request.business).filter(endpoint=found).order_by("-created_at")[:SHOWN]
    rows = [{"message": row, "tone": TONES[row.state], "last": row.attempts[-1] if row.attempts else None}
            for row in newest]  # fmt: skip
    context = {"endpoint": found, "tone": TONES[found.state], "rows": rows}
    return render(request, "recommendations/outbound/endpoint.html", context)


@require_POST
@business_view(permission="write:business")
def deed(request: BusinessRequest, endpoint: UUID) -> HttpResponse:
    """Pause, resume, test, rotate or remove one endpoint."""
    found = services.endpoint_of(request.business, endpoint)
    deeds: dict[str, tuple[Callable[[], Any], str]] = {
        "pause": (lambda: services.pause(found, user=request.user), "Nothing goes out until you resume."),
        "resume": (lambda: services.resume(found, user=request.user), "Messages go out again."),
        "test": (
            lambda: services.send_test(found, user=request.user, now=request.now),
            "A test message is on its way.",
        ),
        "remove": (lambda: services.remove(found, user=request.user), "The endpoint is removed."),
        "rotate": (lambda: _show_key(request, found), "The older key signs beside the new one for a day."),
    }
    asked = request.POST.get("deed", "")
    if asked not in deeds:
        messages.error(request, "That cannot be done with an endpoint.")
        return redirect("recommendations:outbound", business=request.business.slug)
    address = reverse("recommendations:outbound-endpoint", args=[request.business.slug, endpoint])
    if asked == "remove":
        address = reverse("recommendations:outbound", args=[request.business.slug])
    run, done = deeds[asked]
    return do(request, run, done=done, back=address)


@require_POST
@business_view(permission="write:business")
def replay(request: BusinessRequest, endpoint: UUID, message: UUID) -> HttpResponse:
    """Send an ended message once more."""
    found = services.endpoint_of(request.business, endpoint)
    return do(
        request,
        lambda: services.replay(found, message, user=request.user, now=request.now),
        done="The message goes out again.",
        back=reverse("recommendations:outbound-endpoint", args=[request.business.slug, endpoint]),
    )


def _show_key(request: BusinessRequest, found: OutboundEndpoint) -> None:
    key = services.rotate(found, user=request.user, now=request.now)
    messages.success(request, f"The new key, shown this once: {key}")
