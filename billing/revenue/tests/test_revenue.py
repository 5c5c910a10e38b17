"""What Bellwether earns: by hand-counted examples, and as the console shows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Business, Event, User
from accounts.testing.world import World
from billing.attention import call_a_person
from billing.entitlements import entitlements
from billing.models import Attention, Grant, Invoice, Plan, PlanPrice, Subscription
from billing.revenue.calc import Held, churn, monthly_revenue
from billing.revenue.queries import revenue_report

JAN, FEB, MAR, APR = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3, 4))
DAY = timedelta(days=1)


def held(status: str = "active", amount: int = 1000, **values: Any) -> Held:
    given = {"currency": "usd", "interval": "month", "started_at": JAN - 9 * DAY, "paying_from": JAN - 9 * DAY,
             "ended_at": None, **values}  # fmt: skip
    return Held(status, amount, **given)


class TestMonthlyRevenue:
    def test_counts_what_is_paid_or_failing_by_currency(self) -> None:
        rows = [held(), held("past_due", 500), held(amount=700, currency="eur"), held("trialing"), held("unpaid"),
                held("canceled"), held("paused")]  # fmt: skip
        assert monthly_revenue(rows) == {"eur": 700, "usd": 1500}

    def test_counts_a_twelfth_of_a_year_and_rounds_the_sum(self) -> None:
        assert monthly_revenue([held(amount=100, interval="year"), held(amount=100, interval="year")]) == {"usd": 17}

    def test_of_nobody_is_nothing(self) -> None:
        assert monthly_revenue([]) == {}


class TestChurn:
    MONTHS = ((JAN, FEB), (FEB, MAR), (MAR, APR))

    def test_counts_those_who_were_there_and_left(self) -> None:
        rows = [
            held(),
            held("canceled", ended_at=FEB + DAY),
            held("canceled", ended_at=MAR),
            held(paying_from=FEB + DAY),
            held("canceled", paying_from=FEB + 2 * DAY, ended_at=FEB + 5 * DAY),
        ]
        found = churn(rows, months=self.MONTHS)
        assert [(m.at_start, m.begun, m.ended) for m in found] == [(3, 0, 0), (3, 2, 1), (3, 0, 1)]
        assert found[1].rate == Decimal(1) / 3

    def test_leaves_out_trials_and_what_was_never_paid(self) -> None:
        rows = [held("trialing"), held("incomplete_expired", ended_at=FEB), held("incomplete"),
                held("canceled", paying_from=FEB, ended_at=JAN + DAY)]  # fmt: skip
        assert [(m.at_start, m.begun, m.ended) for m in churn(rows, months=self.MONTHS)] == [(0, 0, 0)] * 3

    def test_of_nobody_has_no_rate(self) -> None:
        assert churn([], months=self.MONTHS)[0].rate is None


@pytest.fixture
def chief(db: Any) -> User:
    return User.objects.create_superuser("chief@example.com", "a-long-enough-secret", name="Chief")


@pytest.fixture
def console(chief: User, client_of: Callable[[Any], Client], wakeups: Any) -> Client:
    return client_of(chief)


def press(console: Client, model: str, action: str, *rows: Any, **form: str) -> Any:
    data = {"action": action, "_selected_action": [str(row.pk) for row in rows], **form}
    return console.post(reverse(f"admin:billing_{model}_changelist"), data)


@pytest.mark.django_db
class TestTheRevenuePage:
    def test_is_computed_from_subscriptions_and_invoices(self, world: World, console: Client) -> None:
        now = timezone.now()
        price = PlanPrice.objects.get(plan__key="trader", currency="usd")
        Subscription.objects.create(
            business=world.business, stripe_id="sub_1", customer="cus_1", livemode=False, status="active",
            plan=price.plan, price=price, currency="usd", amount=25_000, discounted=20_000, started_at=now - 40 * DAY,
            synced_at=now,
        )  # fmt: skip
        Invoice.objects.create(
            business=world.business, stripe_id="in_1", status="paid", currency="usd", total=23_800,
            total_excluding_tax=20_000, amount_paid=23_800, amount_due=0, issued_at=now, paid_at=now,
        )  # fmt: skip
        report = revenue_report(as_of=now)
        assert (report.monthly, report.active, report.trials) == ({"usd": 20_000}, 1, 0)
        assert report.collected[0][1] == {"usd": 20_000} and len(report.months) == 12
        page = console.get(reverse("admin:billing_revenue_changelist"))
        assert page.status_code == 200 and page.content.decode().count("$200.00") == 2


@pytest.mark.django_db
class TestGrantsByHand:
    def give(self, console: Client, **form: str) -> Any:
        plan = Plan.objects.get(key="trader")
        given = {"business": "newcomer", "plan": str(plan.pk), "valid_until": "", "reason": "A friend of the house."}
        return console.post(reverse("admin:billing_grant_give"), {**given, **form})

    def test_open_the_plan_with_a_reason_in_the_record(self, world: World, console: Client, chief: User) -> None:
        shop = Business.objects.create(slug="newcomer", name="Newcomer")
        assert console.get(reverse("admin:billing_grant_give")).status_code == 200
        assert self.give(console).status_code == 302
        held = Grant.objects.of(shop).get()
        assert (held.source, held.granted_by, held.reason) == ("manual", chief, "A friend of the house.")
        found = Business.objects.get(pk=shop.pk)
        assert entitlements(found, at=timezone.now()).has("desk.trading") and "trading" in found.desks
        assert Event.objects.get(name="billing.grants.granted", business=shop).reason == "A friend of the house."

    @pytest.mark.parametrize("form", [{"reason": ""}, {"business": "nobody"}, {"plan": ""}])
    def test_need_a_business_a_plan_and_a_reason(self, world: World, console: Client, form: dict[str, str]) -> None:
        Business.objects.create(slug="newcomer", name="Newcomer")
        before = Grant.objects.count()
        assert self.give(console, **form).status_code == 200 and Grant.objects.count() == before

    def test_are_not_given_by_other_staff(self, world: World, client_of: Callable[[Any], Client]) -> None:
        helper = User.objects.create_user("helper@example.com", "a-long-enough-secret", name="H", is_staff=True)
        assert self.give(client_of(helper)).status_code == 403

    def test_end_with_a_reason(self, world: World, console: Client) -> None:
        held = Grant.objects.of(world.business).get()
        press(console, "grant", "end", held)
        assert Grant.objects.get(pk=held.pk).state == "active"
        press(console, "grant", "end", held, reason="Over.")
        assert Grant.objects.get(pk=held.pk).state == "ended"
        assert not entitlements(Business.objects.get(pk=world.business.pk), at=timezone.now()).has("desk.market")


@pytest.mark.django_db
class TestPlansInTheConsole:
    def test_are_retired_and_put_back_but_never_deleted(self, world: World, console: Client) -> None:
        pro = Plan.objects.get(key="pro")
        press(console, "plan", "retire", pro, reason="Too cheap.")
        assert Plan.objects.get(key="pro").retired_at is not None
        assert entitlements(world.business, at=timezone.now()).has("desk.market")
        press(console, "plan", "put_on_sale", pro, reason="Not after all.")
        assert Plan.objects.get(key="pro").retired_at is None
        assert console.post(reverse("admin:billing_plan_delete", args=[pro.pk]), {"post": "yes"}).status_code == 403

    def test_cannot_be_deleted_while_somebody_holds_them(self, world: World) -> None:
        from django.db.models import ProtectedError

        with pytest.raises(ProtectedError):
            Plan.objects.get(key="pro").delete()

    def test_are_copied_hidden_with_prices_and_features(self, db: Any, console: Client) -> None:
        trader = Plan.objects.get(key="trader")
        press(console, "plan", "copy", trader, reason="An experiment.")
        made = Plan.objects.order_by("-pk")[0]
        assert made.key.startswith("trader-") and not made.is_public and made.odoo_sku == ""
        assert made.prices.count() == trader.prices.count() and made.features.count() == trader.features.count()

    def test_that_are_edited_are_seen_at_once_and_sold_prices_stay(self, world: World, console: Client) -> None:
        free = Plan.objects.get(key="free")
        Grant.objects.all().delete()
        shop = Business.objects.get(pk=world.other.pk)
        before = shop.plan_version
        address = reverse("admin:billing_plan_change", args=[free.pk])
        page = console.get(address)
        assert page.status_code == 200
        form = _fields(page)
        exports = next(key for key, value in form.items() if value == "exports")
        form[exports.replace("-key", "-value")] = "1"
        assert console.post(address, form).status_code == 302
        found = Business.objects.get(pk=shop.pk)
        assert Plan.objects.get(pk=free.pk).ticks == free.ticks
        assert found.plan_version != before and entitlements(found, at=timezone.now()).has("exports")

    def test_are_not_edited_by_other_staff(self, db: Any, client_of: Callable[[Any], Client]) -> None:
        helper = User.objects.create_user("helper@example.com", "a-long-enough-secret", name="H", is_staff=True)
        address = reverse("admin:billing_plan_change", args=[Plan.objects.get(key="pro").pk])
        assert client_of(helper).post(address, {"name": "Mine"}).status_code == 403


def _fields(page: Any) -> dict[str, Any]:
    """What a browser would send back of the page's form, untouched."""
    found: dict[str, Any] = {}
    for form in (page.context["adminform"].form, *(inline.formset for inline in page.context["inline_admin_formsets"])):
        parts = [form] if not hasattr(form, "management_form") else [form.management_form, *form.forms]
        for part in parts:
            for bound in part:
                value = bound.value()
                if value is True:
                    found[bound.html_name] = "on"
                elif value is not None and value is not False:
                    found[bound.html_name] = ",".join(value) if isinstance(value, list) else value
    return found


@pytest.mark.django_db
def test_what_waits_for_a_person_is_called_once_and_taken_off(world: World, console: Client) -> None:
    now = timezone.now()
    for _ in range(2):
        call_a_person("refund", "ch_1", "Look.", source="stripe", now=now, business=world.business)
    row = Attention.objects.get()
    press(console, "attention", "settle", row, reason="Talked to them.")
    assert Attention.objects.get().resolved_at is not None
    assert not call_a_person("refund", "ch_1", "Look.", source="stripe", now=now, business=world.business)
