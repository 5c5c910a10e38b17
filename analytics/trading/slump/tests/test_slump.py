"""The slump page: drawdowns at the end, their place among resampled ones, and what is prescribed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from accounts.testing.pages import FiveQuestions
from analytics.testing.traders import Habits, Trader, behaving, record_of_results
from analytics.testing.trading_desk import computed_desk
from analytics.trading.edge_health.module import compute as edge_health
from analytics.trading.modules import Beside
from analytics.trading.psychology.module import compute as psychology
from analytics.trading.sizing.module import compute as sizing
from analytics.trading.slump.calc import State, ends, slump, state_of
from analytics.trading.slump.module import MOST_ACTIONS, ROOM, SLUMP, compute
from analytics.trading.snapshots.codec import from_json, to_json

ONLY = ("edge_health", "psychology", "fatigue", "sizing", "slump")


def falling(n=800, late=40, seed=1):
    draw = np.random.default_rng(seed)
    mean = np.where(np.arange(n) < n - late, 30.0, -120.0)
    return record_of_results(np.round(mean + draw.normal(0, 100, n), 2))


@pytest.mark.parametrize(
    ("days", "depth", "length"),
    [([5, -3, 1], 2, 2), ([-5], 5, 1), ([1, 2], 0, 0), ([4, -4, 4], 0, 0), ([3, -1, -1], 2, 2)],
)
def test_the_drawdown_at_the_end(days, depth, length):
    found = ends(np.array([days], dtype=float))
    assert (found[0][0], found[1][0]) == (depth, length)


@pytest.mark.parametrize(("share", "state"), [(0.5, "normal"), (0.8, "watch"), (0.949, "watch"), (0.95, "unusual")])
def test_states(share, state):
    assert state_of(share) == state


def test_a_fall_that_the_record_does_not_know_is_unusual():
    found = slump(falling(), seed=1)
    assert found.state is State.UNUSUAL and found.depth > found.deep > found.usual_depth


def test_steady_traders_are_seldom_told_that_it_is_unusual():
    told = [slump(falling(400, 0, seed=seed), seed=1).state for seed in range(20)]
    assert told.count(State.UNUSUAL) <= 1 and State.UNKNOWN not in told


def test_a_new_high_is_no_slump():
    found = slump(record_of_results([10.0, -2.0, 5.0, 5.0] * 40), seed=1)
    assert (found.state, found.depth, found.length) == (State.NONE, 0.0, 0)


def test_variance_and_change_are_told_by_the_edge():
    record, beside = falling(), Beside()
    beside.results["edge_health"] = edge_health(record, beside, 1)
    assert compute(record, beside, 1).kind == "change"
    beside.results["edge_health"] = replace(beside.results["edge_health"], state="strong")
    assert compute(record, beside, 1).kind == "variance"
    assert compute(record, Beside(), 1).kind == ""


def test_actions_come_from_costly_habits_and_never_more_than_three():
    record = behaving(
        Trader(n=400, a_day=8, payoff=0.9, win_rate=0.45), Habits(size_after_loss=1.6, big_r=-0.9), seed=3
    )
    beside = Beside()
    beside.results["psychology"] = found = psychology(record, beside, 1)
    result = compute(record, beside, 1)
    costly = {one.id for one in found.findings if one.verdict == "costly"}
    assert result.state is not State.NONE and 0 < len(result.actions) <= min(MOST_ACTIONS, len(costly))
    assert {one.figure for one in result.actions} <= {f"trading.{one}_stake" for one in costly}
    assert all(one.figure in result.figures for one in result.actions)


def test_without_a_costly_habit_the_size_is_prescribed_only_where_it_is_too_large():
    record, beside = falling(), Beside()
    made = sizing(record, beside, 1)
    for room, told in ((0.4, 1), (1.5, 0)):
        figure = replace(made.figures[ROOM], value=room, gap="", low=None, high=None)
        beside.results["sizing"] = replace(made, figures=made.figures | {ROOM: figure})
        assert len(compute(record, beside, 1).actions) == told


@pytest.mark.parametrize("n", [0, 20, 140])
def test_is_stored_and_read_again(n):
    result = compute(falling(n, 0) if n else record_of_results([]), Beside(), 1)
    assert from_json(SLUMP.result, to_json(result)) == result
    assert bool(result.gap) == (n < 120)


class TestSlumpPage(FiveQuestions):
    url = "trading:slump"
    queries = 14

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, falling(160), only=ONLY)

    def test_says_the_verdict_first(self):
        html = self.client_of(self.world.owner).get(self.address(self.world)).content.decode()
        assert "This drawdown is " in html and "What may help" in html


class TestSlumpFile(FiveQuestions):
    url = "trading:slump-file"
    permission = "export:data"

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, falling(160), only=ONLY)
