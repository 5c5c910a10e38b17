"""Keys, accounts and error bodies."""

from __future__ import annotations

import httpx
import pytest

from ingestion.sandbox.stripe.server import ReplayServer


def ask(server: ReplayServer, key: str, account: str = "", path: str = "/v1/charges") -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.get(server.url + path, headers=headers | ({"Stripe-Account": account} if account else {}))


class TestKeys:
    @pytest.mark.parametrize("key", ["", "sk_test_wrong", "nonsense"])
    def test_a_bad_key_is_401(self, server: ReplayServer, key: str) -> None:
        answer = ask(server, key, server.account())
        assert answer.status_code == 401
        assert answer.json()["error"]["type"] == "invalid_request_error"
        assert answer.headers["Request-Id"].startswith("req_")

    def test_the_key_is_not_repeated_in_the_error(self, server: ReplayServer) -> None:
        assert "sk_test_averylongsecret" not in ask(server, "sk_test_averylongsecret").text

    def test_basic_auth_works_too(self, server: ReplayServer) -> None:
        answer = httpx.get(f"{server.url}/v1/account", auth=(server.secret_key, ""))
        assert answer.json()["id"] == server.world.platform

    def test_a_restricted_key_of_the_owner_reads_its_own_account(self, server: ReplayServer) -> None:
        described = httpx.get(f"{server.url}/_sandbox").json()
        company = next(one for one in described["companies"] if one["variant"] == "young")
        answer = ask(server, company["restricted_key"], path="/v1/account")
        assert answer.json()["id"] == company["account"]
        assert ask(server, company["restricted_key"], server.account()).status_code == 403

    def test_a_revoked_key_is_401(self, server: ReplayServer, lever: httpx.Client) -> None:
        company = lever.get("").json()["companies"][0]
        lever.post("/revoke", json={"key": company["restricted_key"]})
        answer = ask(server, company["restricted_key"])
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "api_key_expired")


class TestAccounts:
    def test_a_platform_sees_only_connected_accounts(self, server: ReplayServer) -> None:
        assert ask(server, server.secret_key, server.account()).status_code == 200
        refused = ask(server, server.secret_key, server.account("declining"))
        assert refused.status_code == 403
        assert refused.json()["error"]["code"] == "account_invalid"

    def test_accounts_share_nothing(self, server: ReplayServer, lever: httpx.Client) -> None:
        lever.post("/connect", json={"account": "young"})
        pages = [ask(server, server.secret_key, server.account(one)).json() for one in ("established", "young")]
        first, second = ({row["id"] for row in page["data"]} for page in pages)
        assert first.isdisjoint(second)
        assert httpx.get(
            f"{server.url}/v1/charges/{next(iter(first))}",
            headers={"Authorization": f"Bearer {server.secret_key}", "Stripe-Account": server.account("young")},
        ).status_code == 404  # fmt: skip

    def test_the_platform_itself_has_no_charges(self, server: ReplayServer) -> None:
        assert ask(server, server.secret_key).json()["data"] == []

    def test_an_account_can_be_read_by_id_while_connected(self, server: ReplayServer, lever: httpx.Client) -> None:
        path = f"/v1/accounts/{server.account()}"
        assert ask(server, server.secret_key, path=path).json()["settings"]["dashboard"]["timezone"] == "Europe/Berlin"
        lever.post("/revoke", json={"account": "established"})
        assert ask(server, server.secret_key, path=path).status_code == 403
        assert ask(server, server.secret_key, server.account()).status_code == 403


class TestErrors:
    @pytest.mark.parametrize("path", ["/v1/charges/ch_none", "/v1/planets", "/v1/charges/ch_none/refunds"])
    def test_what_does_not_exist_is_404(self, http: httpx.Client, path: str) -> None:
        answer = http.get(path)
        assert answer.status_code == 404
        assert answer.json()["error"]["type"] == "invalid_request_error"

    def test_nothing_can_be_written(self, http: httpx.Client) -> None:
        assert http.post("/v1/refunds", data={"charge": "ch_1"}).status_code == 404
