from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from django.urls import reverse

from accounts.testing.pages import FiveQuestions
from analytics.testing.traders import Trader, record_of_results, simulated
from analytics.testing.trading_desk import computed_desk
from analytics.trading.modules import Beside
from analytics.trading.monte_carlo.module import MonteCarlo, compute, gap_of
from analytics.trading.monte_carlo.sessions import sessions_of
from analytics.trading.snapshots.codec import from_json, to_json


class TestSessions:
    def test_adds_decisions_up_by_session_and_divides_by_what_there_was(self):
        found = sessions_of(record_of_results([10, -5, 20, 0], a_day=2, balance=Decimal(100)))
        assert found.money.tolist() == [5, 20]
        assert found.shares is not None and found.shares.tolist() == [0.05, 20 / 105]
        assert found.balance == 125

    def test_money_moved_changes_the_balance_and_no_result(self):
        record = record_of_results([10, 10], a_day=1, balance=Decimal(100))
        moved = replace(record, flows=((float(record.closed[1]) - 60, Decimal(90)),))
        found = sessions_of(moved)
        assert found.shares is not None and found.shares.tolist() == [0.1, 10 / 200]
        assert found.balance == 210

    @pytest.mark.parametrize("balance", [None, Decimal(15)])
    def test_says_nothing_in_percent_without_a_balance_that_lasted(self, balance):
        found = sessions_of(record_of_results([-10, -10, 30], a_day=1, balance=balance))
        assert found.shares is None and found.balance is None and found.fall == 20


class TestGap:
    @pytest.mark.parametrize(
        ("decisions", "sessions", "says"),
        [(30, 30, ""), (100, 10, ""), (100, 9, "21 more trading sessions"), (99, 29, "1 more"), (0, 0, "30 more")],
    )
    def test_counts_what_is_missing(self, decisions, sessions, says):
        found = gap_of(decisions, sessions)
        assert (says in found) if says else found == ""


class TestModule:
    def test_survives_its_way_through_the_store(self):
        found = compute(simulated(Trader(n=160)), Beside(), 3, clock=None)
        assert from_json(MonteCarlo, to_json(found)) == found
        assert [mode.mode.value for mode in found.modes] == ["fixed_size", "fixed_fraction"]
        assert found.complete and found.mode("fixed_size").paths == 10_000

    def test_tells_the_same_as_it_lists(self):
        found = compute(simulated(Trader(n=160)), Beside(), 3, clock=None)
        at = found.modes[0].horizons[1]
        assert at.sessions == 60
        assert float(found.figures["trading.mc_floor"].value) == pytest.approx(at.floors[0].p)
        assert found.figures["trading.mc_result"].value == pytest.approx((at.end[2] - found.start) * 100, abs=1)

    def test_the_cushion_is_counted_in_ordinary_days(self):
        found = compute(record_of_results([30, -10, 30, -10], a_day=1, balance=Decimal(1000)), Beside(), 3)
        spread = np.std([30, -10, 30, -10], ddof=1)
        assert float(found.figures["trading.mc_cushion"].value) == pytest.approx((1040 - 900) / spread)
        assert found.daily_sd == pytest.approx(spread)

    def test_a_short_record_has_gaps_and_no_numbers(self):
        found = compute(simulated(Trader(n=20, balance=None)), Beside(), 3)
        assert found.modes == () and found.gap
        assert all(figure.value is None and figure.gap for figure in found.figures.values())

    def test_an_empty_record_is_only_short(self):
        assert compute(record_of_results([]), Beside(), 3).modes == ()

    def test_without_a_balance_everything_is_money(self):
        found = compute(simulated(Trader(n=160, balance=None)), Beside(), 3, clock=None)
        assert [mode.mode.value for mode in found.modes] == ["fixed_size"] and found.start == 0
        assert found.modes[0].horizons[0].falls[1].level == pytest.approx(found.fall)

    def test_a_run_that_is_stopped_says_so(self):
        readings = iter([0.0, 9.0, 0.0, 9.0])
        found = compute(simulated(Trader(n=160)), Beside(), 3, clock=lambda: next(readings), limit=5)
        assert not found.complete and found.modes[0].paths == 1_000


class TestMonteCarloPage(FiveQuestions):
    url = "trading:monte-carlo"
    queries = 14

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, simulated(Trader(n=160)), only=("monte_carlo",))


class TestContent:
    def test_shows_the_fan_the_chances_and_where_they_come_from(self, world, client_of):
        computed_desk(world.business, simulated(Trader(n=160)), only=("monte_carlo",))
        html = client_of(world.owner).get(address(world)).content.decode()
        for text in ("Same size", "Same share of the balance", "Ends lower than now", "120 sessions", "200 histories"):
            assert text in html
        assert "time limit" not in html

    def test_says_what_is_missing(self, world, client_of):
        computed_desk(world.business, simulated(Trader(n=20)), only=("monte_carlo",))
        assert "more trading sessions" in client_of(world.owner).get(address(world)).content.decode()

    def test_gives_the_fan_as_a_file(self, world, client_of):
        computed_desk(world.business, simulated(Trader(n=160)), only=("monte_carlo",))
        body = client_of(world.owner).get(address(world, "trading:monte-carlo-file")).content.decode()
        assert body.splitlines()[0].endswith("mode,session,q05,q25,q50,q75,q95") and len(body.splitlines()) == 243


def address(world, name="trading:monte-carlo"):
    return reverse(name, kwargs={"business": world.business.slug})


class TestMonteCarloFile(FiveQuestions):
    url = "trading:monte-carlo-file"
    permission = "export:data"

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, simulated(Trader(n=160)), only=("monte_carlo",))
