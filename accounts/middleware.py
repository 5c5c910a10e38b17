"""The frame around every request."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from allauth.account.middleware import AccountMiddleware
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import timezone

from accounts.errors import Problem, WrongMethod
from accounts.problems import is_api, problem_json, problem_page
from accounts.requests import request_id as current_request_id
from accounts.tenancy import tenant_transaction

Handler = Callable[[HttpRequest], HttpResponseBase]
GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,36}")


def request_id(get_response: Handler) -> Handler:
    """Give each request an id and one moment in time; both go wherever its work goes."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        identity = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        token = current_request_id.set(identity)
        request.now = timezone.now()  # type: ignore[attr-defined]
        try:
            with structlog.contextvars.bound_contextvars(request_id=identity):
                response = get_response(request)
        finally:
            current_request_id.reset(token)
            timezone.deactivate()  # a page of a business shows its time zone; the next request starts anew
        response["X-Request-ID"] = identity
        return response

    return middleware


def webhook_lane(get_response: Handler) -> Handler:
    """Answer webhooks at once: they have no session, no user, no cookie and no page around them."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith("/webhooks/"):
            return get_response(request)
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return HttpResponse(status=404)
        try:
            return match.func(request, *match.args, **match.kwargs)
        except Problem as problem:
            return HttpResponse(f"{problem.code}: {problem.message}", status=problem.status, content_type="text/plain")

    return middleware


class TenantMiddleware:
    """Run each view in one transaction as the tenant role, unless it is marked `as_owner` or is the admin's.

    The response is rendered inside, so a lazy template reads behind the same wall as its view. A Problem rolls the
    transaction back and becomes a page.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == 405 and is_api(request):
            allowed = response.headers.get("Allow", "")
            response = problem_json(WrongMethod("This address takes other methods.", allowed=allowed))
            response["Allow"] = allowed
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase:
        try:
            if runs_as_owner(request, view):
                return view(request, *args, **kwargs)
            user_id = request.user.pk if request.user.is_authenticated else None
            with tenant_transaction(user_id=user_id):
                return _rendered(view(request, *args, **kwargs))
        except Problem as problem:
            return problem_page(request, problem)
        except (ImmediateHttpResponse, ReauthenticationRequired) as answer:
            # A view called from here is out of reach of Django's process_exception, by which allauth asks for the
            # password again before MFA is changed.
            return AccountMiddleware(self.get_response).process_exception(request, answer)


def runs_as_owner(request: HttpRequest, view: Callable[..., Any]) -> bool:
    """Whether the view works across businesses: the staff console, or a view that says why."""
    match = request.resolver_match
    return bool(getattr(view, "runs_as_owner", "")) or (match is not None and match.app_name == "admin")


def _rendered(response: Any) -> HttpResponseBase:
    if getattr(response, "is_rendered", True) is False and callable(getattr(response, "render", None)):
        response = response.render()
    return response
