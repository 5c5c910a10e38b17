from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Event, Job
from accounts.tenancy import acting_for
from accounts.testing.deeds import FourRefusals
from accounts.testing.pages import FiveQuestions
from analytics.models import TradingRule
from analytics.testing.traders import Trader, simulated
from analytics.testing.trading_desk import account, compute, save, switch_on
from analytics.trading.loading import beside_of
from analytics.trading.rules.kinds import KINDS

ANY = {"kind": "max_trades_a_day", "value": "3"}


def desk(world):
    of = account(world.business)
    save(of, simulated(Trader(n=120)))
    made = TradingRule.objects.create(business=world.business, kind="max_trades_a_day", params={"n": "3"})
    compute(of, only=("rules",))
    return of, made


class TestRulesPage(FiveQuestions):
    url = "trading:rules"
    queries = 15

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        desk(world)


class TestContent:
    def test_shows_each_rule_with_its_effect(self, world, client_of):
        desk(world)
        html = client_of(world.owner).get(address(world)).content.decode()
        for text in ("At most 3 trades a day", "Had it been kept", "Set the rule", "Tested 1"):
            assert text in html

    def test_a_viewer_reads_and_is_offered_nothing_to_change(self, world, client_of):
        desk(world)
        html = client_of(world.viewer).get(address(world)).content.decode()
        assert "At most 3 trades a day" in html and "Set the rule" not in html and "Turn off" not in html


class TestAddDeed(FourRefusals):
    url = "trading:rules-add"
    permission = "write:recommendations"
    form = ANY

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        switch_on(world.business)

    def test_writes_the_rule_and_computes_every_account_anew(self, world, client_of):
        first, second = account(world.business, label="One"), account(world.business, label="Two")
        client_of(world.owner).post(self.address, ANY)
        row = TradingRule.objects.get()
        assert (row.kind, row.params, row.active) == ("max_trades_a_day", {"n": "3"}, True)
        assert Job.objects.filter(name="trading.recompute").count() == 2
        assert Event.objects.filter(name="trading.rules.added").count() == 1
        with acting_for(world.business):
            for of in (first, second):
                assert [one.kind for one in beside_of(world.business, of).rules] == ["max_trades_a_day"]

    @pytest.mark.parametrize("form", [{"kind": "hours", "value": "always"}, {"kind": "", "value": ""}])
    def test_refuses_what_it_cannot_read(self, world, client_of, form):
        assert client_of(world.owner).post(self.address, form).status_code == 302
        assert not TradingRule.objects.exists()

    def test_refuses_the_same_rule_twice(self, world, client_of):
        client = client_of(world.owner)
        client.post(self.address, ANY)
        client.post(self.address, ANY)
        assert TradingRule.objects.count() == 1

    def test_every_kind_of_the_form_is_one_the_table_knows(self):
        assert set(KINDS) == set(TradingRule.Kind.values)


class _OnARule(FourRefusals):
    permission = "write:recommendations"

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        switch_on(world.business)

    def deed_kwargs(self, world):
        self.rule = TradingRule.objects.create(business=world.business, kind="max_trades_a_day", params={"n": "3"})
        return {"rule": self.rule.pk}

    def test_another_business_cannot_reach_it(self, world, client_of):
        switch_on(world.other)
        other = reverse(self.url, kwargs={"business": world.other.slug, "rule": self.rule.pk})
        assert client_of(world.stranger).post(other).status_code == 404
        assert TradingRule.objects.get().active


class TestSwitchDeed(_OnARule):
    url = "trading:rules-switch"

    def test_turns_it_off_and_on(self, world, client_of):
        client = client_of(world.owner)
        for active in (False, True):
            client.post(self.address)
            assert TradingRule.objects.get().active is active
        assert Event.objects.filter(name="trading.rules.switched").count() == 2

    def test_a_rule_that_is_off_is_not_read(self, world, client_of):
        of = account(world.business)
        client_of(world.owner).post(self.address)
        with acting_for(world.business):
            assert beside_of(world.business, of).rules == ()


class TestRemoveDeed(_OnARule):
    url = "trading:rules-remove"

    def test_takes_it_back(self, world, client_of):
        client_of(world.owner).post(self.address)
        assert not TradingRule.objects.exists()
        assert Event.objects.filter(name="trading.rules.removed").count() == 1


def address(world):
    return reverse("trading:rules", kwargs={"business": world.business.slug})


class TestRulesFile(FiveQuestions):
    url = "trading:rules-file"
    permission = "export:data"

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        desk(world)
