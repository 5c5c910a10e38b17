"""Buying, failing, cancelling and mending against the sandbox's till, over the SDK and signed webhooks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import inbox
from accounts.errors import InvalidInput, NotYours
from accounts.models import Business, Event, InboxDelivery, Member
from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.testing.world import World
from billing.checkout.services import AlreadySubscribed, finish_checkout, start_checkout
from billing.dunning.services import send_due
from billing.entitlements import entitlements
from billing.models import Attention, BillingCustomer, Checkout, DunningMail, Grant, Invoice, Plan, PlanPrice
from billing.models import Subscription as Held
from billing.plans.publish import publish
from billing.portal.services import portal_address
from billing.reconciliation.services import Report, reconcile
from billing.stripe.client import BillingApi
from billing.subscriptions.change import NotChangeable, change_plan, preview_change
from ingestion.sandbox.stripe.server import ReplayServer
from ingestion.sandbox.stripe.webhooks import sign

pytestmark = pytest.mark.django_db
SECRET = "whsec_billing_secret"


class Till:
    """The sandbox's till, its levers, and a hand that carries its events to our endpoint in any order."""

    def __init__(self, server: ReplayServer) -> None:
        self.server, self.url = server, server.url
        self.http = httpx.Client(base_url=server.url, timeout=20)
        self.pull("hold", hold=True)
        self.api = BillingApi()

    def pull(self, lever: str, **given: Any) -> Any:
        answer = self.http.post(f"/_sandbox/till/{lever}", json=given)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def press(self, url: str, **form: str) -> str:
        """A button on one of the till's pages; returns where it led."""
        answer = self.http.post(url.removeprefix(self.url), data=form)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def pay(self, url: str, **form: str) -> str:
        """Pay and return the session's id."""
        back = self.press(url, **{"decision": "pay", "country": "DE", **form})
        return parse_qs(urlsplit(back).query)["session"][0]

    def events(self) -> list[dict[str, Any]]:
        """What was told and not yet carried, oldest first."""
        return [event.body() for event in self.server.world.till.waiting]

    def carry(self, *types: str, client: Client | None = None) -> list[int]:
        """Deliver the waiting events (of `types`, else all), signed, and work them off."""
        waiting = self.server.world.till.waiting
        taken = [event for event in waiting if not types or event.type in types]
        self.server.world.till.waiting = [event for event in waiting if event not in taken]
        return deliver(*(event.body() for event in taken))


def deliver(*events: dict[str, Any], secret: str = SECRET) -> list[int]:
    answers = []
    for event in events:
        body = json.dumps(event).encode()
        header = sign(body, (secret,), int(timezone.now().timestamp()))
        answer = Client().post(
            "/webhooks/billing/stripe", body, content_type="application/json", headers={"Stripe-Signature": header}
        )
        answers.append(answer.status_code)
    inbox.drain(now=timezone.now())
    return answers


@pytest.fixture
def till(world: World, settings: Any, wakeups: Any) -> Iterator[Till]:
    with ReplayServer(as_of=datetime.now(UTC).replace(microsecond=0)) as server:
        settings.BILLING_STRIPE_API_BASE = server.url
        made = Till(server)
        PlanPrice.objects.update(stripe_price_id="")
        Plan.objects.update(stripe_product_id="")
        assert publish(made.api) == PlanPrice.objects.exclude(stripe_price_id="").count() > 0
        yield made
        made.http.close()


@pytest.fixture
def buyer(world: World) -> SimpleNamespace:
    """A business with an owner and nothing bought."""
    business = Business.objects.create(slug="newcomer", name="Newcomer", currency="usd")
    Member.objects.create(business=business, user=world.owner, role=Role.OWNER)
    return SimpleNamespace(business=business, owner=world.owner)


def begin(buyer: Any, plan: str = "trader", currency: str = "usd") -> str:
    with acting_for(buyer.business):
        return start_checkout(buyer.business, plan=plan, currency=currency, actor=buyer.owner, now=timezone.now())


def opened(buyer: Any, *, at: datetime | None = None) -> Any:
    return entitlements(Business.objects.get(pk=buyer.business.pk), at=at or timezone.now())


def bought(till: Till, buyer: Any, plan: str = "trader") -> Held:
    till.pay(begin(buyer, plan))
    till.carry()
    return Held.objects.of(buyer.business).get()


class TestBuying:
    def test_opens_the_plan_by_webhook_alone(self, till: Till, buyer: Any) -> None:
        held = bought(till, buyer)
        assert (held.status, held.plan.key, held.amount, held.parked) == ("active", "trader", 25_000, "")
        assert opened(buyer).has("desk.trading")
        assert Business.objects.get(pk=buyer.business.pk).desks == ["payments", "trading"]
        assert Checkout.objects.get().state == "done"
        invoice = Invoice.objects.get()
        assert (invoice.status, invoice.total, invoice.total_excluding_tax) == ("paid", 29_750, 25_000)

    def test_opens_the_plan_on_the_way_back_alone(self, till: Till, buyer: Any) -> None:
        session = till.pay(begin(buyer))
        with acting_for(buyer.business):
            ended = finish_checkout(buyer.business, session=session, now=timezone.now())
        assert (ended.state, ended.plan.key) == ("done", "trader")
        assert opened(buyer).has("desk.trading")
        before = Event.objects.filter(name__startswith="billing.grants").count()
        till.carry()
        assert Event.objects.filter(name__startswith="billing.grants").count() == before

    def test_takes_promotion_codes_and_tax_ids(self, till: Till, buyer: Any) -> None:
        till.pay(begin(buyer), promotion_code="welcome20", tax_id="DE123456789")
        till.carry()
        held, invoice = Held.objects.get(), Invoice.objects.get()
        assert (held.amount, held.discounted) == (25_000, 20_000)
        assert (invoice.total, invoice.total_excluding_tax) == (20_000, 20_000)
        assert BillingCustomer.objects.get().country == "DE"

    def test_begins_a_trial_once(self, till: Till, buyer: Any) -> None:
        held = bought(till, buyer, "desk_payments")
        assert held.status == "trialing" and held.trial_end is not None
        assert opened(buyer).limit("sources") == 5
        till.pull("advance", days=11)
        till.carry()
        till.pull("deliver", types=["customer.subscription.trial_will_end"], deliver=False)
        notice = [event for event in till.server.world.till.events if event.type.endswith("trial_will_end")]
        deliver(notice[0].body() | {"id": "evt_again"})
        day = f"{held.trial_end.day} {held.trial_end:%B}"
        assert [m.subject for m in mail.outbox] == [f"Newcomer: the trial ends on {day}"]
        till.pull("status", subscription=held.stripe_id, status="canceled")
        till.carry()
        till.pay(begin(buyer, "desk_payments"))
        till.carry()
        assert Held.objects.order_by("-pk")[0].status == "active"

    def test_grants_nothing_while_the_money_is_on_its_way(self, till: Till, buyer: Any) -> None:
        back = till.press(begin(buyer), decision="debit")
        till.carry()
        assert Checkout.objects.get().state == "pending" and not opened(buyer).has("desk.trading")
        session = parse_qs(urlsplit(back).query)["session"][0]
        till.pull("settle", session=session, succeeded=True)
        till.carry()
        assert opened(buyer).has("desk.trading")

    def test_grants_nothing_when_the_bank_says_no(self, till: Till, buyer: Any) -> None:
        back = till.press(begin(buyer), decision="debit")
        session = parse_qs(urlsplit(back).query)["session"][0]
        till.pull("settle", session=session, succeeded=False)
        till.carry()
        assert not opened(buyer).has("desk.trading") and not Grant.objects.of(buyer.business).exists()

    def test_can_be_left_and_begun_again(self, till: Till, buyer: Any) -> None:
        address = begin(buyer)
        assert till.press(address, decision="cancel").endswith("/b/newcomer/settings/plan/")
        assert begin(buyer) == address


class TestTwoTabs:
    def test_share_one_way_to_the_till(self, till: Till, buyer: Any) -> None:
        assert begin(buyer) == begin(buyer)
        assert len(till.server.world.till.tables["checkout.session"]) == 1

    def test_close_the_first_when_the_second_chooses_otherwise(self, till: Till, buyer: Any) -> None:
        first, second = begin(buyer, "trader"), begin(buyer, "pro")
        assert first != second
        assert till.http.post(first.removeprefix(till.url), data={"decision": "pay"}).status_code == 410
        assert till.pay(second)

    def test_never_make_a_second_subscription_even_before_any_webhook(self, till: Till, buyer: Any) -> None:
        till.pay(begin(buyer))
        with pytest.raises(AlreadySubscribed):
            begin(buyer, "pro")
        assert len(till.server.world.till.tables["subscription"]) == 1

    def test_two_subscriptions_made_elsewhere_call_a_person(self, till: Till, buyer: Any) -> None:
        bought(till, buyer)
        table = till.server.world.till.tables["subscription"]
        twin = json.loads(json.dumps(next(iter(table.values())))) | {"id": "sub_twin"}
        table["sub_twin"] = twin
        till.server.world.till.tell("customer.subscription.created", twin)
        till.carry()
        assert Attention.objects.get().kind == "double_subscription"


class TestWhatCannotBeBought:
    def test_a_currency_that_is_not_offered(self, till: Till, buyer: Any) -> None:
        with pytest.raises(InvalidInput) as refused:
            begin(buyer, currency="jpy")
        assert refused.value.code == "currency_not_offered" and refused.value.details["offered"] == [
            "eur",
            "gbp",
            "usd",
        ]

    @pytest.mark.parametrize("plan", ["nothing", "free", "edge_autopsy"])
    def test_a_plan_that_is_none_or_not_sold_by_the_month(self, till: Till, buyer: Any, plan: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            begin(buyer, plan)
        assert refused.value.code == "plan_not_on_sale"

    def test_a_retired_plan_while_who_has_it_keeps_it(self, till: Till, buyer: Any, world: World) -> None:
        bought(till, buyer)
        Plan.objects.filter(key="trader").update(retired_at=timezone.now())
        till.pull("advance", days=31)
        till.carry()
        assert opened(buyer).has("desk.trading")
        with pytest.raises(InvalidInput):
            begin(SimpleNamespace(business=world.other, owner=world.stranger))

    def test_a_desk_that_is_not_open_yet(self, till: Till, buyer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("billing.plans.queries.open_desks", lambda: frozenset({"payments"}))
        with pytest.raises(InvalidInput, match="not open yet"):
            begin(buyer, "trader")

    def test_anything_with_a_price_that_stripe_does_not_know_yet(self, till: Till, buyer: Any) -> None:
        PlanPrice.objects.filter(plan__key="trader").update(stripe_price_id="")
        with pytest.raises(InvalidInput, match="not on sale yet"):
            begin(buyer)


class TestAnAmountThatDoesNotFit:
    def test_is_parked_and_grants_nothing(self, till: Till, buyer: Any) -> None:
        till.pay(begin(buyer))
        item = next(iter(till.server.world.till.tables["subscription"].values()))["items"]["data"][0]
        item["price"] = item["price"] | {"unit_amount": 100}
        till.carry()
        found = Attention.objects.get()
        assert (found.kind, found.ids["amount"], found.business) == ("amount_mismatch", 100, buyer.business)
        assert Held.objects.get().parked and not Grant.objects.of(buyer.business).exists()

    def test_an_unknown_price_is_parked_too(self, till: Till, buyer: Any) -> None:
        till.pay(begin(buyer))
        PlanPrice.objects.filter(plan__key="trader").update(stripe_price_id="")
        till.carry()
        assert Attention.objects.get().kind == "unknown_product" and not Grant.objects.of(buyer.business).exists()

    def test_opens_once_a_person_has_mended_it(self, till: Till, buyer: Any) -> None:
        till.pay(begin(buyer))
        known = dict(PlanPrice.objects.filter(plan__key="trader").values_list("pk", "stripe_price_id"))
        PlanPrice.objects.filter(pk__in=known).update(stripe_price_id="")
        till.carry()
        for pk, name in known.items():
            PlanPrice.objects.filter(pk=pk).update(stripe_price_id=name)
        assert reconcile(till.api, now=timezone.now()).repaired == 1
        assert opened(buyer).has("desk.trading")


class TestTheLifeOfASubscription:
    def test_is_cancelled_for_the_end_of_its_period(self, till: Till, buyer: Any) -> None:
        held = bought(till, buyer)
        with acting_for(buyer.business):
            portal = portal_address(buyer.business, actor=buyer.owner)
        till.press(portal, decision="cancel", subscription=held.stripe_id)
        till.carry()
        held.refresh_from_db()
        assert held.cancel_at == held.period_end
        assert opened(buyer, at=held.period_end - timedelta(seconds=1)).has("desk.trading")
        assert not opened(buyer, at=held.period_end).has("desk.trading")
        till.pull("advance", to_period_end=held.stripe_id)
        till.carry()
        assert Grant.objects.of(buyer.business).get().state == "ended" and not opened(buyer).has("desk.trading")
        assert Business.objects.get(pk=buyer.business.pk).desks == ["payments", "trading"]

    def test_is_taken_up_again_before_its_end(self, till: Till, buyer: Any) -> None:
        held = bought(till, buyer)
        with acting_for(buyer.business):
            portal = portal_address(buyer.business, actor=buyer.owner)
        for deed in ("cancel", "resume"):
            till.press(portal, decision=deed, subscription=held.stripe_id)
            till.carry()
        held.refresh_from_db()
        assert held.cancel_at is None and opened(buyer, at=held.period_end).has("desk.trading")

    def test_renews(self, till: Till, buyer: Any) -> None:
        first = bought(till, buyer).period_end
        till.pull("advance", days=32)
        till.carry()
        held = Held.objects.get()
        assert held.period_end > first and Grant.objects.of(buyer.business).get().valid_until > held.period_end
        assert Invoice.objects.filter(status="paid").count() == 2

    def test_that_fails_is_full_for_seven_days_then_read_only_until_it_is_paid(self, till: Till, buyer: Any) -> None:
        held = bought(till, buyer)
        customer = BillingCustomer.objects.of(buyer.business).get().stripe_id
        till.pull("card", customer=customer, works=False)
        till.pull("advance", to_period_end=held.stripe_id)
        till.carry()
        held.refresh_from_db()
        failed = held.past_due_since
        assert held.status == "past_due" and failed is not None
        assert not opened(buyer, at=failed + timedelta(days=7, seconds=-1)).is_read_only
        assert opened(buyer, at=failed + timedelta(days=7)).is_read_only
        assert opened(buyer, at=failed + timedelta(days=7)).has("desk.trading")
        till.pull("advance", days=10)
        till.carry()
        assert Held.objects.get().status == "unpaid" and opened(buyer, at=failed + timedelta(days=40)).is_read_only
        with acting_for(buyer.business):
            till.press(portal_address(buyer.business, actor=buyer.owner), card="works")
        till.server.world.till.tables["subscription"][held.stripe_id]["status"] = "active"
        till.carry()
        reconcile(till.api, now=timezone.now())
        assert not opened(buyer, at=failed + timedelta(days=12)).is_read_only

    @pytest.mark.parametrize("status", ["unpaid", "paused"])
    def test_that_rests_can_be_read(self, till: Till, buyer: Any, status: str) -> None:
        held = bought(till, buyer)
        till.pull("status", subscription=held.stripe_id, status=status)
        till.carry()
        found = opened(buyer)
        assert found.is_read_only and found.has("desk.trading") and not found.may_work("desk.trading")

    def test_whose_customer_is_deleted_gets_a_new_one_next_time(self, till: Till, buyer: Any) -> None:
        held = bought(till, buyer)
        customer = BillingCustomer.objects.of(buyer.business).get()
        till.pull("status", subscription=held.stripe_id, status="canceled")
        till.pull("forget", customer=customer.stripe_id)
        till.carry()
        till.pay(begin(buyer))
        till.carry()
        assert BillingCustomer.objects.of(buyer.business).count() == 2 and opened(buyer).has("desk.trading")


class TestReminders:
    def failing(self, till: Till, buyer: Any) -> datetime:
        held = bought(till, buyer)
        till.pull("card", customer=BillingCustomer.objects.of(buyer.business).get().stripe_id, works=False)
        till.pull("advance", to_period_end=held.stripe_id)
        till.carry()
        held.refresh_from_db()
        assert held.past_due_since is not None
        return held.past_due_since

    def remind(self, buyer: Any, at: datetime) -> int:
        with acting_for(buyer.business):
            return send_due(buyer.business, now=at)

    def test_go_out_on_day_0_3_and_7_once_each(self, till: Till, buyer: Any) -> None:
        failed = self.failing(till, buyer)
        for days in (0, 0, 2, 3, 3, 7, 9, 30):
            self.remind(buyer, failed + timedelta(days=days))
        subjects = [message.subject for message in mail.outbox]
        assert (
            len(subjects) == 3 and "failed" in subjects[0] and "read-only" in subjects[1] and "read now" in subjects[2]
        )
        assert mail.outbox[0].to == [buyer.owner.email] and "$297.50" in mail.outbox[0].body

    def test_stop_when_it_is_paid(self, till: Till, buyer: Any) -> None:
        failed = self.failing(till, buyer)
        self.remind(buyer, failed)
        with acting_for(buyer.business):
            till.press(portal_address(buyer.business, actor=buyer.owner), card="works")
        till.carry()
        assert self.remind(buyer, failed + timedelta(days=8)) == 0 and len(mail.outbox) == 1
        assert DunningMail.objects.filter(stopped_at=None, sent_at=None).count() == 0

    def test_that_were_missed_are_one_mail(self, till: Till, buyer: Any) -> None:
        failed = self.failing(till, buyer)
        self.remind(buyer, failed + timedelta(days=8))
        assert [message.subject for message in mail.outbox] == ["Newcomer can only be read now"]


class TestChangingThePlan:
    def test_costs_what_was_shown(self, till: Till, buyer: Any) -> None:
        bought(till, buyer)
        till.pull("advance", days=10)
        now = timezone.now() + timedelta(days=10)
        with acting_for(buyer.business):
            shown = preview_change(buyer.business, plan="pro", now=now)
            change_plan(buyer.business, plan="pro", counted_from=shown.at, actor=buyer.owner, now=now)
        till.carry()
        assert 0 < shown.due < 9900 * 2 and len(shown.lines) == 2 and shown.tax > 0
        assert Invoice.objects.order_by("-pk")[0].total == shown.due
        assert Held.objects.get().plan.key == "pro" and opened(buyer).has("desk.market")

    def test_down_gives_credit_and_closes_desks_without_deleting(self, till: Till, buyer: Any) -> None:
        till.pay(begin(buyer, "pro"))
        till.carry()
        held = Held.objects.get()
        till.pull("advance", days=15)
        till.carry()
        now = timezone.now() + timedelta(days=16)
        with acting_for(buyer.business):
            shown = preview_change(buyer.business, plan="trader", now=now)
            change_plan(buyer.business, plan="trader", counted_from=shown.at, actor=buyer.owner, now=now)
        assert shown.is_credit and held.stripe_id == Held.objects.get().stripe_id
        assert not opened(buyer).has("desk.market") and "market" in Business.objects.get(pk=buyer.business.pk).desks

    def test_is_refused_while_a_payment_is_open(self, till: Till, buyer: Any) -> None:
        held = bought(till, buyer)
        till.pull("status", subscription=held.stripe_id, status="past_due")
        till.carry()
        with pytest.raises(NotChangeable), acting_for(buyer.business):
            change_plan(buyer.business, plan="pro", counted_from=timezone.now(), actor=buyer.owner, now=timezone.now())

    def test_changes_nothing_when_the_card_is_declined(self, till: Till, buyer: Any) -> None:
        bought(till, buyer)
        till.pull("card", customer=BillingCustomer.objects.of(buyer.business).get().stripe_id, works=False)
        with pytest.raises(InvalidInput, match="declined"), acting_for(buyer.business):
            change_plan(buyer.business, plan="pro", counted_from=timezone.now(), actor=buyer.owner, now=timezone.now())
        assert Held.objects.get().plan.key == "trader"

    def test_to_the_same_plan_or_without_one_is_refused(self, till: Till, buyer: Any, world: World) -> None:
        bought(till, buyer)
        with pytest.raises(InvalidInput, match="already"), acting_for(buyer.business):
            preview_change(buyer.business, plan="trader", now=timezone.now())
        with pytest.raises(NotYours), acting_for(world.other):
            preview_change(world.other, plan="pro", now=timezone.now())


class TestMoneyBack:
    def test_calls_a_person_once_and_takes_nothing_away(self, till: Till, buyer: Any) -> None:
        bought(till, buyer)
        name = Invoice.objects.get().stripe_id
        for _ in range(2):
            till.pull("refund", invoice=name)
            till.carry()
        till.pull("dispute", invoice=name)
        till.carry()
        assert sorted(Attention.objects.values_list("kind", flat=True)) == ["dispute", "refund"]
        assert opened(buyer).has("desk.trading")


class TestReconciliation:
    def test_mends_what_no_webhook_told_and_then_nothing(self, till: Till, buyer: Any) -> None:
        till.pay(begin(buyer))
        till.server.world.till.waiting.clear()
        first = reconcile(till.api, now=timezone.now())
        assert first.repaired >= 1 and first.needs_person == 0 and opened(buyer).has("desk.trading")
        second = reconcile(till.api, now=timezone.now())
        assert (second.repaired, second.needs_person) == (0, 0) and second.ok >= 3

    def test_counts_what_a_person_must_see(self, till: Till, buyer: Any) -> None:
        bought(till, buyer)
        till.server.world.till.tables["subscription"].clear()
        found = reconcile(till.api, now=timezone.now())
        assert found.needs_person == 1 and Attention.objects.get().kind == "missing_at_source"
        assert Grant.objects.of(buyer.business).get().state == "active"

    def test_of_nothing_is_nothing(self, till: Till) -> None:
        assert reconcile(till.api, now=timezone.now()) == Report()

    def test_takes_a_subscription_of_a_stranger_for_nobodys(self, till: Till, buyer: Any) -> None:
        bought(till, buyer)
        BillingCustomer.objects.all().delete()
        Held.objects.all().delete()
        assert reconcile(till.api, now=timezone.now()).needs_person == 1
        assert Attention.objects.get().kind == "orphan"


class TestSomebodyElsesSession:
    def test_is_nothing_for_another_business(self, till: Till, buyer: Any, world: World) -> None:
        session = till.pay(begin(buyer))
        with pytest.raises(NotYours), acting_for(world.other):
            finish_checkout(world.other, session=session, now=timezone.now())
        assert not Grant.objects.of(world.other).filter(source="stripe").exists()


class TestEvents:
    def test_of_the_other_mode_and_of_customers_accounts_change_nothing(self, till: Till, buyer: Any) -> None:
        till.pay(begin(buyer))
        told = next(event for event in till.events() if event["type"] == "customer.subscription.created")
        deliver(told | {"id": "evt_live", "livemode": True}, told | {"id": "evt_conn", "account": "acct_1"})
        assert not Held.objects.exists()
        assert set(InboxDelivery.objects.values_list("state", flat=True)) == {"ignored"}

    def test_repeated_are_worked_off_once(self, till: Till, buyer: Any) -> None:
        till.pay(begin(buyer))
        told = till.events()
        assert set(deliver(*told, *told, *told)) == {200}
        assert InboxDelivery.objects.count() == len(told)
        assert Event.objects.filter(name="billing.grants.granted", business=buyer.business).count() == 1

    def test_come_back_to_work_when_stripe_was_away(self, till: Till, buyer: Any, settings: Any) -> None:
        till.pay(begin(buyer))
        settings.BILLING_STRIPE_API_BASE = "http://127.0.0.1:9"
        till.carry()
        assert set(InboxDelivery.objects.exclude(state="ignored").values_list("state", flat=True)) == {"received"}
        settings.BILLING_STRIPE_API_BASE = till.url
        inbox.drain(now=timezone.now() + timedelta(minutes=5))
        assert opened(buyer).has("desk.trading")


class TestAnswersOfTheTill:
    def test_repeat_under_one_key_and_refuse_another_body(self, till: Till) -> None:
        first = till.api.post("/v1/customers", key="k", email="a@example.com")
        assert till.api.post("/v1/customers", key="k", email="a@example.com")["id"] == first["id"]
        with pytest.raises(Exception, match="refused"):
            till.api.post("/v1/customers", key="k", email="b@example.com")
