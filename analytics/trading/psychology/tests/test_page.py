"""The psychology page and its file, from stored results."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.testing.pages import FiveQuestions
from analytics.models import TradingSnapshot
from analytics.testing.traders import Habits, Trader, behaving
from analytics.testing.trading_desk import computed_desk


@pytest.fixture(scope="module")
def record():
    return behaving(Trader(n=240, a_day=6), Habits(size_after_loss=1.8, big_r=-0.9), seed=3)


class TestPsychologyPage(FiveQuestions):
    url = "trading:psychology"
    queries = 14

    @pytest.fixture(autouse=True)
    def _desk(self, world, record):
        computed_desk(world.business, record, only=("psychology",))


class TestPsychologyFile(FiveQuestions):
    url = "trading:psychology-file"
    permission = "export:data"

    @pytest.fixture(autouse=True)
    def _desk(self, world, record):
        computed_desk(world.business, record, only=("psychology",))

    def test_lists_every_question(self):
        lines = self.client_of(self.world.owner).get(self.address(self.world)).content.decode("utf-8-sig").splitlines()
        assert lines[0].startswith("finding,verdict") and len(lines) == 10


def page(world, client_of):
    return client_of(world.owner).get(reverse("trading:psychology", kwargs={"business": world.business.slug}))


class TestContent:
    def test_says_what_shows_and_leads_to_the_decisions(self, world, client_of, record):
        of = computed_desk(world.business, record, only=("psychology",))
        html = page(world, client_of).content.decode()
        kept = TradingSnapshot.objects.get(source=of, module="psychology")
        assert "You trade larger after a loss than after a win." in html
        assert f"/evidence/trading/{kept.pk}/trading.revenge_size_stake/" in html
        stored = next(one for one in kept.values["findings"] if one["id"] == "revenge_size")
        assert len(stored["behaviour"]["rows"]["params"]["keys"].split(",")) == stored["n"]

    def test_a_short_record_says_how_much_is_missing(self, world, client_of):
        computed_desk(world.business, behaving(Trader(n=30, a_day=3), seed=1), only=("psychology",))
        html = page(world, client_of).content.decode()
        assert "too short to judge any habit" in html and "Needs " in html

    def test_the_call_tells_the_same(self, world, client_of, record):
        computed_desk(world.business, record, only=("psychology",))
        body = client_of(world.owner).get(f"/api/v1/trader/psychology?business_id={world.business.pk}").json()
        assert body["result"]["headline"] in page(world, client_of).content.decode()
        assert body["figures"]["trading.revenge_size"]["label"] == "Size after a loss ÷ after a win"
