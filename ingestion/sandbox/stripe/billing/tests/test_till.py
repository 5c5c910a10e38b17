"""The till in Stripe's wire format: what it sells, what it remembers, and how its events travel."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe
from stripe import StripeClient

from billing.stripe.signature import read_event
from ingestion.sandbox.stripe.billing.forms import unfolded
from ingestion.sandbox.stripe.server import ReplayServer
from ingestion.sandbox.stripe.tests.conftest import Inbox

AS_OF = datetime(2026, 6, 15, 12, tzinfo=UTC)
SECRET = "whsec_till"
DAY = 86_400


class Shop:
    """The platform with one product, one customer, and Stripe's own client."""

    def __init__(self, server: ReplayServer) -> None:
        self.server = server
        self.client = StripeClient(server.secret_key, base_addresses={"api": server.url})
        self.http = httpx.Client(base_url=server.url, timeout=10)
        self.post("/v1/products", id="desk", name="Desk")
        self.price = self.post(
            "/v1/prices", product="desk", currency="usd", unit_amount=1000, recurring={"interval": "month"},
            lookup_key="desk:usd",
        )  # fmt: skip
        self.customer = self.post("/v1/customers", email="ann@example.com")

    def post(self, path: str, **given: Any) -> Any:
        return json.loads(self.client.raw_request("post", path, **given).body)

    def get(self, path: str, **given: Any) -> Any:
        return json.loads(self.client.raw_request("get", path, **given).body)

    def lever(self, name: str, **given: Any) -> Any:
        answer = self.http.post(f"/_sandbox/till/{name}", json=given)
        return answer.json() | {"status": answer.status_code}

    def session(self, **given: Any) -> Any:
        values = {
            "mode": "subscription", "customer": self.customer["id"], "success_url": "http://x.example/?s={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://x.example/no", "line_items": [{"price": self.price["id"], "quantity": 1}],
        }  # fmt: skip
        return self.post("/v1/checkout/sessions", **{**values, **given})

    def dear(self) -> Any:
        """A second price, three times the first."""
        return self.post(
            "/v1/prices", product="desk", currency="usd", unit_amount=3000, recurring={"interval": "month"}
        )

    def press(self, url: str, **form: str) -> httpx.Response:
        return self.http.post(url.removeprefix(self.server.url), data=form)

    def buy(self, **given: Any) -> Any:
        session = self.session(**given)
        assert self.press(session["url"], decision="pay", country="US").status_code == 303
        name = self.get(f"/v1/checkout/sessions/{session['id']}")["subscription"]
        return self.get(f"/v1/subscriptions/{name}", expand=["latest_invoice"])

    def again(self, subscription: Any) -> Any:
        return self.get(f"/v1/subscriptions/{subscription['id']}", expand=["latest_invoice"])


@pytest.fixture
def shop() -> Iterator[Shop]:
    with ReplayServer(as_of=AS_OF) as server:
        yield Shop(server)


class TestBuying:
    def test_makes_a_subscription_with_a_paid_invoice(self, shop: Shop) -> None:
        bought = shop.buy()
        item = bought["items"]["data"][0]
        assert (bought["status"], bought["latest_invoice"]["status"]) == ("active", "paid")
        assert item["current_period_end"] - item["current_period_start"] == 30 * DAY
        assert "current_period_end" not in bought and "card" not in shop.get(f"/v1/customers/{bought['customer']}")

    def test_gives_a_trial_that_costs_nothing_and_then_bills(self, shop: Shop) -> None:
        bought = shop.buy(subscription_data={"trial_period_days": 14})
        assert (bought["status"], bought["latest_invoice"]["total"]) == ("trialing", 0)
        shop.lever("advance", days=15)
        assert (shop.again(bought)["status"], shop.again(bought)["latest_invoice"]["total"]) == ("active", 1000)

    def test_tax_depends_on_country_and_tax_id(self, shop: Shop) -> None:
        totals = []
        for form in ({"country": "DE"}, {"country": "US"}, {"country": "DE", "tax_id": "DE1"}):
            session = shop.session(automatic_tax={"enabled": True}, tax_id_collection={"enabled": True})
            shop.press(session["url"], decision="pay", **form)
            totals.append(shop.get(f"/v1/checkout/sessions/{session['id']}")["amount_total"])
        assert totals == [1190, 1000, 1000]

    def test_refuses_an_unknown_promotion_code_on_the_page(self, shop: Shop) -> None:
        session = shop.session(allow_promotion_codes=True)
        answer = shop.press(session["url"], decision="pay", promotion_code="NOPE")
        assert answer.status_code == 200 and "not known" in answer.text
        assert shop.get(f"/v1/checkout/sessions/{session['id']}")["status"] == "open"

    def test_happens_once_a_session(self, shop: Shop) -> None:
        session = shop.session()
        assert shop.press(session["url"], decision="pay").status_code == 303
        assert shop.press(session["url"], decision="pay").status_code == 410
        assert len(shop.get("/v1/subscriptions", customer=shop.customer["id"])["data"]) == 1

    def test_expires_after_a_day_or_by_hand(self, shop: Shop) -> None:
        first, second = shop.session(), shop.session()
        shop.post(f"/v1/checkout/sessions/{first['id']}/expire")
        shop.lever("advance", hours=25)
        states = [shop.get(f"/v1/checkout/sessions/{one['id']}")["status"] for one in (first, second)]
        assert states == ["expired", "expired"] and shop.press(second["url"], decision="pay").status_code == 410


class TestTime:
    def test_renews_by_the_calendar(self, shop: Shop) -> None:
        bought = shop.buy()
        shop.lever("advance", days=63)
        ends = shop.again(bought)["items"]["data"][0]["current_period_end"]
        assert datetime.fromtimestamp(ends, UTC) == datetime(2026, 9, 15, 12, tzinfo=UTC)
        assert len(shop.get("/v1/invoices", customer=shop.customer["id"])["data"]) == 3

    def test_a_declined_card_is_tried_again_and_given_up(self, shop: Shop) -> None:
        bought = shop.buy()
        shop.lever("card", customer=shop.customer["id"], works=False)
        states = []
        for days in (31, 3, 3, 4):
            shop.lever("advance", days=days)
            now = shop.again(bought)
            states.append((now["status"], now["latest_invoice"]["attempt_count"]))
        assert states == [("past_due", 1), ("past_due", 2), ("past_due", 3), ("unpaid", 4)]

    def test_a_cancelled_one_ends_with_its_period(self, shop: Shop) -> None:
        bought = shop.buy()
        shop.post(f"/v1/subscriptions/{bought['id']}", cancel_at_period_end=True)
        assert shop.again(bought)["cancel_at"] == bought["items"]["data"][0]["current_period_end"]
        shop.lever("advance", to_period_end=bought["id"])
        assert shop.again(bought)["status"] == "canceled"
        assert shop.get("/v1/subscriptions", customer=shop.customer["id"])["data"] == []
        assert len(shop.get("/v1/subscriptions", status="all")["data"]) == 1


class TestChanging:
    def test_costs_what_the_preview_said(self, shop: Shop) -> None:
        bought = shop.buy()
        shop.lever("advance", days=15)
        dear = shop.post(
            "/v1/prices", product="desk", currency="usd", unit_amount=3000, recurring={"interval": "month"}
        )
        items = [{"id": bought["items"]["data"][0]["id"], "price": dear["id"]}]
        at = int(AS_OF.timestamp()) + 15 * DAY
        details = {"items": items, "proration_date": at}
        shown = shop.post("/v1/invoices/create_preview", subscription=bought["id"], subscription_details=details)
        shop.post(f"/v1/subscriptions/{bought['id']}", items=items, proration_date=at)
        assert [line["amount"] for line in shown["lines"]["data"]] == [-500, 1500]
        assert shop.again(bought)["latest_invoice"]["total"] == shown["total"] == 1000

    def test_with_a_declined_card_changes_nothing(self, shop: Shop) -> None:
        bought = shop.buy()
        shop.lever("card", customer=shop.customer["id"], works=False)
        dear = shop.post(
            "/v1/prices", product="desk", currency="usd", unit_amount=3000, recurring={"interval": "month"}
        )
        with pytest.raises(stripe.CardError):
            shop.post(
                f"/v1/subscriptions/{bought['id']}",
                items=[{"id": bought["items"]["data"][0]["id"], "price": dear["id"]}],
            )
        assert shop.again(bought)["items"]["data"][0]["price"]["unit_amount"] == 1000


class TestTheWire:
    def test_answers_an_idempotency_key_once(self, shop: Shop) -> None:
        first = shop.post("/v1/customers", email="a@example.com", idempotency_key="one")
        assert shop.post("/v1/customers", email="a@example.com", idempotency_key="one") == first
        with pytest.raises(stripe.IdempotencyError):
            shop.post("/v1/customers", email="b@example.com", idempotency_key="one")

    @pytest.mark.parametrize("path", ["/v1/subscriptions/sub_no", "/v1/invoices/in_no", "/v1/customers/cus_no"])
    def test_says_that_there_is_nothing(self, shop: Shop, path: str) -> None:
        with pytest.raises(stripe.InvalidRequestError, match="No such"):
            shop.get(path)

    def test_opens_to_the_platform_only(self, shop: Shop) -> None:
        for headers in ({}, {"Authorization": "Bearer sk_test_wrong"}):
            assert shop.http.get("/v1/customers", headers=headers).status_code == 401

    def test_pages_its_lists(self, shop: Shop) -> None:
        names = [shop.post("/v1/customers", email=f"{n}@example.com")["id"] for n in range(3)]
        first = shop.get("/v1/customers", limit=2)
        rest = shop.get("/v1/customers", limit=2, starting_after=first["data"][-1]["id"])
        assert [one["id"] for one in (*first["data"], *rest["data"])] == [*reversed(names), shop.customer["id"]]
        assert (first["has_more"], rest["has_more"]) == (True, False)

    def test_reads_nested_forms(self) -> None:
        assert unfolded("a[0][b][c]=1&a[0][b][d]=2&a[1]=x&e[]=y&f=") == {
            "a": [{"b": {"c": "1", "d": "2"}}, "x"], "e": ["y"], "f": "",
        }  # fmt: skip


class TestEvents:
    @pytest.fixture
    def told(self) -> Iterator[tuple[Shop, Inbox]]:
        with Inbox() as inbox, ReplayServer(as_of=AS_OF, billing_url=inbox.url, billing_secret=SECRET) as server:
            server.world.till.sends = False
            yield Shop(server), inbox

    def types(self, inbox: Inbox) -> list[str]:
        return [json.loads(body)["type"] for body, _ in inbox.received]

    def test_are_signed_and_name_no_account(self, told: tuple[Shop, Inbox]) -> None:
        shop, inbox = told
        shop.buy()
        shop.lever("hold", hold=False)
        body, header = inbox.received[0]
        event = read_event(body, header, secrets=[SECRET], now=datetime.now(UTC))
        assert event.account == "" and "account" not in json.loads(body)
        assert {"customer.subscription.created", "invoice.paid", "checkout.session.completed"} <= set(self.types(inbox))

    def test_come_twice_lost_or_shuffled_on_demand(self, told: tuple[Shop, Inbox]) -> None:
        shop, inbox = told
        shop.buy()
        in_order = [event.type for event in shop.server.world.till.events]
        shop.lever("deliver", deliver={"duplicate": 1.0, "shuffle": True, "seed": 3})
        assert sorted(self.types(inbox)) == sorted(in_order * 2) and self.types(inbox)[::2] != in_order
        before = len(inbox.received)
        shop.lever("deliver", deliver={"drop": 1.0})
        assert len(inbox.received) == before
        assert len(shop.get("/v1/events", delivery_success=False, limit=100)["data"]) == len(in_order)

    def test_that_nobody_took_are_undelivered(self, told: tuple[Shop, Inbox]) -> None:
        shop, inbox = told
        inbox.status = 500
        shop.buy()
        shop.lever("deliver", deliver={})
        assert shop.get("/v1/events", delivery_success=False)["data"] != []


def test_a_restart_goes_on_with_the_same_books(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with ReplayServer(as_of=AS_OF, state=state) as server:
        shop = Shop(server)
        bought = shop.buy()
        shop.lever("advance", days=3)
        events = [event.id for event in server.world.till.events]
    with ReplayServer(as_of=AS_OF, state=state) as server:
        assert [event.id for event in server.world.till.events] == events
        assert datetime.fromtimestamp(server.world.till.at, UTC) == datetime(2026, 6, 18, 12, tzinfo=UTC)
        again = StripeClient(server.secret_key, base_addresses={"api": server.url})
        found = json.loads(again.raw_request("get", f"/v1/subscriptions/{bought['id']}").body)
        assert found["status"] == "active" and "sub_" in found["id"]


def test_an_unknown_lever_is_said(shop: Shop) -> None:
    assert shop.lever("nothing")["status"] == 400
