"""Prices as a visitor sees them, and the way from a price to a business."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Business, Member
from accounts.permissions import Role
from accounts.testing.world import World, person
from billing.features import FEATURES
from billing.models import Plan, PlanFeature, PlanPrice
from billing.plans.catalogue import OFFERS, ensure_catalogue

ClientOf = Callable[[Any], Client]
pytestmark = pytest.mark.django_db


def page(query: str = "") -> str:
    answer = Client().get(f"/pricing/{query}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


class TestPricing:
    def test_shows_every_public_plan_with_its_price(self) -> None:
        text = page()
        for offer in OFFERS:
            assert f">{offer.name}<" in text
        assert "$250" in text and "$99" in text and "$149" in text

    def test_sells_no_desk_that_has_no_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("billing.plans.queries.open_desks", lambda: frozenset({"payments"}))
        text = page()
        assert "/buy/desk_payments/" in text and "/buy/pro/" in text
        assert "/buy/trader/" not in text and "/buy/desk_market/" not in text and text.count("Opens later") == 6

    def test_changes_currency(self) -> None:
        text = page("?currency=eur")
        assert "€230" in text and "$" not in text and "/buy/trader/?currency=eur" in text

    def test_falls_back_from_a_currency_that_nobody_offers(self) -> None:
        assert "$250" in page("?currency=%27%3B")

    def test_says_where_a_plan_is_sold_that_this_currency_does_not_have(self) -> None:
        PlanPrice.objects.filter(plan__key="trader", currency="gbp").delete()
        text = page("?currency=gbp")
        assert "Sold in EUR, USD" in text and "/buy/trader/" not in text

    def test_hides_what_is_retired_or_not_public(self) -> None:
        Plan.objects.filter(key="trader").update(retired_at=timezone.now())
        Plan.objects.filter(key="pro").update(is_public=False)
        text = page()
        assert "/buy/trader/" not in text and "/buy/pro/" not in text

    def test_leads_to_the_shop_where_that_sells(self, settings: Any) -> None:
        settings.BILLING_SHOP_URL = "https://shop.example/buy?sku={sku}"
        assert "https://shop.example/buy?sku=BW-AUTOPSY-PLUS" in page()
        assert "/buy/trader/" in page()
        settings.BILLING_SOLD_AT = "odoo"
        text = page()
        assert "https://shop.example/buy?sku=BW-TRADER" in text and "/buy/trader/" not in text

    def test_has_a_page_for_larger_houses(self) -> None:
        text = Client().get("/enterprise/").content.decode()
        assert "desk@bellwether.example" in text


class TestTheWayToBuy:
    def test_leads_a_visitor_through_the_sign_up_and_back(self) -> None:
        answer = Client().get("/buy/trader/?currency=usd")
        assert answer.status_code == 302
        assert answer["Location"] == "/accounts/signup/?next=%2Fbuy%2Ftrader%2F%3Fcurrency%3Dusd"

    def test_leads_somebody_without_a_business_to_make_one_and_back(self, client_of: ClientOf) -> None:
        client = client_of(person("Newt"))
        address = client.get("/buy/trader/?currency=usd")["Location"]
        assert address == "/onboarding/business/?next=%2Fbuy%2Ftrader%2F%3Fcurrency%3Dusd"
        made = client.post(address, {"name": "Newt's", "currency": "usd", "time_zone": "UTC"})
        assert made["Location"] == "/buy/trader/?currency=usd"

    def test_never_leads_away(self, client_of: ClientOf) -> None:
        form = {"name": "Newt's", "currency": "usd", "time_zone": "UTC"}
        made = client_of(person("Newt")).post("/onboarding/business/?next=https://evil.example/", form)
        assert "evil" not in made["Location"]

    def test_leads_an_owner_to_the_plan(self, world: World, client_of: ClientOf) -> None:
        answer = client_of(world.owner).get("/buy/trader/?currency=eur")
        assert answer["Location"] == "/b/acme/settings/plan/?plan=trader&currency=eur#buy"

    def test_asks_which_of_several_owned_businesses(self, world: World, client_of: ClientOf) -> None:
        second = Business.objects.create(slug="second", name="Second")
        Member.objects.create(business=second, user=world.owner, role=Role.OWNER)
        Member.objects.create(business=world.other, user=world.owner, role=Role.VIEWER)
        text = client_of(world.owner).get("/buy/trader/?currency=eur").content.decode()
        assert "/b/acme/" in text and "/b/second/" in text and "/b/zenith/" not in text


class TestTheCatalogue:
    def test_is_written_once_and_keeps_what_staff_changed(self) -> None:
        Plan.objects.filter(key="pro").update(name="Everything")
        PlanPrice.objects.filter(plan__key="pro").delete()
        assert ensure_catalogue() == 0
        assert Plan.objects.get(key="pro").name == "Everything"
        assert not PlanPrice.objects.filter(plan__key="pro").exists()

    def test_names_only_known_features_of_their_kind(self) -> None:
        kinds = set(PlanFeature.objects.values_list("key", "kind"))
        assert kinds and kinds <= {(feature.key, feature.kind) for feature in FEATURES.values()}

    def test_sells_every_desk_and_more_for_more(self) -> None:
        desks = {offer.desk for offer in OFFERS if offer.kind == "subscription" and offer.desk}
        assert desks == {"payments", "commerce", "customers", "market", "trading"}
        assert [offer.prices["usd"] for offer in OFFERS if offer.key in ("trader", "edge_autopsy")] == [250, 99]
