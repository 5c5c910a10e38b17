"""Readings taken in: whatever comes in whatever order, orders, grants, links and reports end where the order did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.core import mail
from django.db import transaction

from accounts.errors import InvalidInput
from accounts.models import Event
from accounts.testing.world import World
from billing.entitlements import entitlements
from billing.models import Activation, Grant, OdooOrder, PaidMonth, Plan, SkuRule, WorkItem
from billing.odoo.readback import Unreadable
from billing.orders import services
from billing.orders.months import add_months
from billing.orders.reading import OrderReading
from billing.testing.odoo import AUTOPSY, DATABASE, at, line, payment, reading, taken

pytestmark = pytest.mark.django_db

PAID = reading()
LIFE = (
    reading(paid=False, version=at(0)),
    PAID,
    reading(version=at(3), payments=(payment(refunded=25_000),)),
    reading(version=at(4), state="cancel", payments=(payment(refunded=25_000),)),
)


def live(order: OdooOrder, *, now: Any) -> list[Any]:
    grants = Grant.objects.filter(source="odoo", external_id__startswith=order.key, state="active")
    return [grant for grant in grants if grant.valid_until is None or grant.valid_until > now]


def bound(order: OdooOrder, world: World) -> OdooOrder:
    order.business = world.business
    order.save()
    return services.settle(order, now=at(2))


class TestTaking:
    def test_a_paid_subscription_sends_one_link_however_often_it_is_told(self, run_jobs: Callable[..., Any]) -> None:
        for _ in range(3):
            order = taken(PAID)
            run_jobs()
        assert (order.status, order.park) == ("paid", "")
        assert len(mail.outbox) == 1 and Activation.objects.count() == 1

    def test_the_same_reading_writes_nothing_but_when_it_was_seen(self) -> None:
        first = taken(PAID)
        events = Event.objects.count()
        again = taken(PAID, observed_at=at(30))
        assert (again.observed_at, again.mark) == (at(30), first.mark)
        assert Event.objects.count() == events

    def test_an_older_reading_never_overwrites_a_newer(self) -> None:
        taken(LIFE[2])
        assert taken(PAID, observed_at=at(60)).status == "refunded"

    @pytest.mark.parametrize(
        "told", list(permutations(LIFE)), ids=lambda told: "-".join(str(LIFE.index(r)) for r in told)
    )
    def test_every_permutation_ends_cancelled_and_without_a_grant(
        self, world: World, run_jobs: Callable[..., Any], told: tuple[OrderReading, ...]
    ) -> None:
        for found in told:
            order = taken(found)
            if order.business is None and order.status == "paid":
                order = bound(order, world)
            run_jobs()
        assert order.status == "cancelled"
        assert live(order, now=at(5)) == []
        assert PaidMonth.objects.count() == 0
        assert Activation.objects.filter(consumed_at=None, revoked_at=None).count() == 0

    @pytest.mark.parametrize("told", list(permutations((LIFE[0], PAID, PAID))))
    def test_every_permutation_of_a_paid_order_ends_with_one_grant(
        self, world: World, told: tuple[OrderReading, ...]
    ) -> None:
        order = taken(told[0])
        order.business = world.business
        order.save()
        for found in told:
            order = taken(found)
        order = services.settle(OdooOrder.objects.get(pk=order.pk), now=at(5))
        assert [grant.plan.key for grant in live(order, now=at(5))] == ["trader"]

    def test_refunded_before_anybody_heard_of_the_payment_grants_nothing(self, run_jobs: Callable[..., Any]) -> None:
        taken(LIFE[2])
        taken(PAID)
        run_jobs()
        assert mail.outbox == [] and Grant.objects.filter(source="odoo").count() == 0

    def test_a_renewal_moves_the_end_of_the_grant(self, world: World) -> None:
        order = bound(taken(PAID), world)
        first = live(order, now=at(5))[0].valid_until
        renewed = (payment(1), payment(2, paid_at=add_months(at(1), 1)))
        taken(reading(version=at(50_000), payments=renewed))
        assert live(order, now=at(5))[0].valid_until == add_months(first, 1)
        assert list(PaidMonth.objects.values_list("business", "number")) == [
            (world.business.pk, 1), (world.business.pk, 2)
        ]  # fmt: skip

    def test_a_refund_takes_the_plan_away_at_once(self, world: World) -> None:
        Grant.objects.filter(business=world.business).delete()
        order = bound(taken(PAID), world)
        assert entitlements(world.business, at=at(3)).has("desk.trading")
        taken(LIFE[2])
        world.business.refresh_from_db()
        assert not entitlements(world.business, at=at(4)).has("desk.trading")
        assert live(order, now=at(4)) == []

    def test_a_line_that_was_replaced_leaves_no_grant_behind(self, world: World) -> None:
        order = bound(taken(PAID), world)
        taken(reading(version=at(3), lines=(line(number=2),)))
        assert [grant.external_id for grant in live(order, now=at(4))] == [f"{DATABASE}:42:2"]

    def test_two_orders_of_one_address_are_two_orders_with_two_links(self, run_jobs: Callable[..., Any]) -> None:
        taken(reading(1))
        taken(reading(2))
        run_jobs()
        assert {link.order.external_id for link in Activation.objects.filter(revoked_at=None)} == {1, 2}
        assert len(mail.outbox) == 2

    def test_a_changed_address_kills_the_open_link_and_gets_its_own(self, run_jobs: Callable[..., Any]) -> None:
        taken(PAID)
        run_jobs()
        taken(reading(version=at(9), email="new@trader.example"))
        run_jobs()
        old, new = Activation.objects.order_by("pk")
        assert old.revoked_at is not None and (new.email, new.revoked_at) == ("new@trader.example", None)
        assert mail.outbox[-1].to == ["new@trader.example"]

    def test_a_changed_address_changes_no_business_that_was_opened(
        self, world: World, run_jobs: Callable[..., Any]
    ) -> None:
        order = bound(taken(PAID), world)
        taken(reading(version=at(9), email="new@trader.example"))
        run_jobs()
        assert Event.objects.filter(name="billing.orders.email_changed").count() == 1
        assert len(live(order, now=at(10))) == 1
        assert [message.to for message in mail.outbox if "new@trader.example" in message.to] == []

    def test_partly_paid_gives_nothing(self, run_jobs: Callable[..., Any]) -> None:
        assert taken(reading(payments=(payment(amount=100),))).status == "partly_paid"
        run_jobs()
        assert mail.outbox == []


class TestParking:
    def parked(self, **fields: Any) -> OdooOrder:
        return taken(reading(**fields))

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"lines": (line("MUG-01"),)}, "unknown_sku"),
            ({"lines": (line(subtotal=100, total=100),)}, "amount_mismatch"),
            ({"currency": "kwd", "payments": (payment(currency="kwd"),)}, "currency_not_offered"),
            ({"email": ""}, "no_email"),
        ],
    )
    def test_nothing_is_granted_and_nothing_is_lost(
        self, run_jobs: Callable[..., Any], fields: dict[str, Any], code: str
    ) -> None:
        order = self.parked(**fields)
        run_jobs()
        assert (order.park, order.reading["id"]) == (code, 42)
        assert Event.objects.filter(name="billing.orders.parked").count() == 1
        assert (Activation.objects.count(), WorkItem.objects.count()) == (0, 0)
        assert [message.to for message in mail.outbox] == [["staff@bellwether.example"]]
        assert "S00042" in mail.outbox[0].subject and "david@" not in mail.outbox[0].body

    def test_staff_hears_once_of_what_still_waits(self, run_jobs: Callable[..., Any]) -> None:
        for _ in range(3):
            order = self.parked(lines=(line("MUG-01"),))
            run_jobs()
        assert len(mail.outbox) == 1
        services.dismiss(order, now=at(9))
        again = taken(reading(version=at(11), lines=(line("MUG-02"),)))
        services.dismiss(again, now=at(12))
        run_jobs()
        assert len(mail.outbox) == 1

    def test_mapping_the_sku_settles_every_order_that_waited_for_it(
        self, world: World, run_jobs: Callable[..., Any]
    ) -> None:
        first, second = taken(reading(1, lines=(line("NEW"),), payments=(payment(amount=1_800),))), None
        second = taken(reading(2, lines=(line("NEW", subtotal=25_000, total=25_000),)))
        services.map_sku(second, Plan.objects.get(key="trader"), actor=world.owner, now=at(9))
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.park, second.park, second.status) == ("amount_mismatch", "", "paid")
        run_jobs()
        assert [message.to for message in mail.outbox if "staff@bellwether.example" not in message.to] == [
            [second.email]
        ]

    def test_a_sku_may_open_nothing(self, world: World) -> None:
        order = self.parked(lines=(line("MUG-01"),))
        services.map_sku(order, None, actor=world.owner, now=at(9))
        order.refresh_from_db()
        assert (order.park, order.until) == ("", None)
        assert SkuRule.objects.get().plan is None

    def test_accepting_holds_for_this_reading_only(self, run_jobs: Callable[..., Any]) -> None:
        cheap = {"lines": (line(subtotal=100, total=100),)}
        order = self.parked(**cheap)
        assert services.accept(order, now=at(9))
        run_jobs()
        assert len(mail.outbox) == 1
        changed = taken(reading(version=at(10), **{"lines": (line(subtotal=50, total=50),)}))
        assert changed.park == "amount_mismatch"

    def test_an_unknown_product_cannot_be_accepted(self) -> None:
        with pytest.raises(InvalidInput), transaction.atomic():
            services.accept(self.parked(lines=(line("MUG-01"),)), now=at(9))

    def test_a_dismissed_order_comes_back_with_newer_news(self) -> None:
        order = self.parked(lines=(line("MUG-01"),))
        assert services.dismiss(order, now=at(9)) and not services.dismiss(order, now=at(10))
        again = taken(reading(version=at(11), lines=(line("MUG-02"),)))
        assert (again.park, again.dismissed_at) == ("unknown_sku", None)

    def test_a_partial_refund_keeps_what_was_given_until_a_person_decides(self, world: World) -> None:
        order = bound(taken(PAID), world)
        partly = replace(PAID, version=at(3), payments=(payment(refunded=5_000),))
        assert taken(partly).park == "partial_refund"
        assert len(live(order, now=at(4))) == 1

    def test_an_order_that_was_deleted_is_parked_and_keeps_its_grant(self, world: World) -> None:
        order = bound(taken(PAID), world)
        services.note_gone(database=DATABASE, external_id=42)
        order.refresh_from_db()
        assert order.park == "gone" and len(live(order, now=at(4))) == 1
        assert services.note_gone(database=DATABASE, external_id=43) is None

    def test_an_unreadable_order_is_parked_and_read_when_it_can_be(self) -> None:
        bad = Unreadable(42, "S00042", "An amount without a currency.")
        order = services.take_unreadable(bad, database=DATABASE, found_by="poller", now=at(0))
        assert (order.park, order.why) == ("unreadable", "An amount without a currency.")
        assert (taken(PAID).park, taken(PAID).status) == ("", "paid")


class TestOneOff:
    def test_a_paid_report_becomes_one_work_item(self, run_jobs: Callable[..., Any]) -> None:
        for _ in range(2):
            taken(reading(lines=(line(AUTOPSY),)))
            run_jobs()
        item = WorkItem.objects.get()
        assert (item.plan.key, item.state, item.due_at) == ("edge_autopsy", "open", at(1) + timedelta(days=3))
        assert len(mail.outbox) == 1 and "/orders/" in mail.outbox[0].body

    def test_a_refund_ends_the_work_but_not_what_was_delivered(self) -> None:
        taken(reading(lines=(line(AUTOPSY),)))
        back = {"version": at(5), "payments": (payment(amount=9_900, refunded=9_900),)}
        taken(reading(lines=(line(AUTOPSY),), **back))
        assert WorkItem.objects.get().state == "cancelled"
        taken(reading(7, lines=(line(AUTOPSY),)))
        WorkItem.objects.filter(order__external_id=7).update(state="delivered")
        taken(reading(7, lines=(line(AUTOPSY),), **back))
        assert WorkItem.objects.get(order__external_id=7).state == "delivered"
