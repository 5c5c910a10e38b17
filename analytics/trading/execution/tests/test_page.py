"""The execution page, its file and its call."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.testing.pages import FiveQuestions
from analytics.testing.traders import Trader, simulated
from analytics.testing.trading_desk import computed_desk


class TestExecutionPage(FiveQuestions):
    url = "trading:execution"

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, simulated(Trader(n=120)), only=("execution",))

    def test_says_how_much_the_file_can_tell(self):
        page = self.client_of(self.world.owner).get(self.address(self.world)).content.decode()
        assert "120 of 120" in page and "Needs 20 stop-outs with a known stop price; so far 0." in page


class TestExecutionFile(FiveQuestions):
    url = "trading:execution-file"
    permission = "export:data"

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, simulated(Trader(n=60)), only=("execution",))


def test_the_call_gives_the_same_figures(world, client_of):
    computed_desk(world.business, simulated(Trader(n=60)), only=("execution",))
    body = client_of(world.owner).get(reverse("api:get_trader_execution")).json()
    assert body["module"] == "execution" and body["figures"]["trading.fee_drag"]["n"] == 60
