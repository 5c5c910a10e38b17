"""Every address of the house is known: pages of a business have their page tests, API calls refuse who may not call.

A new URL below a business fails here until its app tests it with `FiveQuestions` (pages) or `FourRefusals` (deeds).
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.testing.deeds import FourRefusals
from accounts.testing.pages import FiveQuestions
from accounts.testing.world import World
from accounts.tokens import issue_tokens
from config.api import api

APPS = ("accounts", "billing", "ingestion", "analytics", "recommendations", "agent", "config")

#: Addresses below a business that neither base class fits, each with the test that answers for it.
OTHERWISE = {
    "accounts:switch": "accounts/tests/test_settings_pages.py::TestSwitch: it only redirects",
    "agent:conversation": "agent/chat/tests/test_pages.py::test_somebody_elses_conversation_is_nothing: it is personal",
    "agent:run": "agent/chat/tests/test_watching.py::test_somebody_elses_run_is_nothing: it is personal",
}
#: Addresses outside a business: open to everyone, or about the caller alone.
OUTSIDE = {
    "landing", "pricing", "enterprise", "billing:start", "styleguide", "home", "accounts:start", "accounts:theme",
    "accounts:profile", "accounts:business_new", "accounts:invitation", "health-live", "health-ready", "metrics",
    "files:download",
    "oauth-authorize", "oauth-metadata",  # agent/oauth/tests/test_flow.py
    "sources:stripe_callback", "recommendations:digest-stop",  # bound by a stored state and by a signed link
    "recommendations:decide-by-mail",  # a signed link: recommendations/digests/tests/test_decisions.py
    "activation:start", "activation:asked", "activation:link", "activation:again",  # the token is the proof
    "orders:page", "orders:upload",  # signed links
}  # fmt: skip
#: Whose addresses are somebody else's work, with tests of their own.
FOREIGN = ("admin:", "api:", "idp:", "account_", "mfa_", "socialaccount_", "google_")


def addresses(resolver: Any = None, space: str = "", route: str = "") -> Iterator[tuple[str, str]]:
    """(name, route) of every URL pattern; the name with its namespaces, or empty."""
    for entry in (resolver or get_resolver()).url_patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from addresses(entry, inner, here)
        elif isinstance(entry, URLPattern):
            yield (f"{space}{entry.name}" if entry.name else ""), here


def below_a_business() -> list[str]:
    return sorted({name for name, route in addresses() if "<slug:business>" in route})


@pytest.fixture(scope="module")
def tested() -> set[str]:
    """The URL names that a page or deed test claims, in any app."""
    for app in APPS:
        for path in sorted((settings.BASE_DIR / app).rglob("tests/test_*.py")):
            importlib.import_module(_module(path))
    return {url for base in (FiveQuestions, FourRefusals) for url in _urls(base)}


def _module(path: Path) -> str:
    return ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)


def _urls(base: type) -> Iterator[str]:
    for child in base.__subclasses__():
        if "url" in vars(child):
            yield child.__dict__["url"]
        yield from _urls(child)


class TestAddresses:
    @pytest.mark.parametrize("name", below_a_business())
    def test_below_a_business_have_a_stranger_test(self, name: str, tested: set[str]) -> None:
        assert name in tested or name in OTHERWISE, f"{name} needs a test derived from FiveQuestions or FourRefusals"

    def test_outside_a_business_are_listed(self) -> None:
        outside = {name for name, route in addresses() if "<slug:business>" not in route and name}
        unlisted = {name for name in outside - OUTSIDE if not name.startswith(FOREIGN)}
        assert {name for name in unlisted if not _is_webhook(name)} == set()

    def test_have_names(self) -> None:
        nameless = [route for name, route in addresses() if not name]
        assert [route for route in nameless if not route.startswith((settings.ADMIN_PATH, "accounts/"))] == []

    def test_that_are_listed_exist(self) -> None:
        assert set(OTHERWISE) <= set(below_a_business())


def _is_webhook(name: str) -> bool:
    """Signed by the sender, without a session; the inbox tests answer for them."""
    return any(route.startswith("webhooks/") for other, route in addresses() if other == name)


Call = tuple[str, str, dict[str, Any]]
#: Calls that anybody may make: they are how one becomes somebody, or they carry a signature of their own.
OPEN = {
    ("POST", "/auth/signup"), ("POST", "/auth/verify"), ("POST", "/auth/code"), ("POST", "/auth/login"),
    ("POST", "/auth/refresh"), ("POST", "/auth/logout"), ("GET", "/auth/callback/google"),
    ("GET", "/integrations/stripe/callback"), ("POST", "/activations/start"), ("POST", "/activations/verify"),
}  # fmt: skip


def calls() -> list[Call]:
    """(method, path, operation) of everything in the OpenAPI description."""
    schema = api.get_openapi_schema(path_prefix="/api/v1")
    return [
        (method.upper(), path, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def named(call: Call) -> str:
    return f"{call[0]} {call[1]}"


def ask(call: Call, *, token: str = "", business: Any = None) -> Any:
    """Make the call with made-up ids in the path and, where it takes one, `business`."""
    method, path, operation = call
    query = {}
    for parameter in operation.get("parameters", []):
        kind, wanted = parameter["schema"].get("type"), parameter["name"]
        value = business if wanted == "business_id" else ("1" if kind == "integer" else str(uuid4()))
        if parameter["in"] == "path":
            path = path.replace("{" + wanted + "}", str(value))
        elif wanted == "business_id":
            query[wanted] = str(business)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    target = path + ("?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else "")
    body = json.dumps(_body(operation, business)) if "requestBody" in operation else ""
    return Client().generic(method, target, body, content_type="application/json", headers=headers)


def takes_a_business(call: Call) -> bool:
    in_query = any(parameter["name"] == "business_id" for parameter in call[2].get("parameters", []))
    return in_query or "business_id" in _properties(call[2])


def _properties(operation: dict[str, Any]) -> dict[str, Any]:
    """The fields of an operation's JSON body; empty where it takes none."""
    content = operation.get("requestBody", {}).get("content", {})
    reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    schemas = api.get_openapi_schema(path_prefix="/api/v1")["components"]["schemas"]
    return schemas[reference.rsplit("/", 1)[1]]["properties"] if reference else {}


def _body(operation: dict[str, Any], business: Any) -> dict[str, Any]:
    """Something for every field that has no default; `business` where one is asked for."""
    made = {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}
    fields = {name: made.get(field.get("type"), "something") for name, field in _properties(operation).items()
              if "default" not in field and "anyOf" not in field}  # fmt: skip
    return {**fields, "business_id": str(business)}


class TestApiCalls:
    @pytest.mark.parametrize("call", calls(), ids=named)
    def test_need_somebody(self, world: World, call: Call) -> None:
        if (call[0], call[1].removeprefix("/api/v1")) in OPEN:
            return
        answer = ask(call, business=world.business.pk)
        assert answer.status_code == 401 and answer.json()["error"]["code"] == "not_signed_in"

    @pytest.mark.parametrize("call", [call for call in calls() if takes_a_business(call)], ids=named)
    def test_refuse_the_business_of_others(self, world: World, call: Call) -> None:
        token = issue_tokens(world.stranger, now=timezone.now()).access
        answer = ask(call, token=token, business=world.business.pk)
        # A body that is incomplete is said before access is looked at, and tells nothing.
        assert answer.status_code in (403, 404) or answer.json()["error"]["code"] == "invalid_input"
        assert "Acme" not in answer.content.decode()

    def test_of_open_calls_are_listed_exactly(self) -> None:
        unguarded = {(m, p.removeprefix("/api/v1")) for m, p, operation in calls() if "security" not in operation}
        assert unguarded <= OPEN
