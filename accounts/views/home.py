"""The way in: where a person goes after signing in, and how a business begins."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import business_view
from accounts.businesses import after_onboarding, create_business, home_of
from accounts.errors import NotSignedIn
from accounts.forms import BusinessForm
from accounts.models import Member
from accounts.ratelimit import rate_limited
from accounts.requests import BusinessRequest


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the only business, to the choice between several, or to making the first."""
    if not request.user.is_authenticated:
        raise NotSignedIn("Sign in to open your desk.")
    members = Member.objects.filter(user=request.user).select_related("business").order_by("business__name")
    mine = list(members)
    if not mine:
        return redirect("accounts:business_new")
    if len(mine) == 1:
        return redirect(home_of(mine[0].business))
    return render(request, "accounts/home.html", {"memberships": mine})


@business_view(permission="read:analytics")
def switch(request: BusinessRequest) -> HttpResponse:
    """The front door of one business."""
    return redirect(home_of(request.business))


@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("business_new", limit="10/h", by="user")
def business_new(request: HttpRequest) -> HttpResponse:
    """Onboarding, first step: the business. The second step connects its first source."""
    if not request.user.is_authenticated:
        raise NotSignedIn("Sign in to add a business.")
    form = BusinessForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        business = create_business(form.profile(), owner=request.user)
        if wanted := _next(request):
            return redirect(wanted)
        messages.success(request, f"{business.name} is set up. Now connect where its money runs.")
        return redirect(after_onboarding(business))
    return render(request, "onboarding/business.html", {"form": form})


def _next(request: HttpRequest) -> str:
    """Where the newcomer was going, such as a plan they chose; empty for an address that is not ours."""
    target = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if is_ours else ""
