"""The desk's own advice on its pages, and nothing of other desks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.testing.pages import FiveQuestions
from recommendations.generation.services import apply
from recommendations.registry import evaluate, rules_of
from recommendations.testing.findings import finding, seen
from recommendations.trading.tests.desks import AS_OF, account, desk


class TestTradingSlotPage(FiveQuestions):
    url = "recommendations:slot-trading"

    @pytest.fixture(autouse=True)
    def _advice(self, world):
        advise(world)


def advise(world):
    found = evaluate(rules_of("trading"), desk(account(last_close=AS_OF - timedelta(days=20))))
    apply(world.business, desk="trading", evaluation=found, as_of=AS_OF)
    seen(world.business, finding(as_of=AS_OF), as_of=AS_OF)


def test_each_desk_shows_its_own(world, client_of):
    advise(world)
    client = client_of(world.owner)
    pages = {name: reverse(f"recommendations:{name}", args=[world.business.slug]) for name in ("slot", "slot-trading")}
    shown = {name: client.get(page).content.decode() for name, page in pages.items()}
    assert "Upload a newer statement of Main" in shown["slot-trading"] and "Bring refunds" not in shown["slot-trading"]
    assert "Bring refunds down" in shown["slot"] and "newer statement" not in shown["slot"]
