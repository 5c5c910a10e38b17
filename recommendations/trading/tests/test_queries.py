"""The desk as it is read from what is stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from accounts.tenancy import acting_for
from analytics.models import RuleSet, TradingSnapshot
from analytics.testing.traders import Trader, record_of_results, simulated
from analytics.testing.trading_desk import account, compute, computed_desk, save
from analytics.trading.shadow_boxing.catalogue import columns_of, read
from ingestion.models import Statement, TradingAccount
from recommendations.registry import evaluate, rules_of
from recommendations.trading.moments import moments
from recommendations.trading.queries import trading_desk
from recommendations.trading.tests.desks import AS_OF


def desk(business, as_of=AS_OF):
    with acting_for(business):
        return trading_desk(business, as_of=as_of)


class TestTradingDesk:
    def test_reads_each_account_with_its_results(self, world):
        of = computed_desk(world.business, simulated(Trader(n=80)), only=("monte_carlo", "kpis", "rules"))
        found = desk(world.business).accounts[0]
        assert (found.id, found.n, found.currency) == (of.pk, 80, "usd")
        assert set(found.results) == {"monte_carlo", "kpis", "rules"}
        assert found.stops_known == 1 and found.figure("kpis", "trading.expectancy") is not None
        assert found.figure("kpis", "trading.nothing") is None and found.figure("nothing", "trading.kpis") is None

    def test_knows_the_deepest_point_of_the_last_session(self, world):
        of = account(world.business)
        save(of, record_of_results([500.0, 0.0, 0.0, 0.0, 20.0, -70.0, -30.0, 90.0]))
        TradingAccount.objects.filter(source=of).update(daily_loss_limit=Decimal(100))
        found = desk(world.business, datetime(2026, 1, 7, tzinfo=UTC)).accounts[0]
        assert found.last_day is not None
        assert (found.last_day.deepest, found.last_day.net, found.last_day.decisions) == (-80.0, 10.0, 4)
        told = list(moments(desk(world.business, datetime(2026, 1, 7, tzinfo=UTC))))
        assert [one.kind for one in told] == ["limit75"]

    def test_says_which_statement_waits(self, world):
        of = account(world.business)
        for state, reconciliation, kind in (
            ("done", {}, None), ("failed", {}, "failed"), ("needs_input", {}, "question"),
            ("done", {"tone": "good"}, None), ("done", {"tone": "bad"}, "conflict"),
        ):  # fmt: skip
            Statement.objects.filter(source=of).delete()
            Statement.objects.create(
                business=world.business, source=of, way="file", filename="june.csv", size=1, sha256="0" * 64,
                state=state, reconciliation=reconciliation,
            )  # fmt: skip
            waiting = desk(world.business).accounts[0].waiting
            assert (waiting.kind if waiting else None) == kind

    def test_counts_programmes_that_were_played_by_old_rules(self, world):
        computed_desk(world.business, simulated(Trader(n=30)), only=("shadow_boxing",))
        assert desk(world.business).accounts[0].superseded == 0
        old = read(RuleSet.objects.get(firm="FTMO", program="2-Step", phase=2))
        RuleSet.objects.create(**columns_of(replace(old, version=2)))
        assert desk(world.business).accounts[0].superseded == 1

    def test_remembers_the_level_before(self, world):
        of = computed_desk(world.business, simulated(Trader(n=120)), only=("bql",))
        assert desk(world.business).accounts[0].before == {}
        TradingAccount.objects.filter(source=of).update(daily_loss_limit=Decimal(1))
        compute(of, only=("bql",))
        assert TradingSnapshot.objects.filter(module="bql").count() == 2
        assert desk(world.business).accounts[0].before["bql"].level >= 0

    def test_belongs_to_one_business(self, world):
        computed_desk(world.business, simulated(Trader(n=8)), only=("kpis",))
        assert desk(world.other).accounts == ()

    def test_every_rule_can_read_what_is_stored(self, world):
        computed_desk(world.business, simulated(Trader(n=160, win_rate=0.2)), only=("kpis", "monte_carlo", "slices"))
        seen = evaluate(rules_of("trading"), desk(world.business))
        assert seen.failed == ()
        assert {one.rule for one in seen.findings} >= {"trading.pause_edge", "trading.reduce_size"}
