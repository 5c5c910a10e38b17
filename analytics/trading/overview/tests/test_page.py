"""The overview: one account at a glance, in a fixed number of queries, on page, in file and over the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.testing.pages import FiveQuestions
from accounts.testing.world import World
from analytics.models import TradingFreshness, TradingSnapshot
from analytics.testing.traders import Trader, simulated
from analytics.testing.trading_desk import NOW, account, computed_desk, save, switch_on
from analytics.trading.overview.queries import overview
from ingestion.models import Source, Statement, Trade


@pytest.fixture
def of(world) -> Source:
    return computed_desk(world.business, simulated(Trader(n=60)))


class TestOverviewPage(FiveQuestions):
    url = "trading:overview"
    queries = 19

    @pytest.fixture(autouse=True)
    def _desk(self, of):
        return of


class TestOverviewFile(FiveQuestions):
    url = "trading:overview-file"
    permission = "export:data"

    @pytest.fixture(autouse=True)
    def _desk(self, of):
        return of

    def test_lists_the_figures(self):
        lines = self.client_of(self.world.owner).get(self.address(self.world)).content.decode("utf-8-sig").splitlines()
        assert [line.split(",")[0] for line in lines[1:]] == [
            "trading.net", "trading.expectancy", "trading.win_rate", "trading.profit_factor", "trading.max_drawdown",
            "trading.bql", "trading.afma", "trading.afma_slope",
        ]  # fmt: skip


def page(world: World, client_of, query="") -> str:
    there = reverse("trading:overview", kwargs={"business": world.business.slug}) + query
    return client_of(world.owner).get(there).content.decode()


class TestContent:
    def test_shows_edge_conduct_form_data_and_loyalty(self, world, client_of, of):
        html = page(world, client_of)
        for text in ("The record is compatible with", "Conduct", "Composed", "Form", "The data", "Loyalty", "All KPIs"):
            assert text in html
        kept = TradingSnapshot.objects.get(module="kpis")
        assert f"/evidence/trading/{kept.pk}/trading.expectancy/" in html

    def test_tells_what_was_left_out_and_what_the_last_upload_was(self, world, client_of, of):
        Trade.objects.filter(key="t000003").update(supported=False)
        known = {"way": "baseline", "size": 1, "sha256": "a" * 64, "state": "done", "filename": "june.htm"}
        check = {"key": "balance", "label": "Balance", "difference": "−12.40", "tone": "warn"}
        tied = {"tone": "warn", "checks": [{"key": "trades", "label": "Trades", "tone": "good"}, check]}
        Statement.objects.create(business=world.business, source=of, reconciliation=tied, **known)
        html = page(world, client_of).replace("\xa0", " ")
        for text in ("1 decision in instruments we do not know", "june.htm", "ties in part", "Balance: −12.40"):
            assert text in html

    def test_stale_figures_say_so(self, world, client_of, of):
        TradingFreshness.objects.filter(source=of).update(stale_since=NOW)
        assert "Trades changed on 15 Jun 2026" in page(world, client_of)

    def test_a_statement_under_way_says_so(self, world, client_of, of):
        known = {"way": "baseline", "size": 1, "sha256": "a" * 64, "state": "parsing", "filename": "july.htm"}
        Statement.objects.create(business=world.business, source=of, **known)
        assert "july.htm" in page(world, client_of) and "is being worked in" in page(world, client_of)

    def test_a_module_that_was_never_computed_leaves_the_others(self, world, client_of, of):
        TradingSnapshot.objects.filter(module="bql").delete()
        html = page(world, client_of)
        assert "Not computed" in html and "The record is compatible with" in html


class TestEmptyStates:
    def test_no_account(self, world, client_of):
        switch_on(world.business)
        assert "No statement yet" in page(world, client_of)

    def test_trades_that_wait_for_their_figures(self, world, client_of):
        save(account(world.business), simulated(Trader(n=5)))
        assert "The figures are being computed" in page(world, client_of)


class TestQuery:
    def test_asks_the_same_number_of_times_whatever_the_trades(self, world, of, django_assert_num_queries):
        with django_assert_num_queries(9):
            overview(world.business, as_of=NOW)
        computed_desk(world.business, simulated(Trader(n=400)), label="Larger", now=NOW + timedelta(hours=1))
        with django_assert_num_queries(9):
            found = overview(world.business, as_of=NOW)
        assert found.state.account.label == "Larger" and found.health.decisions == 400

    def test_belongs_to_one_business(self, world, of):
        found = overview(world.other, as_of=NOW)
        assert (found.state.kind, found.kpis.result, found.health) == ("no_account", None, None)


class TestApi:
    def test_the_same_as_the_page(self, world, client_of, of):
        body = client_of(world.owner).get(f"/api/v1/trader/overview?business_id={world.business.pk}").json()
        assert (body["level_word"], body["form"], body["verdict"]) == ("Composed", "flat", "unproven")
        assert body["health"]["decisions"] == 60 and body["figures"]["trading.net"]["currency"] == "usd"
        assert body["loyalty"]["months"] == 0

    def test_refuses_strangers(self, world, client_of, of):
        there = f"/api/v1/trader/overview?business_id={world.business.pk}"
        assert client_of(world.stranger).get(there).status_code == 403
        assert client_of(world.owner).get(f"{there}&account=1").status_code == 404
