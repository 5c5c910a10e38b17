"""Lists behave as Stripe's do; raw HTTP here, the SDK in test_sdk.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from ingestion.sandbox.moments import DAY
from ingestion.sandbox.stripe.server import ReplayServer
from ingestion.sandbox.stripe.tests.conftest import AS_OF, NOW, Wrist

RESOURCES = (
    "balance_transactions", "charges", "refunds", "disputes", "payouts", "radar/early_fraud_warnings", "subscriptions",
    "invoices", "events",
)  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[ReplayServer]:
    """One server for all of these: nothing here changes it."""
    with ReplayServer(as_of=AS_OF, size="small", connected=("established",), clock=Wrist()) as running:
        yield running


@pytest.fixture(scope="module")
def http(server: ReplayServer) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {server.secret_key}", "Stripe-Account": server.account()}
    with httpx.Client(base_url=server.url, headers=headers, timeout=10) as client:
        yield client


def get(http: httpx.Client, path: str, **params: Any) -> dict:
    answer = http.get(f"/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def walk(http: httpx.Client, path: str, **params: Any) -> list[dict]:
    rows: list[dict] = []
    page = get(http, path, limit=100, **params)
    while True:
        rows += page["data"]
        if not page["has_more"]:
            return rows
        page = get(http, path, limit=100, starting_after=rows[-1]["id"], **params)


@pytest.mark.parametrize("path", RESOURCES)
class TestEveryList:
    def test_is_newest_first_and_ten_long_by_default(self, http: httpx.Client, path: str) -> None:
        page = get(http, path)
        created = [row["created"] for row in page["data"]]
        assert page["object"] == "list"
        assert page["url"] == f"/v1/{path}"
        assert created == sorted(created, reverse=True)
        assert len(page["data"]) == 10 or not page["has_more"]

    def test_pages_forwards_without_gap_or_repetition(self, http: httpx.Client, path: str) -> None:
        whole = [row["id"] for row in walk(http, path)]
        assert len(whole) == len(set(whole))
        first = get(http, path, limit=3)
        second = get(http, path, limit=3, starting_after=first["data"][-1]["id"])
        assert [row["id"] for row in first["data"] + second["data"]] == whole[: len(first["data"] + second["data"])]

    def test_pages_backwards_to_the_same_rows(self, http: httpx.Client, path: str) -> None:
        whole = [row["id"] for row in walk(http, path)]
        page = get(http, path, limit=2, ending_before=whole[3])
        assert [row["id"] for row in page["data"]] == whole[1:3]
        assert page["has_more"] is True
        assert get(http, path, limit=2, ending_before=whole[2])["has_more"] is False

    def test_the_last_page_says_so(self, http: httpx.Client, path: str) -> None:
        whole = walk(http, path)
        assert get(http, path, starting_after=whole[-1]["id"]) == {
            "object": "list", "data": [], "has_more": False, "url": f"/v1/{path}"
        }  # fmt: skip

    def test_created_bounds_are_exact(self, http: httpx.Client, path: str) -> None:
        whole = walk(http, path)
        edge = whole[len(whole) // 2]["created"]
        for name, kept in (
            ("gt", lambda at: at > edge),
            ("gte", lambda at: at >= edge),
            ("lt", lambda at: at < edge),
            ("lte", lambda at: at <= edge),
        ):
            found = walk(http, path, **{f"created[{name}]": edge})
            assert [row["id"] for row in found] == [row["id"] for row in whole if kept(row["created"])]
        assert {row["created"] for row in walk(http, path, created=edge)} == {edge}

    def test_one_row_can_be_read_by_id(self, http: httpx.Client, path: str) -> None:
        row = get(http, path, limit=1)["data"][0]
        assert get(http, f"{path}/{row['id']}") == row

    @pytest.mark.parametrize(
        ("params", "param"),
        [
            ({"limit": 0}, "limit"),
            ({"limit": 101}, "limit"),
            ({"limit": "ten"}, "limit"),
            ({"colour": "red"}, "colour"),
            ({"created[since]": 1}, "created[since]"),
            ({"created[gte]": "yesterday"}, "created[gte]"),
            ({"starting_after": "nothing"}, "starting_after"),
            ({"ending_before": "nothing"}, "ending_before"),
        ],
    )
    def test_refuses_what_stripe_refuses(self, http: httpx.Client, path: str, params: dict, param: str) -> None:
        answer = http.get(f"/v1/{path}", params=params)
        assert answer.status_code == 400
        error = answer.json()["error"]
        assert error["type"] == "invalid_request_error"
        assert error["param"] == param


class TestFilters:
    @pytest.mark.parametrize(
        ("path", "params", "field"),
        [
            ("balance_transactions", {"currency": "usd"}, "currency"),
            ("balance_transactions", {"type": "payout"}, "type"),
            ("payouts", {"status": "failed"}, "status"),
            ("invoices", {"status": "paid"}, "status"),
            ("subscriptions", {"status": "past_due"}, "status"),
            ("subscriptions", {"status": "canceled"}, "status"),
            ("events", {"type": "invoice.paid"}, "type"),
        ],
    )
    def test_keep_exactly_the_matching_rows(self, http: httpx.Client, path: str, params: dict, field: str) -> None:
        every = {"status": "all"} if path == "subscriptions" else {}
        whole = walk(http, path, **every)
        value = next(iter(params.values()))
        expected = [row["id"] for row in whole if row[field] == value]
        assert expected
        assert [row["id"] for row in walk(http, path, **params)] == expected

    @pytest.mark.parametrize(
        ("path", "name"),
        [
            ("charges", "customer"), ("charges", "payment_intent"), ("refunds", "charge"), ("disputes", "charge"),
            ("invoices", "customer"), ("balance_transactions", "source"), ("radar/early_fraud_warnings", "charge"),
        ],
    )  # fmt: skip
    def test_find_by_what_a_row_belongs_to(self, http: httpx.Client, path: str, name: str) -> None:
        whole = walk(http, path)
        value = next(row[name] for row in whole if row[name])
        assert walk(http, path, **{name: value}) == [row for row in whole if row[name] == value]

    def test_subscriptions_leave_out_canceled_ones_unless_asked(self, http: httpx.Client) -> None:
        statuses = {sub["status"] for sub in walk(http, "subscriptions")}
        assert "canceled" not in statuses
        assert "incomplete_expired" in statuses
        assert "canceled" in {sub["status"] for sub in walk(http, "subscriptions", status="all")}

    def test_payouts_filter_by_arrival(self, http: httpx.Client) -> None:
        found = walk(http, "payouts", **{"arrival_date[gte]": NOW - 30 * DAY})
        assert found
        assert all(payout["arrival_date"] >= NOW - 30 * DAY for payout in found)

    def test_rows_of_a_payout_sum_to_it(self, http: httpx.Client) -> None:
        payout = next(row for row in walk(http, "payouts") if row["automatic"])
        rows = walk(http, "balance_transactions", payout=payout["id"])
        assert sum(row["net"] for row in rows) == 0
        assert sum(row["net"] for row in rows if row["source"] != payout["id"]) == payout["amount"]

    def test_rows_of_a_manual_payout_cannot_be_listed(self, http: httpx.Client) -> None:
        payout = next(row for row in walk(http, "payouts") if not row["automatic"])
        answer = http.get("/v1/balance_transactions", params={"payout": payout["id"]})
        assert answer.status_code == 400
        assert "automatic" in answer.json()["error"]["message"]

    def test_the_ledger_reconciles_with_the_balance(self, http: httpx.Client) -> None:
        balance = get(http, "balance")
        for currency in ("eur", "usd"):
            ledger = sum(row["net"] for row in walk(http, "balance_transactions", currency=currency))
            held = sum(
                funds["amount"] for side in ("available", "pending") for funds in balance[side]
                if funds["currency"] == currency
            )  # fmt: skip
            assert ledger == held

    def test_the_ledgers_old_address_still_answers(self, http: httpx.Client) -> None:
        assert get(http, "balance/history", limit=3)["data"] == get(http, "balance_transactions", limit=3)["data"]


class TestExpand:
    def test_puts_objects_where_ids_were(self, http: httpx.Client) -> None:
        page = get(http, "disputes", **{"expand[]": "data.charge.balance_transaction", "limit": 1})
        charge = page["data"][0]["charge"]
        assert charge["object"] == "charge"
        assert charge["balance_transaction"]["object"] == "balance_transaction"

    def test_reaches_coupons_of_subscriptions(self, http: httpx.Client) -> None:
        subs = walk(http, "subscriptions", **{"expand[]": "data.discounts.source.coupon"})
        coupons = [one["source"]["coupon"] for sub in subs for one in sub["discounts"]]
        assert coupons
        assert all(coupon["object"] == "coupon" for coupon in coupons)

    def test_tolerates_paths_that_lead_nowhere(self, http: httpx.Client) -> None:
        assert get(http, "charges", limit=1, **{"expand[]": "data.planet.moon"})["data"]


class TestEvents:
    def test_tell_only_the_last_thirty_days(self, http: httpx.Client) -> None:
        assert min(event["created"] for event in walk(http, "events")) >= NOW - 30 * DAY

    def test_match_a_wildcard(self, http: httpx.Client) -> None:
        types = {event["type"] for event in walk(http, "events", type="charge.*")}
        assert types
        assert all(name.startswith("charge.") for name in types)

    def test_match_several_types_but_not_more_than_twenty(self, http: httpx.Client) -> None:
        found = walk(http, "events", **{"types[]": ["payout.paid", "payout.created"]})
        assert {event["type"] for event in found} == {"payout.paid", "payout.created"}
        answer = http.get("/v1/events", params={"types[]": [f"a.{number}" for number in range(21)]})
        assert answer.status_code == 400

    def test_carry_the_object_as_it_was_and_its_account(self, http: httpx.Client, server: ReplayServer) -> None:
        event = get(http, "events", type="payout.paid")["data"][0]
        assert event["account"] == server.account()
        assert event["data"]["object"]["status"] == "paid"
        assert event["data"]["previous_attributes"]["status"] == "in_transit"
