from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.trading.monte_carlo.calc import Mode, Plan, interval, simulate, walk
from analytics.trading.monte_carlo.paths import block_paths, histories

SMALL = Plan(
    start=1_000.0, falls=(0.1, 0.2), floors=(900.0, 800.0), target=1_100.0, horizons=(5, 10),
    paths=2_000, batch=500, outer=20, inner=100,
)  # fmt: skip
COIN = np.array([50.0, -50.0])


class TestBlockPaths:
    def test_names_past_sessions_only(self):
        index = block_paths(np.random.default_rng(1), sessions=7, steps=40, paths=300, block=4)
        assert index.shape == (40, 300) and set(np.unique(index)) == set(range(7))

    def test_blocks_are_as_long_as_asked_on_average(self):
        index = block_paths(np.random.default_rng(2), sessions=1_000, steps=400, paths=400, block=5)
        follows = (index[1:] == (index[:-1] + 1) % 1_000).mean()
        assert follows == pytest.approx(1 - 1 / 5, abs=0.01)

    def test_a_block_of_one_draws_each_session_alone(self):
        index = block_paths(np.random.default_rng(3), sessions=1_000, steps=400, paths=100, block=1)
        assert (index[1:] == (index[:-1] + 1) % 1_000).mean() < 0.01

    def test_the_last_session_is_followed_by_the_first(self):
        index = block_paths(np.random.default_rng(4), sessions=3, steps=200, paths=50, block=1e9)
        assert ((index[1:] - index[:-1]) % 3 == 1).all()

    def test_needs_a_session(self):
        with pytest.raises(ValueError, match="nothing to draw"):
            block_paths(np.random.default_rng(1), sessions=0, steps=1, paths=1, block=1)

    def test_histories_are_as_long_as_the_record(self):
        assert histories(np.random.default_rng(5), sessions=9, count=4, block=2).shape == (4, 9)


class TestWalk:
    """Paths whose steps are given: what each measure must come to."""

    @pytest.mark.parametrize(
        ("moves", "end", "fall", "low", "reached"),
        [
            ((-100, 50, 60), 1_010, 100 / 1_000, 900, 0),  # a first loss counts: the start is the first peak
            ((100, -220, 30), 910, 220 / 1_100, 880, 1),
            ((-1_500, 400, 0), 0, 1.0, 0, 0),  # exhausted, and stays so
        ],
    )
    def test_adds_up_money(self, moves, end, fall, low, reached):
        plan = replace(SMALL, horizons=(3,))
        walked = walk(np.array(moves, float), np.arange(3, dtype=np.int32)[:, None], plan, Mode.SIZE)
        assert walked.end[0, 0] == pytest.approx(end)
        assert walked.fall[0, 0] == pytest.approx(fall)
        assert walked.low[0, 0] == pytest.approx(low)
        assert walked.reached[0] == reached

    def test_compounds_shares(self):
        """Golden vector of trading.md § 5: returns −10, +2, −5, +3 % fall 12.79 % from the start."""
        plan = replace(SMALL, horizons=(4,))
        moves = np.array([-0.10, 0.02, -0.05, 0.03])
        walked = walk(moves, np.arange(4, dtype=np.int32)[:, None], plan, Mode.FRACTION)
        assert walked.end[0, 0] == pytest.approx(1_000 * 0.9 * 1.02 * 0.95 * 1.03)
        assert walked.fall[0, 0] == pytest.approx(0.1279, abs=1e-4)

    def test_without_a_balance_drawdowns_are_money(self):
        plan = replace(SMALL, start=0.0, falls=(100.0,), floors=(-100.0,), target=150.0, horizons=(3,))
        walked = walk(np.array([100.0, -220.0, 30.0]), np.arange(3, dtype=np.int32)[:, None], plan, Mode.SIZE)
        assert walked.end[0, 0] == -90 and walked.fall[0, 0] == 220 and walked.low[0, 0] == -120


class TestSimulate:
    def test_a_fair_coin_ends_as_the_binomial_says(self):
        """±50 with equal chance: P(end < start) after n even steps is (1 − C(n, n/2) 2^−n) ÷ 2."""
        found = simulate(COIN, replace(SMALL, paths=20_000, batch=5_000), Mode.SIZE, seed=11)
        for horizon in found.horizons:
            n = horizon.sessions
            ties = comb(n, n // 2) / 2**n if n % 2 == 0 else 0.0
            assert horizon.loss.p == pytest.approx((1 - ties) / 2, abs=4 * horizon.loss.error)

    def test_the_chance_of_the_target_is_that_of_the_reflected_walk(self):
        """P(max of n fair ±1 steps ≥ a) = 2 P(S_n > a) + P(S_n = a)."""
        found = simulate(COIN, replace(SMALL, paths=20_000, batch=5_000), Mode.SIZE, seed=12)
        n, a = 10, 2
        ends = {2 * k - n: comb(n, k) / 2**n for k in range(n + 1)}
        exact = 2 * sum(p for s, p in ends.items() if s > a) + ends.get(a, 0)
        assert found.horizons[1].target.p == pytest.approx(exact, abs=4 * found.horizons[1].target.error)

    def test_the_end_value_is_not_that_of_a_shuffle(self):
        found = simulate(np.array([10.0, -5.0, 40.0, -20.0, 3.0]), replace(SMALL, horizons=(5,)), Mode.SIZE, seed=1)
        assert found.horizons[0].end[4] > found.horizons[0].end[0] + 20

    def test_is_the_same_for_the_same_seed_and_another_for_another(self):
        once, again = (simulate(COIN, SMALL, Mode.SIZE, seed=5) for _ in range(2))
        assert once == again
        assert once != simulate(COIN, SMALL, Mode.SIZE, seed=6)

    def test_the_fan_widens_from_the_start(self):
        fan = simulate(COIN, SMALL, Mode.SIZE, seed=5).fan
        assert len(fan) == 11 and set(fan[0]) == {1_000.0}
        assert fan[10][4] - fan[10][0] > fan[1][4] - fan[1][0] > 0

    def test_errors_follow_the_number_of_paths(self):
        loss = simulate(COIN, SMALL, Mode.SIZE, seed=5).horizons[1].loss
        assert loss.error == pytest.approx((loss.p * (1 - loss.p) / 2_000) ** 0.5)

    def test_the_interval_of_the_record_is_wider_than_the_error_of_the_draw(self):
        days = np.random.default_rng(8).normal(5, 60, 40)
        loss = simulate(days, replace(SMALL, outer=100), Mode.SIZE, seed=5).horizons[1].loss
        assert loss.low is not None and loss.high is not None
        assert loss.high - loss.low > 6 * loss.error
        assert loss.low <= loss.p <= loss.high

    def test_at_the_safe_size_one_future_in_twenty_reaches_the_floor(self):
        days = np.random.default_rng(8).normal(2, 30, 60)
        plan = replace(SMALL, paths=8_000, outer=0, horizons=(40,))
        safe = simulate(days, plan, Mode.SIZE, seed=5).horizons[0].safe_size
        assert safe is not None
        again = simulate(days * safe, plan, Mode.SIZE, seed=5).horizons[0]
        assert again.floors[0].p == pytest.approx(0.05, abs=0.001)
        assert again.safe_size == pytest.approx(1, abs=1e-3)

    def test_there_is_no_safe_size_where_nothing_is_lost_or_results_do_not_scale(self):
        assert simulate(np.ones(5), SMALL, Mode.SIZE, seed=5).horizons[0].safe_size is None
        assert simulate(COIN / 1_000, SMALL, Mode.FRACTION, seed=5).horizons[0].safe_size is None

    @given(st.lists(st.floats(-500, 500), min_size=2, max_size=12), st.integers(0, 99))
    @settings(max_examples=25, deadline=None)
    def test_chances_keep_their_order(self, days, seed):
        plan = replace(SMALL, paths=200, batch=100, outer=0)
        found = simulate(np.array(days), plan, Mode.SIZE, seed=seed)
        for horizon in found.horizons:
            assert list(horizon.end) == sorted(horizon.end)
            assert horizon.falls[0].p >= horizon.falls[1].p
            assert horizon.floors[0].p >= horizon.floors[1].p
        near, far = found.horizons
        assert near.target.p <= far.target.p and near.falls[0].p <= far.falls[0].p


class TestTimeBudget:
    @staticmethod
    def clock(*readings: float):
        times: Iterator[float] = iter(readings)
        last = readings[-1]
        return lambda: next(times, last)

    def test_publishes_the_batches_that_were_complete(self):
        found = simulate(COIN, SMALL, Mode.SIZE, seed=5, clock=self.clock(0, 1, 2, 9), limit=5)
        assert found.paths == 1_500 and found.asked == 2_000 and not found.complete
        assert found.horizons[0].loss.low is None

    def test_what_is_published_early_is_the_beginning_of_the_whole(self):
        early = simulate(COIN, SMALL, Mode.SIZE, seed=5, clock=self.clock(0, 9), limit=5)
        alone = simulate(COIN, replace(SMALL, paths=500, outer=0), Mode.SIZE, seed=5)
        assert early.paths == 500 and early.fan == alone.fan

    def test_leaves_the_interval_out_when_time_ends_there(self):
        found = simulate(COIN, SMALL, Mode.SIZE, seed=5, clock=self.clock(0, 1, 1, 1, 9), limit=5)
        assert found.paths == 2_000 and not found.complete and found.horizons[0].loss.low is None

    def test_is_complete_in_time(self):
        assert simulate(COIN, SMALL, Mode.SIZE, seed=5, clock=self.clock(0, 1), limit=5).complete


class TestInterval:
    def test_takes_the_noise_of_few_inner_paths_out(self):
        """Histories that all have p = 0.3, seen through 50 draws each, must not look uncertain."""
        shares = np.random.default_rng(3).binomial(50, 0.3, 4_000) / 50
        low, high = interval(shares, 50)
        assert high - low < 0.05 < np.quantile(shares, 0.95) - np.quantile(shares, 0.05)

    def test_keeps_what_truly_differs(self):
        draw = np.random.default_rng(4)
        truth = draw.uniform(0.2, 0.6, 4_000)
        low, high = interval(draw.binomial(50, truth) / 50, 50)
        assert low == pytest.approx(0.22, abs=0.02) and high == pytest.approx(0.58, abs=0.02)

    def test_of_certain_things_is_a_point(self):
        assert interval(np.zeros(10), 50) == (0.0, 0.0)
