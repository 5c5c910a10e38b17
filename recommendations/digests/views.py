"""Deciding from the mail itself: reading asks, only the button acts."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts import gates
from accounts.errors import NotYours
from accounts.models import Business
from accounts.requests import BusinessRequest
from accounts.tenancy import bind
from recommendations.digests.decisions import read_link
from recommendations.digests.meeting import Meeting, meet, press


@csrf_exempt  # who opens it from a mail may have no cookie of ours; the signed link is the proof
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def decide_by_mail(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what would be decided, POST decides: a program that opens every link must not decide anything."""
    try:
        link = read_link(token)
    except NotYours as problem:
        return _page(request, Meeting("forged", "This link does not work", problem.message, http=404))
    entered = cast(BusinessRequest, request)
    bind(business=Business(pk=link.business))
    found = meet(link, at=entered.now)
    if found.member is not None:
        timezone.activate(found.member.business.time_zone)
    if request.method == "POST" and found.state == "open" and found.member is not None:
        _ask_the_plan(entered, found.member.business)
    return _page(request, press(link, at=entered.now) if request.method == "POST" else found)


def _ask_the_plan(request: BusinessRequest, business: Business) -> None:
    """The same gate as behind the board's buttons. Errors: whatever it raises, such as a plan that is read-only."""
    request.business = business
    gates.pass_gates(request, desk="", permission="write:recommendations")


def _page(request: HttpRequest, found: Meeting) -> HttpResponse:
    url = ""
    if found.member is not None:
        slug = found.member.business.slug
        url = reverse("recommendations:detail", args=[slug, found.row.pk]) if found.row else (
            reverse("recommendations:list", args=[slug])
        )  # fmt: skip
    return render(request, "recommendations/digests/decide.html", {"found": found, "url": url}, status=found.http)
