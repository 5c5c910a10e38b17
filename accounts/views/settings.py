"""The business's own pages for its owners: what it says about itself, and what happened in it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import business_view
from accounts.businesses import update_business
from accounts.forms import BusinessForm
from accounts.models import Event
from accounts.requests import BusinessRequest

EVENTS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event in words."""

    at: datetime
    what: str
    who: str
    subject: str
    reason: str
    details: str


@require_http_methods(["GET", "HEAD", "POST"])
@business_view(permission="write:business")
def settings_page(request: BusinessRequest) -> HttpResponse:
    """Name, currency, time zone and what else a business says about itself."""
    form = BusinessForm.of(request.business, request.POST or None)
    if request.method == "POST" and form.is_valid():
        update_business(request.business, actor=request.user, **asdict(form.profile()))
        messages.success(request, "Saved.")
        return redirect("accounts:settings", business=request.business.slug)
    return render(request, "accounts/settings.html", {"form": form})


@require_safe
@business_view(permission="write:business")
def events_page(request: BusinessRequest) -> HttpResponse:
    """Who did what in this business, the newest first."""
    events = Event.objects.of(request.business).select_related("actor").order_by("-at", "-pk")
    page = Paginator(events, EVENTS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/events.html", {"page": page, "rows": [_row(event) for event in page]})


def _row(event: Event) -> EventRow:
    """`accounts.member.role_changed` reads as "Member role changed"; the desk's name stays where it is one."""
    words = event.name.removeprefix("accounts.").replace(".", " ").replace("_", " ")
    return EventRow(
        at=event.at,
        what=words[:1].upper() + words[1:],
        who=str(event.actor) if event.actor else "Bellwether",
        subject=event.subject,
        reason=event.reason,
        details=", ".join(f"{key} {value}" for key, value in event.ids.items()),
    )
