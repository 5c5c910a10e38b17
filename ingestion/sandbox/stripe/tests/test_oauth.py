"""Connecting, refusing, and leaving."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from stripe import oauth_error

from ingestion.sandbox.stripe.server import ReplayServer
from ingestion.sandbox.stripe.tests.conftest import Wrist, sdk

CALLBACK = "https://app.example.com/callback?from=stripe"


def parameters(server: ReplayServer, **given: str) -> dict[str, str]:
    return {
        "response_type": "code", "client_id": server.client_id, "scope": "read_only", "state": "s3cret",
        "redirect_uri": CALLBACK,
    } | given  # fmt: skip


def decide(server: ReplayServer, decision: str = "connect", **given: str) -> dict[str, list[str]]:
    """Answer the page as a person would; returns the query the product's callback gets."""
    page = httpx.get(f"{server.url}/oauth/authorize", params=parameters(server, **given))
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    form = {name: value.replace("&amp;", "&") for name, value in form.items()}
    answer = httpx.post(
        f"{server.url}/oauth/authorize",
        data=form | {"account": given.get("account", server.account("young")), "decision": decision},
    )
    assert answer.status_code == 302
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def exchange(server: ReplayServer, code: str, **given: Any) -> Any:
    client = sdk(server, stripe_account=None)
    return client.oauth.token({"grant_type": "authorization_code", "code": code, **given})


class TestPage:
    def test_offers_every_company_and_both_answers(self, server: ReplayServer) -> None:
        page = httpx.get(f"{server.url}/oauth/authorize", params=parameters(server)).text
        assert len(re.findall('type="radio"', page)) == 4
        assert "Connect</button>" in page
        assert "Refuse</button>" in page

    def test_sends_code_and_state_back(self, server: ReplayServer) -> None:
        query = decide(server)
        assert query["state"] == ["s3cret"]
        assert query["scope"] == ["read_only"]
        assert query["from"] == ["stripe"]
        assert query["code"][0].startswith("ac_")

    def test_a_refusal_is_a_normal_answer(self, server: ReplayServer) -> None:
        query = decide(server, "refuse")
        assert query["error"] == ["access_denied"]
        assert query["state"] == ["s3cret"]
        assert "code" not in query

    def test_escapes_what_it_repeats(self, server: ReplayServer) -> None:
        page = httpx.get(f"{server.url}/oauth/authorize", params=parameters(server, state='"><script>'))
        assert "<script>" not in page.text

    @pytest.mark.parametrize(
        ("wrong", "error"),
        [
            ({"client_id": "ca_other"}, "invalid_client"),
            ({"response_type": "token"}, "unsupported_response_type"),
            ({"scope": "everything"}, "invalid_scope"),
            ({"redirect_uri": "javascript:alert(1)"}, "invalid_redirect_uri"),
        ],
    )
    def test_refuses_a_request_it_cannot_send_back(self, server: ReplayServer, wrong: dict, error: str) -> None:
        answer = httpx.get(f"{server.url}/oauth/authorize", params=parameters(server, **wrong))
        assert answer.status_code == 400
        assert answer.json()["error"] == error

    def test_keeps_to_registered_addresses(self, clock: Wrist) -> None:
        from ingestion.sandbox.stripe.tests.conftest import AS_OF

        with ReplayServer(as_of=AS_OF, redirect_uris=(CALLBACK,), clock=clock) as server:
            other = parameters(server, redirect_uri="https://evil.example.com/")
            assert httpx.get(f"{server.url}/oauth/authorize", params=other).status_code == 400
            assert httpx.get(f"{server.url}/oauth/authorize", params=parameters(server)).status_code == 200


class TestToken:
    def test_connects_the_chosen_account(self, server: ReplayServer) -> None:
        token = exchange(server, decide(server)["code"][0])
        assert token.stripe_user_id == server.account("young")
        assert token.scope == "read_only"
        assert token.livemode is False
        account = sdk(server, stripe_account=token.stripe_user_id).v1.accounts.retrieve_current()
        assert account.id == token.stripe_user_id

    def test_its_access_token_reads_the_account_too(self, server: ReplayServer) -> None:
        token = exchange(server, decide(server)["code"][0])
        client = sdk(server, api_key=token.access_token, stripe_account=None)
        assert client.v1.charges.list({"limit": 1}).data

    def test_a_code_is_good_once_and_a_second_use_ends_the_connection(self, server: ReplayServer) -> None:
        code = decide(server)["code"][0]
        exchange(server, code)
        with pytest.raises(oauth_error.InvalidGrantError, match="already been used"):
            exchange(server, code)
        assert server.account("young") not in server.world.memory.connected

    def test_a_code_is_short_lived(self, server: ReplayServer, clock: Wrist) -> None:
        code = decide(server)["code"][0]
        clock.seconds += 301
        with pytest.raises(oauth_error.InvalidGrantError, match="expired"):
            exchange(server, code)

    def test_an_unknown_code_is_an_invalid_grant(self, server: ReplayServer) -> None:
        with pytest.raises(oauth_error.InvalidGrantError, match="does not exist"):
            exchange(server, "ac_none")

    def test_an_unknown_grant_type_is_refused(self, server: ReplayServer) -> None:
        with pytest.raises(oauth_error.UnsupportedGrantTypeError):
            exchange(server, "ac_none", grant_type="password")

    def test_a_stranger_gets_nothing(self, server: ReplayServer) -> None:
        code = decide(server)["code"][0]
        answer = httpx.post(f"{server.url}/oauth/token", data={"grant_type": "authorization_code", "code": code})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")

    def test_a_refresh_token_gives_another_access_token(self, server: ReplayServer) -> None:
        token = exchange(server, decide(server)["code"][0])
        again = sdk(server, stripe_account=None).oauth.token(
            {"grant_type": "refresh_token", "refresh_token": token.refresh_token}
        )
        assert again.stripe_user_id == token.stripe_user_id
        assert again.access_token != token.access_token


class TestDeauthorize:
    def test_ends_access_at_once(self, server: ReplayServer) -> None:
        client = sdk(server, stripe_account=None)
        assert client.oauth.deauthorize({"stripe_user_id": server.account()}).stripe_user_id == server.account()
        answer = httpx.get(
            f"{server.url}/v1/charges",
            headers={"Authorization": f"Bearer {server.secret_key}", "Stripe-Account": server.account()},
        )
        assert answer.status_code == 403

    def test_twice_says_it_is_not_connected(self, server: ReplayServer) -> None:
        client = sdk(server, stripe_account=None)
        client.oauth.deauthorize({"stripe_user_id": server.account()})
        with pytest.raises(oauth_error.InvalidClientError, match="not connected"):
            client.oauth.deauthorize({"stripe_user_id": server.account()})
