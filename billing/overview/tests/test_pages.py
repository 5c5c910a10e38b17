"""The plan page in each of its states, and who may see and press what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.testing.deeds import FourRefusals
from accounts.testing.pages import FiveQuestions
from accounts.testing.world import World
from accounts.tokens import issue_tokens
from billing.grants import grant
from billing.models import Checkout, Invoice, Plan, PlanPrice, Subscription

ClientOf = Callable[[Any], Client]
URL = "/b/acme/settings/plan/"
DAY = timedelta(days=1)


class TestPlanPage(FiveQuestions):
    url = "billing:plan"
    permission = "write:business"


class TestChangePage(FiveQuestions):
    url = "billing:change"
    permission = "write:business"


class TestReturnPage(FiveQuestions):
    url = "billing:return"
    permission = "write:business"


class TestBuyDeed(FourRefusals):
    url = "billing:buy"
    permission = "write:business"


class TestChangeDeed(FourRefusals):
    url = "billing:change_confirm"
    permission = "write:business"


class TestPortalDeed(FourRefusals):
    url = "billing:portal"
    permission = "write:business"


def subscribed(world: World, status: str, **values: Any) -> Subscription:
    now = timezone.now()
    price = PlanPrice.objects.select_related("plan").get(plan__key="trader", currency="usd")
    given = {
        "customer": "cus_1", "livemode": False, "status": status, "plan": price.plan, "price": price,
        "currency": "usd", "amount": 25_000, "discounted": 25_000, "started_at": now - 20 * DAY,
        "period_end": now + 10 * DAY, "synced_at": now,
    }  # fmt: skip
    return Subscription.objects.create(business=world.business, stripe_id="sub_1", **{**given, **values})


@pytest.mark.django_db
class TestThePlan:
    @pytest.fixture(autouse=True)
    def _scene(self, world: World, client_of: ClientOf, wakeups: Any) -> None:
        self.world, self.client = world, client_of(world.owner)

    def text(self, url: str = URL) -> str:
        answer = self.client.get(url)
        assert answer.status_code == 200
        return " ".join(answer.content.decode().split())

    def day(self, moment: datetime) -> str:
        return f"{moment:%-d %B %Y}"

    def test_given_by_hand_has_no_price_and_says_what_is_used(self) -> None:
        text = self.text()
        assert "Pro" in text and "Nothing" in text
        assert "Team members" in text and "no limit" in text

    @pytest.mark.parametrize(
        ("status", "values", "said"),
        [
            ("trialing", {"trial_end": timezone.now() + 5 * DAY}, "Your trial ends on"),
            ("past_due", {"past_due_since": timezone.now() - DAY}, "Everything works until"),
            ("past_due", {"past_due_since": timezone.now() - 8 * DAY}, "pay to work on"),
            ("unpaid", {}, "Your plan is not paid"),
            ("paused", {}, "Your plan is paused"),
            ("incomplete", {}, "not finished yet"),
            ("active", {"cancel_at": timezone.now() + 10 * DAY}, "Until then everything works"),
            ("canceled", {"ended_at": timezone.now() - DAY}, "the free plan goes on"),
            ("active", {"parked": "The amount is wrong."}, "We are looking at your order"),
        ],
    )
    def test_says_how_it_stands(self, status: str, values: dict[str, Any], said: str) -> None:
        subscribed(self.world, status, **values)
        assert said in self.text()

    def test_that_runs_quietly_says_nothing(self) -> None:
        held = subscribed(self.world, "active")
        text = self.text()
        assert "$250.00" in text and self.day(held.period_end) in text and 'class="notice' not in text

    def test_on_its_way_says_so(self) -> None:
        price = PlanPrice.objects.get(plan__key="trader", currency="usd")
        now = timezone.now()
        Checkout.objects.create(
            business=self.world.business, price=price, attempt=1, state="pending", expires_at=now, stripe_id="cs_1"
        )
        from billing.models import Grant

        Grant.objects.all().delete()
        from billing.grants import renew_version

        renew_version([self.world.business])
        subscribed(self.world, "active")
        assert "Your payment is on its way" in self.text()

    def test_offers_a_change_in_its_own_currency_once_there_is_one(self) -> None:
        assert 'name="plan" value="trader"' in self.text(URL + "?currency=eur")
        subscribed(self.world, "active")
        text = self.text(URL + "?currency=eur")
        assert "?plan=pro" in text and 'name="plan"' not in text and "€" not in text
        assert "Your plan" in text

    def test_lists_invoices_with_their_files(self) -> None:
        Invoice.objects.create(
            business=self.world.business, stripe_id="in_1", number="BW-7", status="paid", currency="eur", total=29_750,
            total_excluding_tax=25_000, amount_paid=29_750, amount_due=0, issued_at=timezone.now(),
            pdf_url="https://invoice.example/7.pdf",
        )  # fmt: skip
        text = self.text()
        assert "BW-7" in text and "€297.50" in text and "https://invoice.example/7.pdf" in text

    def test_over_its_limit_is_marked(self) -> None:
        from billing.grants import renew_version
        from billing.models import Grant

        Grant.objects.all().delete()
        renew_version([self.world.business])
        assert "all used" in self.text()

    def test_is_linked_in_the_shell_for_owners_only(self, client_of: ClientOf) -> None:
        home = "/b/acme/payments/readiness/"
        assert URL in self.client.get(home).content.decode()
        assert URL not in client_of(self.world.manager).get(home).content.decode()


@pytest.mark.django_db
class TestWithoutStripe:
    """Nobody answers at the address of the suite's settings."""

    @pytest.fixture(autouse=True)
    def _scene(self, world: World, client_of: ClientOf, wakeups: Any) -> None:
        self.world, self.client = world, client_of(world.owner)
        PlanPrice.objects.filter(plan__key="pro", currency="usd").update(stripe_price_id="price_1")

    def test_a_purchase_says_so_and_leaves_nothing_behind(self) -> None:
        answer = self.client.post(URL + "buy/", {"plan": "pro", "currency": "usd"})
        assert answer.status_code == 503 and "Stripe cannot be reached" in answer.content.decode()
        assert not Checkout.objects.exists()

    def test_an_installation_without_a_key_sells_nothing(self, settings: Any) -> None:
        settings.BILLING_STRIPE_SECRET_KEY = ""
        answer = self.client.post(URL + "buy/", {"plan": "pro", "currency": "usd"})
        assert answer.status_code == 503 and "Nothing can be bought here yet" in answer.content.decode()

    def test_a_currency_that_is_not_offered_is_said_with_those_that_are(self) -> None:
        answer = self.client.post(URL + "buy/", {"plan": "pro", "currency": "jpy"})
        assert answer.status_code == 400 and "Pro is sold in EUR, GBP, USD" in answer.content.decode()

    def test_there_is_no_portal_for_who_never_bought(self) -> None:
        assert self.client.post(URL + "portal/").status_code == 404

    def test_a_change_without_a_subscription_is_told_on_the_page(self) -> None:
        text = self.client.get(URL + "change/?plan=pro").content.decode()
        assert "There is no running subscription to change" in text

    def test_somebody_elses_session_is_nothing(self) -> None:
        assert self.client.get(URL + "return/?session=cs_other").status_code == 404


@pytest.mark.django_db
class TestTheApi:
    def ask(self, world: World, user: Any, **query: Any) -> Any:
        token = issue_tokens(user, now=timezone.now()).access
        return Client().get("/api/v1/billing", query, headers={"Authorization": f"Bearer {token}"})

    def test_says_plan_entitlements_and_usage(self, world: World) -> None:
        subscribed(world, "active")
        told = self.ask(world, world.viewer).json()
        assert (told["plan"], told["is_read_only"], told["subscription"]["plan"]) == ("Pro", False, "trader")
        assert told["features"]["sources"] is None and "trading" in told["desks"]
        used = {row["feature"]: row for row in told["usage"]}
        assert (used["members"]["used"], used["members"]["limit"]) == (4, None)

    def test_says_when_a_payment_is_missing(self, world: World) -> None:
        from billing.models import Grant

        Grant.objects.all().delete()
        now = timezone.now()
        trader = Plan.objects.get(key="trader")
        grant(world.business, trader, source="stripe", external_id="s", valid_from=now - DAY, read_only_from=now - DAY)
        told = self.ask(world, world.owner).json()
        assert told["is_read_only"] and told["plans"] == ["trader"] and told["subscription"] is None

    def test_tells_a_stranger_nothing(self, world: World) -> None:
        assert self.ask(world, world.stranger, business_id=world.business.pk).status_code == 403
