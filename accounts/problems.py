"""Problems as answers: pages for people, one JSON shape for programs."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render

from accounts.errors import NotSignedIn, Problem, TooMany

TITLES = {400: "That did not work", 402: "Not in your plan", 403: "Not allowed", 404: "Nothing here",
          409: "Not possible now", 413: "Too large", 429: "Slow down a little",
          503: "Not reachable right now"}  # fmt: skip
TEMPLATES = {402: "errors/402.html", 403: "errors/403.html", 404: "errors/404.html", 429: "errors/429.html"}


def problem_body(problem: Problem) -> dict[str, Any]:
    """The one error shape of the API: `{error: {code, message, details}}`."""
    return {"error": {"code": problem.code, "message": problem.message, "details": problem.details}}


def problem_headers(problem: Problem) -> dict[str, str]:
    if isinstance(problem, TooMany):
        return {"Retry-After": str(max(1, int(problem.retry_after.total_seconds())))}
    return {}


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def problem_json(problem: Problem) -> HttpResponse:
    """The answer for programs, where no API operation was there to give it: an unknown path, a wrong method."""
    return JsonResponse(problem_body(problem), status=problem.status, headers=problem_headers(problem))


def problem_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The page for a problem; someone who is not signed in is led to the login and back."""
    if is_api(request):
        return problem_json(problem)
    if isinstance(problem, NotSignedIn):
        return _to_login(request)
    context = {
        "problem": problem,
        "title": TITLES.get(problem.status, "That did not work"),
        "status": problem.status,
    }
    template = TEMPLATES.get(problem.status, "errors/400.html")
    response = render(request, template, context, status=max(problem.status, 400))
    for name, value in problem_headers(problem).items():
        response[name] = value
    return response


def _to_login(request: HttpRequest) -> HttpResponse:
    target: HttpResponseRedirect = redirect_to_login(request.get_full_path())
    if request.headers.get("HX-Request"):
        # A fragment cannot become the login page: tell htmx to leave the page instead.
        return HttpResponse(status=204, headers={"HX-Redirect": target.url})
    return target
