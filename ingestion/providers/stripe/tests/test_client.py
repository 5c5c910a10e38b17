"""Stripe is asked patiently and within its limits, and its errors say whether waiting helps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import stripe as sdk

from accounts.errors import SourceDown, SourceRefused
from ingestion.providers.stripe.client import Access, Missing, StripeApi, redacted
from ingestion.providers.stripe.pace import ATTEMPTS, Bucket

KEY = "rk_live_averysecretkey123456"


class Scripted(sdk.HTTPClient):
    """Answers from a list; remembers what was asked."""

    name = "scripted"

    def __init__(self, *answers: tuple[int, Any] | Exception) -> None:
        super().__init__()
        self.answers: Iterator[Any] = iter(answers)
        self.asked: list[tuple[str, str, dict[str, str]]] = []

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> Any:
        self.asked.append((method, url, dict(headers)))
        answer = next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        return body if isinstance(body, bytes) else json.dumps(body), status, {}

    def close(self) -> None:
        """Nothing is open."""


def error(status: int, kind: str = "api_error", **more: str) -> tuple[int, Any]:
    return status, {"error": {"type": kind, "message": f"no {KEY}", **more}}


def api(client: sdk.HTTPClient, account: str = "") -> StripeApi:
    bucket = Bucket(1000, clock=lambda: 0.0)
    return StripeApi(Access(KEY, account=account), http_client=client, bucket=bucket)


class TestPatience:
    def test_outlives_a_storm_of_429_with_growing_random_waits(self, waits: list[float]) -> None:
        client = Scripted(*[error(429, code="rate_limit")] * 5, (200, {"id": "acct_1"}))
        assert api(client).account() == {"id": "acct_1"}
        assert len(waits) == 5
        assert all(0 <= wait <= 0.5 * 2**turn for turn, wait in enumerate(waits))

    @pytest.mark.parametrize(
        "trouble",
        [
            error(500),
            error(503),
            error(409, "idempotency_error"),
            (502, b"<html>Bad gateway</html>"),
            (429, b"slow down"),
            sdk.APIConnectionError("reset"),
        ],
    )
    def test_tries_again_what_may_pass(self, trouble: Any, waits: list[float]) -> None:
        assert api(Scripted(trouble, (200, {"id": "acct_1"}))).account()
        assert len(waits) == 1

    def test_gives_up_after_a_while_and_asks_the_job_to_wait(self, waits: list[float]) -> None:
        client = Scripted(*[error(429)] * ATTEMPTS)
        with pytest.raises(SourceDown) as caught:
            api(client).account()
        assert caught.value.retry is True
        assert caught.value.retry_after is not None
        assert len(client.asked) == ATTEMPTS

    def test_leaves_repeating_to_us_and_not_to_the_sdk(self) -> None:
        client = Scripted(error(500), (200, {}))
        api(client).account()
        assert len(client.asked) == 2

    def test_keeps_within_ten_requests_a_second(self) -> None:
        time, slept = [0.0], []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            time[0] += seconds

        bucket = Bucket(10, clock=lambda: time[0], sleep=sleep)
        for _ in range(35):
            bucket.take()
        assert time[0] == pytest.approx(2.5)
        assert slept[0] == pytest.approx(0.1)

    def test_does_not_save_up_more_than_one_second(self) -> None:
        time = [0.0]
        bucket = Bucket(10, clock=lambda: time[0], sleep=lambda seconds: time.__setitem__(0, time[0] + seconds))
        time[0] = 3600.0
        for _ in range(20):
            bucket.take()
        assert time[0] == pytest.approx(3601.0)


class TestErrors:
    @pytest.mark.parametrize(
        ("answer", "code"),
        [
            (error(401, "invalid_request_error"), "access_revoked"),
            (error(403, "invalid_request_error", code="account_invalid"), "not_permitted"),
            (error(400, "invalid_request_error"), "request_refused"),
        ],
    )
    def test_says_when_the_owner_has_to_act(self, answer: Any, code: str, waits: list[float]) -> None:
        with pytest.raises(SourceRefused) as caught:
            api(Scripted(answer)).page("/v1/disputes")
        assert caught.value.code == code
        assert waits == []

    def test_tells_a_missing_object_from_trouble(self) -> None:
        with pytest.raises(Missing):
            api(Scripted(error(404, "invalid_request_error", code="resource_missing"))).get("/v1/charges/ch_1")

    @pytest.mark.parametrize("body", [[], "text", 7, {"data": None}])
    def test_does_not_trust_an_answer_that_is_no_list(self, body: Any) -> None:
        with pytest.raises(SourceDown):
            api(Scripted((200, body))).page("/v1/charges")

    def test_never_quotes_a_key(self) -> None:
        with pytest.raises(SourceRefused) as caught:
            api(Scripted(error(401))).account()
        assert KEY not in repr(caught.value) + str(caught.value.details)
        assert KEY not in repr(Access(KEY))
        assert redacted(f"{KEY} and whsec_abcdefgh") == "rk_live_… and whsec_…"


class TestRequests:
    def test_asks_as_the_connected_account_with_the_platform_s_key(self) -> None:
        client = Scripted((200, {"data": [], "has_more": False}))
        api(client, account="acct_9").page("/v1/charges", created={"gte": 5, "lt": 9})
        method, url, headers = client.asked[0]
        assert (method, headers["Stripe-Account"]) == ("get", "acct_9")
        assert "limit=100" in url
        assert "created[gte]=5" in url.replace("%5B", "[").replace("%5D", "]")

    def test_follows_pages_by_the_last_id(self) -> None:
        pages = [
            {"data": [{"id": "ch_2"}, {"id": "ch_1"}], "has_more": True},
            {"data": [{"id": "ch_0"}], "has_more": False},
        ]
        client = Scripted(*[(200, page) for page in pages])
        found = [row["id"] for page in api(client).pages("/v1/charges") for row in page.objects]
        assert found == ["ch_2", "ch_1", "ch_0"]
        assert "starting_after=ch_1" in client.asked[1][1]

    def test_stops_at_an_empty_page_that_claims_more(self) -> None:
        assert len(list(api(Scripted((200, {"data": [], "has_more": True}))).pages("/v1/charges"))) == 1

    def test_drops_what_is_personal_at_any_depth(self) -> None:
        body = {"data": [{"id": "dp_1", "evidence": {"customer_name": "Ann"}, "charge": {"billing_details": {}}}]}
        page = api(Scripted((200, body))).page("/v1/disputes")
        assert page.objects == [{"id": "dp_1", "charge": {}}]
