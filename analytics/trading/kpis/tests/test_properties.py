"""What must not matter does not matter: the order in which trades are stored, and the zone in which they are shown."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.testing.traders import Trader, record_of_results, simulated
from analytics.trading.inference import drawdown
from analytics.trading.kpis import calc, curve
from analytics.trading.kpis.module import compute
from analytics.trading.modules import Beside
from analytics.trading.snapshots.codec import from_json, to_json

RESULTS = st.lists(st.integers(-10_000, 10_000).map(lambda cents: cents / 100), max_size=40)
ORDERLESS = ("net", "win_rate", "profit_factor", "expectancy", "payoff", "average_win", "without_best_trade", "zeros")


def values(record):
    return {key.removeprefix("trading."): f.value for key, f in compute(record, Beside(), 1).figures.items()}


@settings(max_examples=25, deadline=None)
@given(RESULTS.filter(len), st.randoms(use_true_random=False))
def test_the_order_of_results_changes_no_sum(results, random):
    shuffled = list(results)
    random.shuffle(shuffled)
    one, other = values(record_of_results(results)), values(record_of_results(shuffled))
    assert {key: one[key] for key in ORDERLESS} == {key: other[key] for key in ORDERLESS}


@settings(max_examples=10, deadline=None)
@given(st.sampled_from(["UTC", "America/Chicago", "Asia/Tokyo", "Europe/Prague"]))
def test_the_zone_of_display_changes_no_result(zone):
    record = simulated(Trader(n=60))
    assert values(record) == values(replace(record, zone=zone))


@settings(max_examples=25, deadline=None)
@given(RESULTS)
def test_every_record_is_computed_stored_and_read_again(results):
    record = record_of_results(results or [0.0])
    record = record if results else record.where(np.zeros(len(record), dtype=bool))
    found = compute(record, Beside(), 1)
    assert from_json(type(found), to_json(found)) == found
    assert found.figures["trading.net"].value == sum(record.exact, Decimal(0)) * 100


@given(RESULTS)
def test_sums_and_falls_hang_together(results):
    x = np.array(results)
    known = calc.basics(x)
    assert known.wins + known.losers + known.zeros == len(x)
    assert abs(known.gains - known.losses - x.sum()) < 1e-6
    assert 0 <= drawdown.money_drawdown(x) <= known.losses + 1e-9
    assert calc.longest_run(x > 0) <= known.wins


@settings(max_examples=25, deadline=None)
@given(RESULTS.filter(len))
def test_falls_lie_inside_the_record(results):
    record = record_of_results(results)
    line = curve.curve_of(record)
    for fall in curve.falls(record, line):
        assert record.first_session <= fall.peak <= fall.trough <= record.last_session
        assert fall.money >= 0 and fall.days >= 0


def test_equal_records_draw_equally():
    assert values(simulated(Trader(n=80))) == values(simulated(Trader(n=80)))
