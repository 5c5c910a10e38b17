"""The order page: status, files, extras, behind a signed link and without any log-in."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import Conflict, InvalidInput, NotYours, TooLarge
from accounts.ratelimit import rate_limited
from accounts.tenancy import lifted
from billing.autopsy.files import add_file
from billing.autopsy.queries import order_page

WHY = "a signed link names an order that belongs to no business"


@never_cache
@require_safe
@rate_limited("order_page", limit="60/m", by="ip", methods=("GET",))
def page(request: HttpRequest, token: str) -> HttpResponse:
    try:
        with lifted(WHY):
            shown = order_page(token, as_of=_now(request))
    except NotYours as gone:
        return render(request, "billing/orders/gone.html", {"problem": gone}, status=gone.status)
    return render(request, "billing/orders/page.html", {"page": shown, "token": token})


@never_cache
@require_POST
@rate_limited("order_file", limit="20/h", by="ip")
def upload(request: HttpRequest, token: str) -> HttpResponse:
    """Attach a file to the order; the page then says what became of it."""
    file = request.FILES.get("file")
    try:
        with lifted(WHY):
            item = order_page(token, as_of=_now(request)).item
            if file is None:
                raise InvalidInput("Choose a file first.", field="file")
            is_new = add_file(item, file, now=_now(request))
    except NotYours as gone:
        return render(request, "billing/orders/gone.html", {"problem": gone}, status=gone.status)
    except (InvalidInput, TooLarge, Conflict) as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, "Your file is here." if is_new else "We have this file already.")
    return redirect("orders:page", token=token)


def _now(request: HttpRequest) -> datetime:
    now: datetime = request.now  # type: ignore[attr-defined]
    return now
