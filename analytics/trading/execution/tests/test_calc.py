"""Costs, slippage, capture and parts by hand-worked decisions."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from analytics.testing.traders import Trader, record_of_results, simulated
from analytics.trading.execution import calc
from analytics.trading.execution.module import EXECUTION, Execution, compute
from analytics.trading.modules import Beside
from analytics.trading.record import Record
from analytics.trading.snapshots.codec import from_json, to_json


def priced(results: list[float], entry: list[float], exit_: list[float], **columns: object) -> Record:
    """Long decisions with prices; gross is net, there are no costs."""
    record = record_of_results(results)
    given = {name: np.array(values) for name, values in columns.items()}
    return replace(record, entry=np.array(entry, dtype=float), exit=np.array(exit_, dtype=float), **given)


def test_costs_are_measured_by_gross_winnings():
    record = record_of_results([100, -50])
    costly = replace(record, costs=np.array([-10.0, -10.0]), net=record.net - 10)
    assert calc.fee_drag(costly) == 0.2
    assert calc.fee_drag(record_of_results([-50, -1])) is None


def test_swap_that_is_paid_to_the_trader_lowers_the_drag():
    record = replace(record_of_results([100, -50]), costs=np.array([-10.0, 5.0]))
    assert calc.fee_drag(record) == 0.05


def test_money_per_price_needs_no_multiplier():
    record = priced([50, -20], [100, 100], [101, 99.5])
    assert calc.money_per_price(record).tolist() == [50, 40]


def test_a_result_against_its_prices_says_nothing_about_their_worth():
    # Gross gain although the price fell: another currency, a wrong row; or no move at all.
    assert np.isnan(calc.money_per_price(priced([50, 5], [100, 100], [99, 100]))).all()


@pytest.mark.parametrize(("stop", "money"), [(98.0, -4.0), (97.8, 0.0), (97.6, 4.0)])
def test_slippage_is_the_way_from_the_stop_to_the_fill(stop, money):
    record = priced([-44.0], [100], [97.8], stop=[stop], exit_reason=["sl"])
    assert calc.slippage(record).values == pytest.approx([money])


def test_slippage_of_a_short_counts_the_other_way():
    record = priced([-44.0], [100], [102.2], stop=[102.0], exit_reason=["sl"], direction=[-1])
    assert calc.slippage(record).values == pytest.approx([-4.0])


def test_only_stop_outs_with_a_stop_price_are_used():
    record = priced(
        [-44.0, -44.0, -44.0], [100] * 3, [97.8] * 3, stop=[98.0, np.nan, 98.0], exit_reason=["sl", "sl", "tp"]
    )
    found = calc.slippage(record)
    assert found.n == 1 and found.mask.tolist() == [True, False, False]


def test_closing_in_parts_is_compared_with_both_ends():
    # Two exits at 101 and 103, mean 102, ten coins a point.
    record = priced([20.0], [100], [102], first_exit=[101.0], last_exit=[103.0])
    assert calc.against_first_exit(record).values == pytest.approx([10.0])
    assert calc.against_last_exit(record).values == pytest.approx([-10.0])


def test_capture_leaves_out_what_never_was_ahead():
    record = replace(record_of_results([50, -10, 5]), mfe=np.array([100.0, 0.0, np.nan]))
    assert calc.capture(record).values.tolist() == [0.5]


def test_buckets_of_holding_time_never_part_equal_times():
    record = simulated(Trader(n=200))
    buckets = calc.hold_buckets(record)
    assert len(buckets) == 5
    assert sum(int(bucket.mask.sum()) for bucket in buckets) == 200
    assert all(a.high <= b.low for a, b in pairwise(buckets))
    assert calc.hold_buckets(record_of_results([1, 2, 3, 4, 5])) == ()  # all held half an hour


class TestModule:
    def test_survives_its_way_through_the_store(self):
        found = compute(simulated(Trader(n=160)), Beside(), 3)
        assert from_json(Execution, to_json(found)) == found

    @pytest.mark.parametrize("n", [0, 1, 19])
    def test_a_short_record_says_what_is_missing(self, n):
        found = compute(record_of_results([5.0, -4.0] * 10).where(np.arange(20) < n), Beside(), 3)
        assert all(figure.gap for key, figure in found.figures.items() if key != "trading.cost_per_trade" or n == 0
                   if key not in ("trading.fee_drag",))  # fmt: skip
        assert found.holds == ()

    def test_a_planted_slippage_is_found_and_its_absence_is_not(self):
        n = 60
        draw = np.random.default_rng(5)
        slip = draw.normal(-0.2, 0.1, n)
        base = priced([-40.0] * n, [100.0] * n, [98.0] * n, stop=98.0 - slip, exit_reason=["sl"] * n)
        none = replace(base, stop=98.0 - draw.normal(0, 0.1, n))
        found, other = compute(base, Beside(), 1), compute(none, Beside(), 1)
        assert found.headline == "Stops are filled worse than they stand, and that is more than chance."
        assert other.figures["trading.stop_slippage"].low < 0 < other.figures["trading.stop_slippage"].high

    def test_is_registered(self):
        assert EXECUTION.key == "execution"
