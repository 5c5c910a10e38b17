"""What a member is told by mail: their page, and the link in each mail that ends its kind."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.access import business_view
from accounts.errors import InvalidInput, NotYours
from accounts.models import Business
from accounts.requests import BusinessRequest
from accounts.tenancy import bind
from recommendations.preferences.forms import PreferenceForm
from recommendations.preferences.mails import read_stop_token
from recommendations.preferences.queries import members_with_preferences
from recommendations.preferences.services import choose
from recommendations.preferences.services import stop as stop_kind


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@business_view(permission="read:analytics")
def preferences(request: BusinessRequest) -> HttpResponse:
    """The member's own choice; nobody else's can be seen or changed."""
    form = PreferenceForm(request.member, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            changed = choose(request.member, form.choice(), at=request.now)
        except InvalidInput as problem:
            field = problem.details.get("field")
            form.add_error(field if field in form.fields else None, problem.message)
        else:
            said = "Saved. It holds from the next mail on." if changed else "Nothing changed: that is how it was."
            messages.success(request, said)
            return redirect("recommendations:preferences", business=request.business.slug)
    return render(request, "recommendations/preferences/page.html", {"form": form})


@csrf_exempt  # mail programs post here with one click (RFC 8058); the signed link is the proof
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST stops: a mail program that opens every link must not stop anything."""
    business_id, member_id, kind = read_stop_token(token)
    bind(business=Business(pk=business_id))
    member = members_with_preferences().filter(business_id=business_id, pk=member_id).first()
    if member is None:
        raise NotYours("This membership has ended.")
    if request.method == "POST":
        stop_kind(member, kind, at=cast(BusinessRequest, request).now)
    context = {
        "subscriber": member,
        "kind": kind,
        "done": request.method == "POST",
        "settings_url": reverse("recommendations:preferences", args=[member.business.slug]),
    }
    return render(request, "recommendations/preferences/stop.html", context)
