"""The whole way of a program: registration, consent for one business, token, and what ends it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.idp.oidc.models import Client as Program
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import Business, Member, User
from accounts.permissions import Role
from accounts.testing.deeds import FourRefusals
from accounts.testing.pages import FiveQuestions
from accounts.testing.world import MOMENT, World
from agent.mcp.callers import caller_of
from agent.models import McpConsent
from agent.oauth.adapter import SCOPE, resource, with_both_loopbacks

REDIRECT = "http://127.0.0.1:5173/callback"
VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
AUTHORIZE = "/identity/o/authorize"


@pytest.fixture(autouse=True)
def _codes() -> None:
    cache.clear()


def register(**changes: Any) -> Any:
    body = {"client_name": "Desk helper", "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "none"} | changes
    return Client().post("/identity/o/api/clients", json.dumps(body), content_type="application/json")


def request_of(client_id: str, **changes: Any) -> dict[str, str]:
    return {
        "response_type": "code", "client_id": client_id, "redirect_uri": REDIRECT, "state": "s1", "scope": SCOPE,
        "code_challenge": CHALLENGE, "code_challenge_method": "S256", "resource": resource(),
    } | changes  # fmt: skip


def consent(browser: Client, asked: dict[str, str], business: Business, *, action: str = "grant") -> Any:
    page = browser.get(AUTHORIZE, asked)
    assert page.status_code == 200, page.content[:300]
    signed = re.search(r'name="request" value="([^"]+)"', page.content.decode())
    assert signed is not None
    form = {"request": signed[1], "scopes": [SCOPE], "business": str(business.pk), "action": action}
    return browser.post(AUTHORIZE, form)


def answered(response: Any) -> dict[str, str]:
    assert response.status_code == 302, response.content[:500]
    assert response["Location"].startswith(REDIRECT)
    return {name: values[0] for name, values in parse_qs(urlsplit(response["Location"]).query).items()}


def exchange(client_id: str, **fields: str) -> Any:
    form = {"client_id": client_id, "resource": resource(), **fields}
    return Client().post("/identity/o/api/token", form)


def token_for(world: World, client_of: Callable[[Any], Client], user: User | None = None) -> dict[str, Any]:
    client_id = register().json()["client_id"]
    code = answered(consent(client_of(user or world.owner), request_of(client_id), world.business))["code"]
    got = exchange(client_id, grant_type="authorization_code", code=code, redirect_uri=REDIRECT, code_verifier=VERIFIER)
    assert got.status_code == 200, got.content
    return {**got.json(), "client_id": client_id}


class TestTheWholeWay:
    def test_ends_with_a_token_for_the_chosen_business(self, world: World, client_of: Any) -> None:
        token = token_for(world, client_of)
        found = caller_of(token["access_token"], now=MOMENT)
        assert found is not None
        assert (found.business_id, found.user_id, found.client) == (world.business.pk, world.owner.pk, "Desk helper")

    def test_names_the_issuer_beside_the_code(self, world: World, client_of: Any, settings: Any) -> None:
        client_id = register().json()["client_id"]
        answer = answered(consent(client_of(world.owner), request_of(client_id), world.business))
        assert (answer["iss"], answer["state"]) == (f"{settings.BASE_URL}/", "s1")

    def test_a_no_gives_no_code(self, world: World, client_of: Any) -> None:
        client_id = register().json()["client_id"]
        answer = answered(consent(client_of(world.owner), request_of(client_id), world.business, action="cancel"))
        assert answer["error"] == "access_denied" and "iss" in answer and "code" not in answer
        assert not McpConsent.objects.exists()

    def test_a_request_without_a_scope_means_reading(self, world: World, client_of: Any) -> None:
        client_id = register().json()["client_id"]
        asked = request_of(client_id)
        del asked["scope"]
        assert "code" in answered(consent(client_of(world.owner), asked, world.business))

    def test_refreshing_rotates_and_the_old_one_is_worth_nothing(self, world: World, client_of: Any) -> None:
        first = token_for(world, client_of)
        again = exchange(first["client_id"], grant_type="refresh_token", refresh_token=first["refresh_token"])
        assert again.status_code == 200
        assert caller_of(again.json()["access_token"], now=MOMENT) is not None
        reused = exchange(first["client_id"], grant_type="refresh_token", refresh_token=first["refresh_token"])
        assert reused.status_code in (400, 401) and reused.json()["error"] == "invalid_grant"

    def test_consenting_anew_for_another_business_moves_the_program(self, world: World, client_of: Any) -> None:
        Member.objects.create(business=world.other, user=world.owner, role=Role.ANALYST)
        client_id = register().json()["client_id"]
        browser = client_of(world.owner)
        consent(browser, request_of(client_id), world.business)
        code = answered(consent(browser, request_of(client_id), world.other))["code"]
        got = exchange(
            client_id, grant_type="authorization_code", code=code, redirect_uri=REDIRECT, code_verifier=VERIFIER
        )
        found = caller_of(got.json()["access_token"], now=MOMENT)
        assert found is not None and found.business_id == world.other.pk
        assert McpConsent.objects.count() == 1


class TestWhatEndsAToken:
    def test_withdrawing_the_consent(self, world: World, client_of: Any) -> None:
        token = token_for(world, client_of)
        kept = McpConsent.objects.get()
        address = reverse("agent:connect-withdraw", args=[world.business.slug, kept.pk])
        assert client_of(world.owner).post(address).status_code == 302
        assert caller_of(token["access_token"], now=MOMENT) is None
        again = exchange(token["client_id"], grant_type="refresh_token", refresh_token=token["refresh_token"])
        assert again.status_code in (400, 401)

    def test_leaving_the_business(self, world: World, client_of: Any) -> None:
        token = token_for(world, client_of, world.viewer)
        Member.objects.filter(user=world.viewer).delete()
        assert caller_of(token["access_token"], now=MOMENT) is None

    def test_being_switched_off(self, world: World, client_of: Any) -> None:
        token = token_for(world, client_of)
        User.objects.filter(pk=world.owner.pk).update(is_active=False)
        assert caller_of(token["access_token"], now=MOMENT) is None

    def test_time(self, world: World, client_of: Any) -> None:
        from allauth.idp.oidc.models import Token

        token = token_for(world, client_of)
        Token.objects.update(expires_at=MOMENT - timedelta(days=400))
        assert caller_of(token["access_token"], now=MOMENT) is None


class TestRefusals:
    @pytest.mark.parametrize(
        "redirect",
        [
            "javascript:alert(1)", "http://evil.example/callback", "https://user@evil.example/x", "https:///x",
            "https://a.example/x#f", "data:text/html,x", "http://[::1", "app://callback",
        ],
    )  # fmt: skip
    def test_redirects_that_could_leak_a_code(self, world: World, redirect: str) -> None:
        assert register(redirect_uris=[redirect]).status_code == 400
        assert not Program.objects.exists()

    @pytest.mark.parametrize("grants", [["client_credentials"], ["authorization_code", "client_credentials"]])
    def test_grants_without_a_person(self, world: World, grants: list[str]) -> None:
        assert register(grant_types=grants).status_code == 400

    def test_wider_scopes_are_cut_to_reading(self, world: World) -> None:
        assert register(scope="openid email admin").status_code == 201
        assert Program.objects.get().get_scopes() == [SCOPE]

    @pytest.mark.parametrize(
        "changes",
        [{"code_challenge_method": "plain"}, {"code_challenge": ""}, {"code_challenge_method": ""}],
    )
    def test_a_request_without_s256(self, world: World, client_of: Any, changes: dict[str, str]) -> None:
        client_id = register().json()["client_id"]
        assert client_of(world.owner).get(AUTHORIZE, request_of(client_id, **changes)).status_code == 400

    def test_a_verifier_that_does_not_fit(self, world: World, client_of: Any) -> None:
        client_id = register().json()["client_id"]
        code = answered(consent(client_of(world.owner), request_of(client_id), world.business))["code"]
        got = exchange(
            client_id, grant_type="authorization_code", code=code, redirect_uri=REDIRECT, code_verifier="w" * 50
        )
        assert got.status_code in (400, 401)

    def test_a_code_used_twice(self, world: World, client_of: Any) -> None:
        client_id = register().json()["client_id"]
        code = answered(consent(client_of(world.owner), request_of(client_id), world.business))["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
        assert exchange(client_id, **form).status_code == 200
        assert exchange(client_id, **form).status_code in (400, 401)

    @pytest.mark.parametrize("meant", ["https://other.example/mcp", "not a uri", "http://[", ""])
    def test_a_token_for_another_resource(self, world: World, meant: str) -> None:
        got = exchange("x", grant_type="authorization_code", code="c", resource=meant)
        assert (got.status_code, got.json()["error"]) == (400, "invalid_target")

    def test_a_token_that_names_no_resource_opens_nothing(self, world: World, client_of: Any) -> None:
        from allauth.idp.oidc.models import Token

        token = token_for(world, client_of)
        Token.objects.update(data={})
        assert caller_of(token["access_token"], now=MOMENT) is None

    def test_a_business_one_is_no_member_of(self, world: World, client_of: Any) -> None:
        client_id = register().json()["client_id"]
        response = consent(client_of(world.owner), request_of(client_id), world.other)
        assert response.status_code == 200  # the form again, with the choice refused
        assert not McpConsent.objects.exists()

    def test_a_form_from_elsewhere(self, world: World, client_of: Any) -> None:
        client_id = register().json()["client_id"]
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(world.owner)
        assert consent(browser, request_of(client_id), world.business).status_code == 403

    def test_nobody_in_particular_is_asked_to_sign_in(self, world: World) -> None:
        client_id = register().json()["client_id"]
        response = Client().get(AUTHORIZE, request_of(client_id))
        assert response.status_code == 302 and "/accounts/login/" in response["Location"]


class TestMetadata:
    @pytest.mark.parametrize("name", ["openid-configuration", "oauth-authorization-server"])
    def test_says_what_is_true(self, world: World, name: str, settings: Any) -> None:
        data = Client().get(f"/.well-known/{name}").json()
        assert data["issuer"] == f"{settings.BASE_URL}/"
        assert data["scopes_supported"] == [SCOPE]
        assert data["code_challenge_methods_supported"] == ["S256"]
        assert data["grant_types_supported"] == ["authorization_code", "refresh_token"]
        assert data["authorization_response_iss_parameter_supported"] is True


def test_localhost_is_registered_with_its_number_too() -> None:
    assert with_both_loopbacks(["http://localhost:99/cb"]) == ["http://localhost:99/cb", "http://127.0.0.1:99/cb"]
    assert with_both_loopbacks(["https://a.example/cb"]) == ["https://a.example/cb"]


class TestConnectPage(FiveQuestions):
    url = "agent:connect"
    permission = "use:agent"

    def test_says_where_and_lists_who_is_in(self) -> None:
        McpConsent.objects.create(
            business=self.world.business, user=self.world.owner, client_id="x", client_name="Desk helper"
        )
        page = self.client_of(self.world.owner).get(self.address(self.world)).content.decode()
        assert resource() in page and "Desk helper" in page and "Withdraw" in page
        theirs = self.client_of(self.world.viewer).get(self.address(self.world)).content.decode()
        assert "Desk helper" in theirs and "Withdraw</button>" not in theirs


class TestWithdrawDeed(FourRefusals):
    url = "agent:connect-withdraw"
    permission = "write:keys"

    def deed_kwargs(self, world: World) -> dict[str, Any]:
        kept = McpConsent.objects.create(business=world.business, user=world.owner, client_id="x")
        return {"consent": kept.pk}

    def test_of_another_business_is_nothing(self) -> None:
        theirs = McpConsent.objects.create(business=self.world.other, user=self.world.stranger, client_id="y")
        address = reverse("agent:connect-withdraw", args=[self.world.business.slug, theirs.pk])
        assert self.client_of(self.world.owner).post(address).status_code == 404
        assert McpConsent.objects.filter(pk=theirs.pk).exists()
