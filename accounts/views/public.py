"""What everybody may see: the front page, and light or dark."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.models import User

YEAR = 365 * 24 * 3600


def landing(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/landing.html")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark: on the person where there is one, and in a cookie for pages before the log-in."""
    wanted = request.POST.get("theme", "")
    chosen = wanted if wanted in User.Theme.values else User.Theme.SYSTEM
    if request.user.is_authenticated:
        request.user.theme = chosen
        request.user.save(update_fields=["theme"])
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    response = redirect(target if is_ours else "landing")
    response.set_cookie("theme", chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response
