"""Sizing: hand-worked ratios, planted habits, room that scales with the limit, and the page."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.testing.pages import FiveQuestions
from analytics.testing.traders import Trader, record_of_results, simulated
from analytics.testing.trading_desk import computed_desk
from analytics.trading.modules import Beside
from analytics.trading.sizing import calc
from analytics.trading.sizing.module import Sizing, compute, limit_of
from analytics.trading.snapshots.codec import from_json, to_json


class TestSpread:
    def test_is_one_where_every_decision_risks_the_same(self):
        assert calc.spread(np.ones((1, 30)))[0] == 1

    def test_is_of_risk_where_it_is_known_and_of_size_else(self):
        record = simulated(Trader(n=40))
        assert calc.at_stake(record).tolist() == (record.risk / np.median(record.risk)).tolist()
        assert calc.at_stake(replace(record, risk=np.full(40, np.nan))).tolist() == record.size.tolist()


class TestBuckets:
    def test_cover_every_decision_once_and_never_part_equal_sizes(self):
        record = replace(record_of_results([1.0] * 60), size=np.repeat([0.5, 1.0, 1.0, 2.0], 15))
        buckets = calc.size_buckets(record)
        assert sum(int(bucket.mask.sum()) for bucket in buckets) == 60
        assert len({(bucket.low, bucket.high) for bucket in buckets}) == len(buckets)
        assert [b.low for b in buckets] == sorted(b.low for b in buckets)

    def test_do_not_exist_where_all_sizes_are_the_same(self):
        assert calc.size_buckets(record_of_results([1.0, -1.0])) == ()


class TestRoom:
    NET = np.array([60.0, -50.0, -50.0, 70.0] * 40)

    def test_scales_with_the_limit(self):
        one, two = (calc.room(self.NET, limit=limit, seed=3) for limit in (500.0, 1000.0))
        assert one is not None and two is not None
        assert two.times == pytest.approx(2 * one.times)
        assert one.low < one.high

    def test_halves_when_every_result_doubles(self):
        one, two = (calc.room(self.NET * by, limit=500.0, seed=3) for by in (1, 2))
        assert one is not None and two is not None and one.times == pytest.approx(2 * two.times)

    def test_is_nothing_where_nothing_falls(self):
        assert calc.room(np.full(120, 5.0), limit=100.0, seed=1) is None

    @settings(max_examples=10, deadline=None)
    @given(st.integers(0, 10**6))
    def test_one_path_in_twenty_reaches_the_limit_at_that_size(self, seed):
        net = np.random.default_rng(1).normal(5, 60, 160)
        found = calc.room(net, limit=500.0, seed=seed)
        assert found is not None
        falls = calc._falls(net * found.times, 4_000, block=calc.block_length(net), seed=seed + 99)
        assert abs(float((falls >= 500.0).mean()) - 0.05) < 0.035


class TestLimit:
    def test_is_a_fifth_of_the_balance_now(self):
        assert limit_of(record_of_results([100, -50], balance=Decimal(950))) == (200, True)

    @pytest.mark.parametrize("balance", [None, Decimal(10)])
    def test_is_the_deepest_fall_without_a_balance_that_lasts(self, balance):
        assert limit_of(record_of_results([100, -50, -20, 10, -90], balance=balance)) == (150, False)


class TestModule:
    def test_survives_its_way_through_the_store(self):
        found = compute(simulated(Trader(n=160)), Beside(), 3)
        assert from_json(Sizing, to_json(found)) == found

    @pytest.mark.parametrize("n", [0, 1, 19])
    def test_a_short_record_says_what_is_missing(self, n):
        found = compute(record_of_results([5.0, -4.0] * 10).where(np.arange(20) < n), Beside(), 3)
        assert all(figure.gap for figure in found.figures.values())
        assert found.headline == "Too few decisions to say anything about size."

    def test_a_size_that_grows_after_losses_is_found_and_an_even_one_is_not(self):
        even = simulated(Trader(n=400), seed=5)
        lost_before = np.concatenate([[False], (even.net[:-1] < 0) & (np.diff(even.session) == 0)])
        planted = replace(even, size=np.where(lost_before, 1.6, 1.0))
        assert compute(planted, Beside(), 1).headline == "Size grows after losses, and that is more than chance."
        assert compute(even, Beside(), 1).headline == "Nothing stands out."

    def test_a_balance_that_is_small_against_the_results_is_told_first(self):
        found = compute(simulated(Trader(n=160, balance=Decimal(900))), Beside(), 1)
        assert found.headline == "The present size is too large for the limit."

    def test_large_decisions_are_compared_at_the_usual_size(self):
        # Twice the size, twice the result: at the usual size there is no difference.
        base = record_of_results([40.0, -30.0] * 60)
        size = np.tile([1.0, 1.0, 2.0, 2.0], 30)
        record = replace(base, size=size, net=base.net * size)
        assert compute(record, Beside(), 1).figures["trading.large_against_small"].value == 0


class TestSizingPage(FiveQuestions):
    url = "trading:sizing"

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, simulated(Trader(n=120)), only=("sizing",))

    def test_says_what_the_limit_is(self):
        page = self.client_of(self.world.owner).get(self.address(self.world)).content.decode()
        assert "a fifth of the balance now" in page and "Half Kelly" in page


class TestSizingFile(FiveQuestions):
    url = "trading:sizing-file"
    permission = "export:data"

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, simulated(Trader(n=60)), only=("sizing",))
