"""What the provider leaves open and OAuth 2.1 does not: S256 always, `iss` in the answer, clean resource errors."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from allauth.idp.oidc.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from agent.oauth.adapter import issuer

AUTHORIZE = "/identity/o/authorize"
TOKEN = "/identity/o/api/token"  # noqa: S105 - an address

Handler = Callable[[HttpRequest], HttpResponseBase]


def oauth_2_1(get_response: Handler) -> Handler:
    """Stands around the two endpoints where a code is asked for and exchanged; touches nothing else."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path_info == AUTHORIZE:
            return _authorize(request, get_response)
        if request.path_info == TOKEN:
            return _bad_resource(request) or get_response(request)
        return get_response(request)

    return middleware


def _authorize(request: HttpRequest, get_response: Handler) -> HttpResponseBase:
    asked = request.GET
    # A form that comes back carries the request signed; only the first request can lack a challenge.
    begins = "client_id" in asked
    if begins and (asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge")):
        return HttpResponse(
            "This request has no S256 code challenge (PKCE), so it is refused.",
            status=HTTPStatus.BAD_REQUEST,
            content_type="text/plain; charset=utf-8",
        )
    return with_issuer(get_response(request))


def with_issuer(response: HttpResponseBase) -> HttpResponseBase:
    """Name the issuer beside the code or the error, so that a client can tell two servers apart (RFC 9207)."""
    target = response.headers.get("Location", "")
    query = urlsplit(target).query
    if response.status_code == HTTPStatus.FOUND and ("code=" in query or "error=" in query):
        response["Location"] = f"{target}&{urlencode({'iss': issuer()})}"
    return response


def _bad_resource(request: HttpRequest) -> HttpResponse | None:
    try:
        get_adapter().validate_resource_uris(uris=request.POST.getlist("resource"))
    except (ValidationError, ValueError):
        body = {"error": "invalid_target", "error_description": "Tokens are given for the MCP endpoint only."}
        return JsonResponse(body, status=HTTPStatus.BAD_REQUEST)
    return None
