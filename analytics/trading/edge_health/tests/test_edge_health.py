"""Edge health: states, the alarm, and the page."""

from __future__ import annotations

import numpy as np
import pytest

from accounts.testing.pages import FiveQuestions
from analytics.testing.traders import record_of_results
from analytics.testing.trading_desk import computed_desk
from analytics.trading.edge_health.calc import State, alarmed, health, rolling, state_of
from analytics.trading.edge_health.module import EDGE_HEALTH, compute
from analytics.trading.inference.bootstrap import Interval
from analytics.trading.modules import Beside
from analytics.trading.snapshots.codec import from_json, to_json


def record(before: float, after: float, *, n=300, late=60, seed=1):
    draw = np.random.default_rng(seed)
    mean = np.where(np.arange(n) < n - late, before, after)
    return record_of_results(np.round(mean + draw.normal(0, 1, n), 2) * 100)


def test_a_steady_edge_is_strong_or_holds():
    found = health(record(0.4, 0.4), seed=1)
    assert found.state in (State.STRONG, State.HOLDING) and not found.alarm


def test_an_edge_that_turned_is_broken():
    found = health(record(0.4, -1.0), seed=1)
    assert found.state is State.BROKEN and found.alarm and found.p < 0.05 and found.cusum > 1


def test_an_edge_that_only_shrank_weakens():
    assert health(record(0.8, 0.1), seed=1).state is State.WEAKENING


def test_a_trader_without_an_edge_has_none_to_lose():
    assert health(record(-0.1, -0.1), seed=1).state is State.UNPROVEN


@pytest.mark.parametrize(("n", "missing"), [(0, 130), (129, 1)])
def test_counts_what_is_missing(n, missing):
    found = health(record(0.1, 0.1, n=n, late=0) if n else record_of_results([]), seed=1)
    assert (found.state, found.gap) == (State.UNPROVEN, f"Needs {missing} more closed decisions; so far {n}.")


def test_results_that_never_differ_measure_nothing():
    assert "never differ" in health(record_of_results([5.0] * 200), seed=1).gap


def test_an_alarm_that_came_back_to_zero_is_over():
    assert alarmed(np.array([0.0, 2, 6, 1]), 5) and not alarmed(np.array([6.0, 0, 1]), 5)


@pytest.mark.parametrize(
    ("last_high", "above", "alarm", "worse", "longer_low", "state"),
    [
        (-0.1, 0.99, True, True, -1, State.BROKEN),
        (-0.1, 0.99, False, True, -1, State.WEAKENING),
        (0.1, 0.99, True, False, -1, State.WEAKENING),
        (0.1, 0.5, True, True, -1, State.UNPROVEN),
        (0.1, 0.99, False, False, 0.1, State.STRONG),
        (0.1, 0.99, False, False, -0.1, State.HOLDING),
    ],
)
def test_states(last_high, above, alarm, worse, longer_low, state):
    last, longer = Interval(-1, last_high, 0.5), Interval(longer_low, 1, 0.5)
    assert state_of(Interval(0, 1, above), last, longer, alarm=alarm, worse=worse) is state


def test_rolling_means():
    assert np.allclose(rolling(np.array([1.0, 2, 3, 4]), 2), [np.nan, 1.5, 2.5, 3.5], equal_nan=True)
    assert np.isnan(rolling(np.array([1.0]), 2)).all()


@pytest.mark.parametrize("n", [0, 50, 200])
def test_is_stored_and_read_again(n):
    result = compute(record(0.2, 0.2, n=n, late=0) if n else record_of_results([]), Beside(), 1)
    assert from_json(EDGE_HEALTH.result, to_json(result)) == result


class TestEdgeHealthPage(FiveQuestions):
    url = "trading:edge-health"
    queries = 14

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, record(0.4, -1.0, n=160, late=50), only=("edge_health",))

    def test_says_the_state_first(self):
        html = self.client_of(self.world.owner).get(self.address(self.world)).content.decode()
        assert "The edge is broken" in html and "Form of the last decisions" in html


class TestEdgeHealthFile(FiveQuestions):
    url = "trading:edge-health-file"
    permission = "export:data"

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, record(0.4, 0.4, n=140, late=0), only=("edge_health",))
