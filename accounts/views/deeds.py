"""Buttons: a deed, a sentence about it, and back to the page it was on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.errors import Conflict, InvalidInput


def do(request: HttpRequest, deed: Callable[[], Any], *, done: str, back: str) -> HttpResponse:
    """Run `deed`, tell how it went, and lead to `back`.

    What the person can mend is told on the page they came from; every other problem becomes a page of its own. Deeds
    raise before they write, so there is nothing to undo.
    """
    try:
        deed()
    except (InvalidInput, Conflict) as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, done)
    return redirect(back)
