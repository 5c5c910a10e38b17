"""The KPI page, its file and its call, from stored results."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.testing.pages import FiveQuestions
from analytics.models import TradingSnapshot
from analytics.testing.traders import Trader, simulated
from analytics.testing.trading_desk import account, computed_desk, switch_on
from ingestion.models import Trade


@pytest.fixture
def record():
    return simulated(Trader(n=60))


class TestKpiPage(FiveQuestions):
    url = "trading:kpis"
    queries = 14

    @pytest.fixture(autouse=True)
    def _desk(self, world, record):
        computed_desk(world.business, record)


class TestKpiFile(FiveQuestions):
    url = "trading:kpis-file"
    permission = "export:data"

    @pytest.fixture(autouse=True)
    def _desk(self, world, record):
        computed_desk(world.business, record)

    def test_lists_every_kpi(self):
        lines = self.client_of(self.world.owner).get(self.address(self.world)).content.decode("utf-8-sig").splitlines()
        assert lines[0] == "kpi,label,value,low,high,n,unit,currency,gap,note"
        assert len([line for line in lines if line.startswith("trading.")]) == len(lines) - 1 > 35


def page(world, client_of, query=""):
    there = reverse("trading:kpis", kwargs={"business": world.business.slug}) + query
    return client_of(world.owner).get(there)


class TestContent:
    def test_shows_verdict_intervals_and_evidence(self, world, client_of, record):
        computed_desk(world.business, record)
        kept = TradingSnapshot.objects.get(module="kpis")
        html = page(world, client_of).content.decode()
        assert f"/evidence/trading/{kept.pk}/trading.expectancy/" in html
        for text in ("The record is compatible with a mean of", "90 %:", "95 %:", "Without its best trade"):
            assert text in html

    def test_counts_as_the_platform_does_on_request(self, world, client_of, record):
        computed_desk(world.business, record)
        assert "Win rate, platform’s way" in page(world, client_of, "?platform=1").content.decode()
        assert "Win rate, platform’s way" not in page(world, client_of).content.decode()

    def test_evidence_computes_again_and_lists_decisions(self, world, client_of, record):
        computed_desk(world.business, record)
        kept = TradingSnapshot.objects.get(module="kpis")
        kwargs = {"business": world.business.slug, "kind": "trading", "key": kept.pk, "metric": "trading.average_loss"}
        there = reverse("evidence:figure", kwargs=kwargs)
        html = client_of(world.owner).get(there + "?again=1").content.decode()
        assert "the same" in html and "rows behind it" in html.replace("\xa0", " ")
        Trade.objects.filter(net__lt=0).first().delete()
        assert "Facts have changed since" in client_of(world.owner).get(there + "?again=1").content.decode()

    def test_evidence_of_another_business_is_nothing(self, world, client_of, record):
        computed_desk(world.business, record)
        kept = TradingSnapshot.objects.get(module="kpis")
        kwargs = {"business": world.other.slug, "kind": "trading", "key": kept.pk, "metric": "trading.net"}
        assert client_of(world.stranger).get(reverse("evidence:figure", kwargs=kwargs)).status_code == 404

    def test_each_account_for_itself(self, world, client_of, record):
        of = computed_desk(world.business, record, label="First")
        computed_desk(world.business, simulated(Trader(n=200)), label="Second")
        assert "selected>Second" in page(world, client_of).content.decode()
        assert "selected>First" in page(world, client_of, f"?account={of.pk}").content.decode()
        assert page(world, client_of, "?account=999999").status_code == 404


class TestEmptyStates:
    def test_no_account(self, world, client_of):
        switch_on(world.business)
        assert "No statement yet" in page(world, client_of).content.decode()

    def test_no_closed_trade(self, world, client_of):
        account(world.business)
        assert "No closed trade in this account" in page(world, client_of).content.decode()

    def test_a_failed_module_says_so(self, world, client_of, record, monkeypatch):
        from analytics.trading import modules

        broken = {**modules.MODULES}
        kept = broken["kpis"]
        monkeypatch.setitem(modules.MODULES, "kpis", _broken(kept))
        computed_desk(world.business, record)
        assert "This page could not be computed" in page(world, client_of).content.decode()


def _broken(module):
    from dataclasses import replace

    def fail(record, beside, seed):
        raise ZeroDivisionError

    return replace(module, compute=fail)


class TestApi:
    def address(self, world, query=""):
        return f"/api/v1/trader/kpis?business_id={world.business.pk}{query}"

    def test_the_same_figures_as_the_page(self, world, client_of, record):
        computed_desk(world.business, record)
        body = client_of(world.owner).get(self.address(world)).json()
        figure = body["figures"]["trading.net"]
        assert (figure["value"], figure["currency"]) == (int(sum(record.exact) * 100), "usd")
        assert (body["n"], body["state"], body["result"]["currency"]) == (60, "ready", "usd")

    def test_says_why_there_is_nothing(self, world, client_of):
        switch_on(world.business)
        body = client_of(world.owner).get(self.address(world)).json()
        assert (body["state"], body["result"], body["account"]) == ("no_account", None, None)

    def test_refuses_strangers_and_other_accounts(self, world, client_of, record):
        computed_desk(world.business, record)
        assert client_of(world.stranger).get(self.address(world)).status_code == 403
        assert client_of(world.owner).get(self.address(world, "&account=1")).status_code == 404
        assert client_of(None).get(self.address(world)).status_code == 401

    def test_lists_the_accounts(self, world, client_of, record):
        of = computed_desk(world.business, record)
        body = client_of(world.owner).get(f"/api/v1/trader/accounts?business_id={world.business.pk}").json()
        assert [(one["account"], one["currency"]) for one in body["accounts"]] == [(str(of.pk), "usd")]
