"""Turning the daily mail off from the mail itself, and on or off from the page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import business_view
from accounts.errors import NotYours
from accounts.models import Business, Member
from accounts.requests import BusinessRequest
from accounts.tenancy import bind
from recommendations.digests.services import read_stop_token, set_wants_digest


@csrf_exempt  # mail programs post here with one click (RFC 8058); the signed link is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST stops: a mail program that opens every link must not stop anything."""
    business_id, member_id = read_stop_token(token)
    bind(business=Business(pk=business_id))
    member = Member.objects.filter(business_id=business_id, pk=member_id).select_related("business", "user").first()
    if member is None:
        raise NotYours("This membership has ended.")
    if request.method == "POST":
        set_wants_digest(member, False)
    return render(
        request, "recommendations/digests/stop.html", {"subscriber": member, "done": request.method == "POST"}
    )


@require_POST
@business_view(permission="read:analytics")
def choose(request: BusinessRequest) -> HttpResponse:
    """The member's own choice, from the recommendations page."""
    wanted = request.POST.get("wants_digest") == "on"
    set_wants_digest(request.member, wanted)
    messages.success(request, "You will get the daily mail." if wanted else "You will not get the daily mail.")
    return redirect("recommendations:list", business=request.business.slug)
