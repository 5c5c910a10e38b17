"""Error pages of the whole house."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.errors import NotAllowed, NotYours, Problem, ServerFault
from accounts.problems import is_api, problem_json, problem_page


def bad_request(request: HttpRequest, exception: Any) -> HttpResponse:
    return problem_page(request, Problem("The request could not be read."))


def forbidden(request: HttpRequest, exception: Any) -> HttpResponse:
    return problem_page(request, NotAllowed("You may not do this."))


def not_found(request: HttpRequest, exception: Any) -> HttpResponse:
    return problem_page(request, NotYours("There is nothing here for you."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Stands without database and session: whatever broke may be just that."""
    if is_api(request):
        return problem_json(ServerFault("Something broke on our side. It is written down."))
    return render(None, "errors/500.html", status=500)
