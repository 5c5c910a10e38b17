"""The stand-in behaves as Odoo does where it matters to us."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from billing.plans.catalogue import OFFERS
from ingestion.sandbox.odoo.books import CATALOGUE
from ingestion.sandbox.odoo.hooks import Automation
from ingestion.sandbox.odoo.shop import OdooShop
from ingestion.sandbox.odoo.tests.conftest import Receiver, Wrist, login

EMAIL = "david@trader.example"


def test_it_sells_what_our_plans_cost() -> None:
    ours = {offer.odoo_sku: offer.prices for offer in OFFERS if offer.odoo_sku}
    theirs = {p.sku: {code.lower(): int(price) for code, price in p.price.items()} for p in CATALOGUE}
    assert {sku: {c: prices[c] for c in ("usd", "eur")} for sku, prices in ours.items()} == {
        sku: theirs[sku] for sku in ours
    }


class TestReads:
    def test_a_wrong_key_is_false_and_then_denied(self, served: str) -> None:
        assert login(served)["result"] == 2
        assert login(served, "wrong")["result"] is False

    def test_an_order_has_odoos_shapes(self, shop: OdooShop, rpc: Callable[..., Any]) -> None:
        order = shop.do("place", email=EMAIL, sku="BW-TRADER", currency="EUR")
        shop.do("pay", order=order)
        row = rpc("sale.order", "read", [order])["result"][0]
        assert row["write_date"] == "2026-06-15 12:00:00"
        assert row["amount_total"] == pytest.approx(273.7) and isinstance(row["amount_total"], float)
        assert row["currency_id"] == [2, "EUR"] and row["state"] == "sale"
        paid = rpc("payment.transaction", "read", row["transaction_ids"], fields=["state", "sale_order_ids"])["result"]
        assert paid == [{"id": 1, "state": "done", "sale_order_ids": [order]}]

    def test_many2one_fields_are_bare_ids_by_setting(self, shop: OdooShop, rpc: Callable[..., Any]) -> None:
        order = shop.do("place", email=EMAIL, sku="BW-TRADER")
        shop.pairs = False
        assert rpc("sale.order", "read", [order], fields=["currency_id"])["result"] == [{"id": 1, "currency_id": 1}]

    def test_a_search_follows_write_date(self, shop: OdooShop, wrist: Wrist, rpc: Callable[..., Any]) -> None:
        shop.do("place", email=EMAIL, sku="BW-TRADER")
        wrist.seconds += 3600
        later = shop.do("place", email=EMAIL, sku="BW-AUTOPSY")
        domain = [["write_date", ">=", "2026-06-15 12:30:00"]]
        assert [row["id"] for row in rpc("sale.order", "search_read", domain, fields=["id"])["result"]] == [later]

    def test_a_missing_record_and_a_wrong_field_are_odoos_errors(self, rpc: Callable[..., Any]) -> None:
        assert rpc("sale.order", "read", [99])["error"]["data"]["name"] == "odoo.exceptions.MissingError"
        assert "Invalid field" in rpc("product.product", "read", [1], fields=["no"])["error"]["data"]["message"]
        assert rpc("sale.order", "unlink", [1])["error"]["data"]["name"] == "builtins.AttributeError"

    def test_the_address_of_a_customer_changes_without_the_order(self, shop: OdooShop, wrist: Wrist) -> None:
        order = shop.do("place", email=EMAIL, sku="BW-TRADER")
        before = shop.books.row("sale.order", order)["write_date"]
        wrist.seconds += 60
        shop.do("email", order=order, email="new@trader.example")
        assert shop.books.row("sale.order", order)["write_date"] == before


class TestWebhook:
    def test_is_sorted_json_without_signature(self, shop: OdooShop, receiver: Receiver) -> None:
        shop.automation = Automation(receiver.url)
        shop.do("pay", order=shop.do("place", email=EMAIL, sku="BW-TRADER"))
        body = json.loads(receiver.bodies[0])
        assert list(body) == sorted(body)
        assert (body["_model"], body["_id"], body["partner_id"], body["state"]) == ("sale.order", 1, 1, "sale")

    def test_may_carry_pairs(self, shop: OdooShop, receiver: Receiver) -> None:
        shop.automation = Automation(receiver.url, pairs=True)
        shop.do("pay", order=shop.do("place", email=EMAIL, sku="BW-TRADER", name="David"))
        assert json.loads(receiver.bodies[0])["partner_id"] == [1, "David"]

    @pytest.mark.parametrize(("in_transaction", "seen"), [(False, "sale"), (True, "sent")])
    def test_inside_the_transaction_the_change_is_not_visible_yet(
        self, shop: OdooShop, receiver: Receiver, in_transaction: bool, seen: str
    ) -> None:
        shop.automation = Automation(receiver.url, in_transaction=in_transaction)
        order = shop.do("place", email=EMAIL, sku="BW-TRADER")
        states: list[str] = []
        receiver.during = lambda: states.append(shop.books.row("sale.order", order)["state"])
        shop.do("pay", order=order)
        assert states == [seen]
        assert shop.books.row("sale.order", order)["state"] == "sale"

    def test_a_rolled_back_order_has_told_all_the_same(self, shop: OdooShop, receiver: Receiver) -> None:
        shop.automation = Automation(receiver.url)
        order = shop.do("place", email=EMAIL, sku="BW-TRADER")
        shop.do("pay", order=order, roll_back=True)
        assert len(receiver.bodies) == 1 and shop.books.row("sale.order", order)["state"] == "sent"

    def test_a_lost_call_is_not_sent_again(self, shop: OdooShop, receiver: Receiver) -> None:
        shop.automation = Automation(receiver.url, lose=1)
        shop.do("pay", order=shop.do("place", email=EMAIL, sku="BW-TRADER"))
        assert receiver.bodies == [] and shop.calls == [{"order": 1, "status": "lost"}]

    def test_nobody_listening_is_no_error(self, shop: OdooShop) -> None:
        shop.automation = Automation("http://127.0.0.1:9/none")
        shop.do("pay", order=shop.do("place", email=EMAIL, sku="BW-TRADER"))
        assert shop.calls == [{"order": 1, "status": 0}]


class TestTillAndLevers:
    def test_a_browser_orders_and_pays(self, shop: OdooShop, served: str) -> None:
        assert "Pay now" in httpx.get(f"{served}/shop/BW-TRADER").text
        done = httpx.post(f"{served}/shop/BW-TRADER", data={"email": EMAIL, "name": "David <b>"})
        assert "S00001" in done.text and "<b>" not in done.text
        assert shop.books.row("sale.order", 1)["state"] == "sale"

    def test_levers_say_what_they_cannot_do(self, served: str) -> None:
        answer = httpx.post(f"{served}/_sandbox/do", json={"deed": "place", "email": EMAIL, "sku": "NO"})
        assert (answer.status_code, answer.json()) == (400, {"error": "'no product NO'"})
        placed = httpx.post(f"{served}/_sandbox/do", json={"deed": "place", "email": EMAIL, "sku": "BW-TRADER"})
        assert placed.json() == {"order": 1, "name": "S00001", "state": "sent"}

    def test_the_shop_can_be_down(self, served: str, rpc: Callable[..., Any]) -> None:
        httpx.post(f"{served}/_sandbox/shape", json={"down": True})
        assert httpx.post(f"{served}/jsonrpc", json={}).status_code == 502
