"""Error pages of the whole house."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.errors import NotAllowed, NotYours, Problem
from accounts.problems import problem_page


def bad_request(request: HttpRequest, exception: Any) -> HttpResponse:
    return problem_page(request, Problem("The request could not be read."))


def forbidden(request: HttpRequest, exception: Any) -> HttpResponse:
    return problem_page(request, NotAllowed("You may not do this."))


def not_found(request: HttpRequest, exception: Any) -> HttpResponse:
    return problem_page(request, NotYours("There is nothing here for you."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Stands without database and session: whatever broke may be just that."""
    return render(None, "errors/500.html", status=500)
