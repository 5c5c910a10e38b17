"""Failures on demand strike when and where they were ordered."""

from __future__ import annotations

import httpx
import pytest
import stripe

from ingestion.sandbox.stripe.server import ReplayServer
from ingestion.sandbox.stripe.tests.conftest import sdk


class TestRateLimit:
    def test_a_storm_lasts_as_long_as_ordered(self, lever: httpx.Client, http: httpx.Client) -> None:
        lever.post("/faults", json={"kind": "rate_limit", "times": 3, "retry_after": 2})
        answers = [http.get("/v1/charges") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [429, 429, 429, 200]
        assert answers[0].headers["Retry-After"] == "2"
        assert answers[0].json()["error"]["code"] == "rate_limit"

    def test_without_a_hint_how_long_to_wait(self, lever: httpx.Client, http: httpx.Client) -> None:
        lever.post("/faults", json={"kind": "rate_limit"})
        assert "Retry-After" not in http.get("/v1/charges").headers

    def test_the_sdk_raises_it_and_retries_only_when_told(self, server: ReplayServer, lever: httpx.Client) -> None:
        lever.post("/faults", json={"kind": "rate_limit"})
        with pytest.raises(stripe.RateLimitError):
            sdk(server, max_network_retries=2).v1.charges.list()
        lever.post("/faults", json={"kind": "rate_limit", "should_retry": True})
        assert sdk(server, max_network_retries=2).v1.charges.list().data


class TestErrors:
    def test_the_sdk_retries_a_server_error(self, server: ReplayServer, lever: httpx.Client) -> None:
        lever.post("/faults", json={"kind": "error", "status": 503})
        assert sdk(server, max_network_retries=1).v1.charges.list().data
        lever.post("/faults", json={"kind": "error"})
        with pytest.raises(stripe.APIError):
            sdk(server).v1.charges.list()

    def test_a_proxy_may_answer_in_html(self, lever: httpx.Client, http: httpx.Client) -> None:
        lever.post("/faults", json={"kind": "html"})
        answer = http.get("/v1/charges")
        assert answer.status_code == 502
        assert "<html>" in answer.text

    def test_silence_is_a_time_out(self, lever: httpx.Client, http: httpx.Client) -> None:
        lever.post("/faults", json={"kind": "timeout", "seconds": 30})
        with pytest.raises(httpx.TimeoutException):
            http.get("/v1/charges", timeout=0.2)
        assert http.get("/v1/charges").status_code == 200

    def test_a_cut_body_is_noticed(self, lever: httpx.Client, http: httpx.Client) -> None:
        lever.post("/faults", json={"kind": "cut"})
        with pytest.raises(httpx.RemoteProtocolError):
            http.get("/v1/charges")
        assert http.get("/v1/charges").status_code == 200


class TestAim:
    def test_strikes_only_the_path_and_account_it_was_aimed_at(
        self, server: ReplayServer, lever: httpx.Client, http: httpx.Client
    ) -> None:
        lever.post("/connect", json={"account": "young"})
        lever.post("/faults", json={"kind": "error", "path": "/v1/refunds", "account": server.account()})
        other = {"Stripe-Account": server.account("young")}
        assert http.get("/v1/charges").status_code == 200
        assert http.get("/v1/refunds", headers=other).status_code == 200
        assert http.get("/v1/refunds").status_code == 500

    def test_strikes_every_nth_request(self, lever: httpx.Client, http: httpx.Client) -> None:
        lever.post("/faults", json={"kind": "error", "times": 2, "every": 3})
        assert [http.get("/v1/charges").status_code for _ in range(7)] == [200, 200, 500, 200, 200, 500, 200]

    def test_can_be_called_off(self, lever: httpx.Client, http: httpx.Client) -> None:
        lever.post("/faults", json={"kind": "error", "times": 5})
        lever.delete("/faults")
        assert http.get("/v1/charges").status_code == 200

    @pytest.mark.parametrize("wrong", [{"kind": "flood"}, {"kind": "error", "colour": "red"}, {}])
    def test_an_order_it_does_not_understand_is_refused(self, lever: httpx.Client, wrong: dict) -> None:
        assert lever.post("/faults", json=wrong).status_code == 400

    def test_requests_are_remembered(self, lever: httpx.Client, http: httpx.Client, server: ReplayServer) -> None:
        http.get("/v1/charges", params={"limit": 3})
        seen = lever.get("/requests").json()["requests"]
        assert seen[-1] == {
            "method": "GET", "path": "/v1/charges", "form": {"limit": "3"}, "account": server.account(), "status": 200
        }  # fmt: skip
