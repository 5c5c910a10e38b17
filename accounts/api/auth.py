"""Who calls the API: a bearer token, an API key, or the browser's own session."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja.security import APIKeyHeader, HttpBearer, SessionAuth
from ninja.utils import check_csrf

from accounts import keys, tokens
from accounts.errors import NotAllowed
from accounts.models import ApiKey, User
from accounts.tenancy import bind


class Bearer(HttpBearer):
    """`Authorization: Bearer …` with an access token of /auth/login or an API key."""

    def authenticate(self, request: HttpRequest, token: str) -> User | ApiKey:
        if token.startswith(keys.PREFIX):
            return _enter_as_key(request, token)
        user = tokens.user_of_access(token, now=_now(request))
        request.user = user
        bind(user=user)
        return user


class KeyHeader(APIKeyHeader):
    """`X-API-Key: bw_…`, for programs that cannot send a bearer."""

    param_name = "X-API-Key"

    def authenticate(self, request: HttpRequest, key: str | None) -> ApiKey | None:
        return _enter_as_key(request, key) if key else None


class BrowserSession(SessionAuth):
    """The session of somebody signed in on the pages; writing needs the CSRF token, too."""

    def __call__(self, request: HttpRequest) -> Any | None:
        if not request.user.is_authenticated:
            return None
        if check_csrf(request) is not None:
            raise NotAllowed("Calls with a session need the CSRF token (X-CSRFToken).", code="csrf_failed")
        return request.user


def calling_user(request: HttpRequest) -> User:
    """The person behind the call. Errors: NotAllowed for an API key, which is no person."""
    if not isinstance(request.user, User):
        raise NotAllowed("An API key speaks for a business, not for a person.", code="person_needed")
    return request.user


def _enter_as_key(request: HttpRequest, text: str) -> ApiKey:
    key = keys.key_presented(text, now=_now(request))
    request.api_key = key  # type: ignore[attr-defined]
    return key


def _now(request: HttpRequest) -> datetime:
    now: datetime = request.now  # type: ignore[attr-defined]
    return now


#: Headers come first: whoever sends one means it, and a wrong one must not fall back to a session.
AUTHENTICATION = [Bearer(), KeyHeader(), BrowserSession()]
