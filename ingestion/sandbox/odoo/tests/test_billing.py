"""Bellwether against the shop: what is sold there is read here, told or not, early or late, in any order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import permutations
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.core import mail
from django.test import Client, override_settings
from django.utils import timezone

from accounts import inbox, jobs
from accounts.errors import SourceDown, SourceRefused
from accounts.models import Event, Job
from billing.models import Activation, OdooCursor, OdooOrder, WorkItem
from billing.odoo import tasks
from billing.odoo.client import Access, OdooApi
from billing.odoo.readback import find_order, orders_of, read_orders
from ingestion.sandbox.odoo import hooks
from ingestion.sandbox.odoo.rpc import API_KEY, DATABASE, LOGIN
from ingestion.sandbox.odoo.shop import PREFIX, OdooShop
from ingestion.sandbox.stripe.wire import Request

pytestmark = pytest.mark.django_db

EMAIL = "david@trader.example"
ADDRESS = f"/webhooks/odoo/order-paid/{settings.ODOO_WEBHOOK_SECRETS[0]}"


def transport(shop: OdooShop) -> httpx.MockTransport:
    """The shop without a socket."""

    def answer(request: httpx.Request) -> httpx.Response:
        given = Request("POST", request.url.path, json.loads(request.content), {})
        made = shop.answer(given)
        return httpx.Response(made.status, content=made.data)

    return httpx.MockTransport(answer)


@pytest.fixture
def shop() -> OdooShop:
    return OdooShop(webhook_url="http://bellwether.test")


@pytest.fixture(autouse=True)
def _connected(shop: OdooShop, monkeypatch: pytest.MonkeyPatch, wakeups: Any) -> Iterator[None]:
    """Bellwether reads this shop, and the shop's calls arrive at Bellwether's address."""

    def post(url: str, body: bytes) -> int:
        return Client().post(ADDRESS, body, content_type="application/json").status_code

    monkeypatch.setattr(tasks, "TRANSPORT", transport(shop))
    monkeypatch.setattr("ingestion.sandbox.odoo.shop.post", post)
    with override_settings(
        ODOO_URL=f"http://shop.test{PREFIX}", ODOO_DB=DATABASE, ODOO_LOGIN=LOGIN, ODOO_API_KEY=API_KEY
    ):
        yield


@pytest.fixture
def work(run_jobs: Callable[..., Any]) -> Callable[..., None]:
    """Work the inbox and every job that is due by `ahead` from now."""

    def everything(ahead: timedelta = timedelta(0)) -> None:
        inbox.drain(now=timezone.now() + ahead)
        run_jobs(ahead=ahead)

    return everything


def api(shop: OdooShop, key: str = API_KEY) -> OdooApi:
    return OdooApi(Access(f"http://shop.test{PREFIX}", DATABASE, LOGIN, key), transport=transport(shop))


def poll(work: Callable[..., None], ahead: timedelta = timedelta(0)) -> None:
    jobs.PERIODIC["billing.odoo.poll_regularly"].kind.enqueue(dedupe="periodic")
    work(ahead)


class TestReading:
    @pytest.mark.parametrize("pairs", [True, False])
    def test_one_order_reads_the_same_in_both_shapes(self, shop: OdooShop, pairs: bool) -> None:
        order = shop.do("place", email=EMAIL, sku="BW-TRADER", currency="EUR", name="David")
        shop.do("pay", order=order)
        shop.pairs = pairs
        [found] = read_orders(api(shop), [order, 999])
        assert (found.name, found.currency, found.total, found.email) == ("S00001", "eur", 27_370, EMAIL)
        assert [(one.sku, one.subtotal) for one in found.lines] == [("BW-TRADER", 23_000)]
        assert [(one.amount, one.refunded) for one in found.payments] == [(27_370, 0)]

    def test_refunds_that_an_order_does_not_list_are_found(self, shop: OdooShop) -> None:
        order = shop.do("place", email=EMAIL, sku="BW-TRADER")
        shop.do("pay", order=order)
        shop.do("refund", order=order)
        shop.books.row("sale.order", order)["transaction_ids"] = [1]
        [found] = read_orders(api(shop), [order])
        assert found.payments[0].is_returned

    def test_payments_invoices_and_customers_lead_to_their_order(self, shop: OdooShop) -> None:
        order = shop.do("place", email=EMAIL, sku="BW-TRADER")
        shop.do("pay", order=order)
        shop.do("invoice", order=order)
        reads = api(shop)
        assert [orders_of(reads, model, 1) for model in ("payment.transaction", "account.move", "res.partner")] == [
            [order]
        ] * 3
        assert (find_order(reads, "s00001"), find_order(reads, "S9")) == (order, None)

    def test_a_wrong_key_is_refused_without_quoting_it(self, shop: OdooShop) -> None:
        with pytest.raises(SourceRefused) as refused:
            api(shop, "very-secret-key").search("sale.order", [], ["name"])
        assert "very-secret-key" not in str(refused.value) + repr(api(shop, "very-secret-key").access)

    def test_a_shop_that_is_down_is_a_delay(self, shop: OdooShop) -> None:
        shop.down = True
        with pytest.raises(SourceDown):
            api(shop).search("sale.order", [], ["name"])

    def test_what_odoo_calls_an_error_is_no_data(self, shop: OdooShop) -> None:
        shop.do("place", email=EMAIL, sku="BW-TRADER")
        with pytest.raises(SourceDown, match="Invalid field"):
            api(shop).search("sale.order", [], ["no_such_field"])


class TestTold:
    def test_a_paid_order_sends_the_link_within_one_round(self, shop: OdooShop, work: Callable[..., None]) -> None:
        shop.do("pay", order=shop.do("place", email=EMAIL, sku="BW-TRADER"))
        work()
        order = OdooOrder.objects.get()
        assert (order.status, order.found_by, order.number) == ("paid", "webhook", "S00001")
        assert [message.to for message in mail.outbox] == [[EMAIL]]

    def test_confirmed_is_not_paid(self, shop: OdooShop, work: Callable[..., None]) -> None:
        shop.do("confirm", order=shop.do("place", email=EMAIL, sku="BW-TRADER"))
        work()
        assert OdooOrder.objects.get().status == "waiting" and mail.outbox == []

    def test_inside_the_transaction_is_read_again_until_it_is_there(
        self, shop: OdooShop, work: Callable[..., None]
    ) -> None:
        """What the first reading finds is the old order, because nobody can see the new one yet."""
        shop.automation.in_transaction = True
        order = shop.do("place", email=EMAIL, sku="BW-TRADER")
        unpaid = shop.books.copy()
        shop.do("pay", order=order)
        paid, shop.books = shop.books, unpaid
        shop.books.row("sale.order", order)["write_date"] = "2026-01-01 00:00:00"
        for table in ("res.partner", "sale.order.line", "product.product"):
            for row in shop.books.tables[table].values():
                row["write_date"] = "2026-01-01 00:00:00"
        work()
        assert OdooOrder.objects.get().status == "waiting"
        shop.books = paid
        work(timedelta(seconds=3))
        assert OdooOrder.objects.get().status == "paid"

    def test_tries_at_2_10_60_seconds_and_10_minutes_and_then_leaves_it_to_the_poller(
        self, shop: OdooShop, work: Callable[..., None]
    ) -> None:
        shop.do("pay", order=shop.do("place", email=EMAIL, sku="BW-TRADER"))
        shop.down = True
        pauses = []
        for ahead in (0, 5, 20, 120, 900, 9_000):
            work(timedelta(seconds=ahead))
            waiting = Job.objects.filter(name="billing.odoo.read_back", state="queued").first()
            if waiting is not None:
                pauses.append(waiting.args["step"])
        assert pauses == [1, 2, 3, 4] and OdooOrder.objects.count() == 0
        assert (
            timedelta(seconds=2),
            timedelta(seconds=10),
            timedelta(minutes=1),
            timedelta(minutes=10),
        ) == tasks.PAUSES
        shop.down = False
        poll(work)
        assert OdooOrder.objects.get().status == "paid"

    def test_a_rolled_back_order_grants_nothing(self, shop: OdooShop, work: Callable[..., None]) -> None:
        order = shop.do("place", email=EMAIL, sku="BW-TRADER")
        shop.do("pay", order=order, roll_back=True)
        for ahead in (0, 5, 20, 120, 900):
            work(timedelta(seconds=ahead))
        assert OdooOrder.objects.get().status == "waiting" and mail.outbox == []

    def test_refund_told_before_payment_grants_nothing(self, shop: OdooShop, work: Callable[..., None]) -> None:
        order = shop.do("place", email=EMAIL, sku="BW-TRADER")
        shop.do("pay", order=order, tell=False)
        shop.do("refund", order=order)
        body = hooks.payload(shop.books, "sale.order", order, shop.automation).replace(b'"sale"', b'"draft"')
        Client().post(ADDRESS, body, content_type="application/json")
        work()
        assert OdooOrder.objects.get().status == "refunded"
        assert mail.outbox == [] and Activation.objects.count() == 0


class TestNotTold:
    def test_a_lost_call_is_found_by_the_poller_within_its_interval(
        self, shop: OdooShop, work: Callable[..., None]
    ) -> None:
        poll(work)
        shop.automation.lose = 1
        shop.do("pay", order=shop.do("place", email=EMAIL, sku="BW-TRADER"))
        work()
        assert OdooOrder.objects.count() == 0
        assert jobs.PERIODIC["billing.odoo.poll_regularly"].every == timedelta(minutes=15)
        poll(work)
        order = OdooOrder.objects.get()
        assert (order.status, order.found_by) == ("paid", "poller") and len(mail.outbox) == 1
        assert Event.objects.get(name="billing.odoo.found_by_polling").ids == {"orders": 1}

    def test_refunds_invoices_and_addresses_are_found_though_the_order_was_not_written(
        self, shop: OdooShop, work: Callable[..., None]
    ) -> None:
        shop.automation.url = ""
        order = shop.do("place", email=EMAIL, sku="BW-TRADER")
        shop.do("invoice", order=order, payment_state="not_paid")
        poll(work)
        assert OdooOrder.objects.get().status == "waiting"
        shop.do("settle", order=order, payment_state="paid")
        poll(work)
        assert OdooOrder.objects.get().status == "paid"
        shop.do("email", order=order, email="new@trader.example")
        poll(work)
        assert OdooOrder.objects.get().email == "new@trader.example"
        shop.do("settle", order=order, payment_state="reversed")
        poll(work)
        assert OdooOrder.objects.get().status == "refunded"

    def test_looks_ten_minutes_behind_its_watermark(self, shop: OdooShop, work: Callable[..., None]) -> None:
        poll(work)
        cursor = OdooCursor.objects.get()
        shop.books.clock = lambda: (cursor.watermark - timedelta(minutes=9)).timestamp()
        shop.do("pay", order=shop.do("place", email=EMAIL, sku="BW-TRADER"), tell=False)
        poll(work)
        assert OdooOrder.objects.get().status == "paid"

    def test_a_round_that_failed_moves_no_watermark(self, shop: OdooShop, work: Callable[..., None]) -> None:
        poll(work)
        before = OdooCursor.objects.get().watermark
        shop.down = True
        poll(work)
        assert OdooCursor.objects.get().watermark == before

    def test_one_unreadable_order_stops_no_other(self, shop: OdooShop, work: Callable[..., None]) -> None:
        bad = shop.do("place", email=EMAIL, sku="BW-TRADER")
        shop.do("pay", order=bad, tell=False)
        shop.books.row("sale.order", bad)["currency_id"] = False
        shop.do("pay", order=shop.do("place", email="two@trader.example", sku="BW-AUTOPSY"), tell=False)
        poll(work)
        assert OdooOrder.objects.get(external_id=bad).park == "unreadable"
        assert WorkItem.objects.count() == 1

    def test_a_deleted_order_is_parked(self, shop: OdooShop, work: Callable[..., None]) -> None:
        order = shop.do("place", email=EMAIL, sku="BW-TRADER")
        shop.do("pay", order=order)
        work()
        shop.do("delete", order=order)
        tasks.read_again.enqueue(external_id=order)
        work()
        assert OdooOrder.objects.get().park == "gone"

    def test_a_buyer_who_asks_is_found_before_anybody_told(self, shop: OdooShop, work: Callable[..., None]) -> None:
        shop.do("pay", order=shop.do("place", email=EMAIL, sku="BW-TRADER"), tell=False)
        Client().post("/activate/", {"order": "S00001", "email": EMAIL})
        work()
        assert {tuple(message.to) for message in mail.outbox} == {(EMAIL,)}
        assert Activation.objects.filter(revoked_at=None, consumed_at=None).count() == 1


@pytest.mark.parametrize("deeds", list(permutations(("pay", "refund", "cancel"))))
def test_calls_in_every_order_end_in_the_same_state(
    shop: OdooShop, work: Callable[..., None], deeds: tuple[str, ...]
) -> None:
    """The shop does all three; the calls about them arrive in every order, and each twice."""
    order = shop.do("place", email=EMAIL, sku="BW-TRADER")
    calls = {}
    for deed in ("pay", "refund", "cancel"):
        shop.do(deed, order=order, tell=False)
        shop.automation.fields = ("name", "state", "write_date")
        calls[deed] = hooks.payload(shop.books, "sale.order", order, shop.automation).replace(b"#7", deed.encode())
    for deed in (*deeds, *deeds):
        Client().post(ADDRESS, calls[deed], content_type="application/json")
        work()
    assert OdooOrder.objects.get().status == "cancelled"
    assert mail.outbox == [] and Activation.objects.count() == 0
