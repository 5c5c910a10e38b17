"""The drawer: a fragment that is also a page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import business_view
from accounts.requests import BusinessRequest
from recommendations.notifications.queries import drawer, unread_count
from recommendations.notifications.services import mark_read


@require_safe
@business_view(permission="read:analytics")
def alerts(request: BusinessRequest) -> HttpResponse:
    """Everything that stands; the fragment for the drawer, the page for everyone else."""
    template = "_drawer" if _is_fragment(request) else "page"
    context = {"lines": drawer(request.business, request.user)}
    return render(request, f"recommendations/notifications/{template}.html", context)


@require_safe
@business_view(permission="read:analytics")
def alerts_count(request: BusinessRequest) -> HttpResponse:
    """The number on the bell."""
    context = {"unread": unread_count(request.business, request.user)}
    return render(request, "recommendations/notifications/_count.html", context)


@require_POST
@business_view(permission="read:analytics")
def alerts_read(request: BusinessRequest) -> HttpResponse:
    """Mark everything as seen."""
    mark_read(request.business, request.user, at=request.now)
    if _is_fragment(request):
        context = {"lines": drawer(request.business, request.user)}
        return render(request, "recommendations/notifications/_drawer.html", context)
    return redirect("recommendations:alerts", business=request.business.slug)


def _is_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
