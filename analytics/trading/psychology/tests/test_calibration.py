"""The calibration duty in small: `benchmarks/calibration.py` is the same with as many traders as one likes."""

from __future__ import annotations

import pytest

from analytics.testing.calibration import FREE, LEAST_POWER, MOST_FALSE, Told, false_alarms, power, told
from analytics.testing.traders import record_of_results


def test_traders_without_habits_are_left_alone():
    hits = {name: false_alarms(name, n=400, traders=3, seed=1)[0] for name in FREE}
    assert sum(hits.values()) <= MOST_FALSE * 3 * len(FREE), hits


@pytest.mark.parametrize(("name", "traders"), [("size × 1.5 after a loss", 6), ("−0.3 R when fatigued", 80)])
def test_planted_habits_are_found(name, traders):
    assert power(name, n=400, traders=traders, seed=1)[0] >= LEAST_POWER * traders


def test_a_habit_that_costs_nothing_is_seldom_called_costly():
    assert power("size × 1.5 after a loss", n=400, traders=6, seed=2)[1] <= 1


def test_what_costs_is_called_costly():
    assert power("−0.7 R on one weekday", n=400, traders=4, seed=1)[1] >= LEAST_POWER * 4


def test_a_short_record_is_told_nothing():
    assert told(record_of_results([1, -1] * 10), seed=1) == Told(frozenset(), frozenset())
