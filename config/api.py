"""The JSON API's mount: authentication, the one error shape, and each app's routers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser

from accounts.api.auth import AUTHENTICATION
from accounts.errors import NotSignedIn, NotYours, Problem
from accounts.problems import problem_body, problem_headers


class ObjectParser(Parser):
    """Takes a JSON object as body and nothing else: a list or a text would pass as an object without fields."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        body = json.loads(request.body)
        if not isinstance(body, dict):
            raise ValueError("not an object")
        for text in _texts(body):
            if "\x00" in text:
                raise ValueError("no database stores this character")
            text.encode()  # half a surrogate pair is JSON, but no text
        return body


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


api = NinjaAPI(
    title="Bellwether",
    version="1",
    description="Facts, figures with their evidence, recommendations and answers of one business.",
    auth=AUTHENTICATION,
    urls_namespace="api",
    parser=ObjectParser(),
)


@api.exception_handler(Problem)
def on_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    # Ninja turns exceptions into answers inside the request's transaction, which must not keep half a deed.
    if transaction.get_connection().in_atomic_block:
        transaction.set_rollback(True)
    response = api.create_response(request, problem_body(problem), status=problem.status)
    for name, value in problem_headers(problem).items():
        response[name] = value
    return response


@api.exception_handler(ValidationError)
def on_validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = [{"at": ".".join(str(part) for part in e["loc"]), "message": e["msg"]} for e in error.errors]
    return on_problem(request, Problem("The request has invalid values.", code="invalid_input", fields=fields))


@api.exception_handler(AuthenticationError)
def on_authentication_error(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return on_problem(request, NotSignedIn("A session, a bearer token or an API key is needed."))


@api.exception_handler(Http404)
def on_missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return on_problem(request, NotYours("There is nothing here for you."))


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    problem = Problem(str(error), code="invalid_input")
    problem.status = error.status_code
    return on_problem(request, problem)


for app in ("accounts", "billing", "ingestion", "analytics", "recommendations", "agent"):
    if find_spec(f"{app}.api"):
        for prefix, router in import_module(f"{app}.api").ROUTERS:
            api.add_router(prefix, router)
