"""Pages of activation: "already purchased?", and the page behind a mailed link."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.businesses import home_of
from accounts.errors import InvalidInput, NotSignedIn
from accounts.models import Business
from accounts.ratelimit import rate_limited
from billing.activation import services
from billing.activation.asking import ask
from billing.activation.forms import AskForm

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
#: Where a new trader brings the first statement; until that page exists, the business's home.
FIRST_STEP = "trading:statements"


@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("activation_start", limit="10/h", by="ip")
def start_page(request: HttpRequest) -> HttpResponse:
    """Ask for order number and address. The answer does not tell whether they belong together."""
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask(number=form.cleaned_data["order"], email=form.cleaned_data["email"])
        except InvalidInput as problem:
            form.add_error(problem.details["field"], problem.message)
        else:
            return redirect("activation:asked")
    status = 400 if request.method == "POST" else 200
    return render(request, "billing/activation/start.html", {"form": form}, status=status)


@require_safe
def asked_page(request: HttpRequest) -> HttpResponse:
    return render(request, "billing/activation/asked.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("activation_link", limit="30/m", by="ip", methods=("GET", "POST"))
def link_page(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button: mail scanners open links. Only the button's POST uses the link up."""
    visitor = services.as_visitor(request.user)
    try:
        if request.method != "POST":
            offer = services.offered(token, visitor=visitor, now=_now(request))
            return render(request, "billing/activation/link.html", {"offer": offer, "visitor": visitor})
        done = services.activate(token, visitor=visitor, into=_into(request), now=_now(request))
    except services.LinkGone as gone:
        context = {"problem": gone, "token": token, "can_ask": gone.code == "link_expired"}
        return render(request, "billing/activation/gone.html", context, status=gone.status)
    except NotSignedIn:
        return redirect_to_login(request.get_full_path())
    if visitor is None:
        login(request, done.user, backend=BACKEND)
    return redirect(first_step(done.business))


@require_POST
@rate_limited("activation_again", limit="10/h", by="ip")
def mail_again(request: HttpRequest, token: str) -> HttpResponse:
    """A new link in place of one that expired; it goes to the address of the order."""
    services.mail_again(token, now=_now(request))
    return redirect("activation:asked")


def first_step(business: Business) -> str:
    """The address that a new business lands on."""
    try:
        return reverse(FIRST_STEP, kwargs={"business": business.slug})
    except NoReverseMatch:
        return home_of(business)


def _into(request: HttpRequest) -> UUID | None:
    text = request.POST.get("into", "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise InvalidInput("Choose a business that you own.", field="into") from None


def _now(request: HttpRequest) -> datetime:
    now: datetime = request.now  # type: ignore[attr-defined]
    return now
