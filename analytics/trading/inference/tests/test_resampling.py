"""Resampling keeps what matters: runs, days, and the same draws for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.trading.inference.blocks import block_length, longest_block
from analytics.trading.inference.bootstrap import (
    clustered,
    day_sums,
    decision_sums,
    indices,
    interval,
    mean_interval,
    sums,
)
from analytics.trading.inference.days import mean_day_p
from analytics.trading.inference.permutation import (
    day_blocks,
    p_value,
    slices_against_rest,
    within_day,
    within_day_orders,
)


def drawn(n, **how):
    return np.concatenate(list(indices(n, **how)))


def with_memory(n, rho, seed=3):
    draw = np.random.default_rng(seed)
    x = draw.normal(0, 1, n)
    for t in range(1, n):
        x[t] += rho * x[t - 1]
    return x


class TestIndices:
    def test_runs_have_the_mean_length_asked_for(self):
        rows = drawn(50, block=5, seed=1, reps=400)
        breaks = (np.diff(rows, axis=1) % 50 != 1).mean()
        assert breaks == pytest.approx((1 / 5) * 49 / 50, abs=0.01)

    def test_every_position_is_drawn_equally_often(self):
        rows = drawn(20, block=6, seed=2, reps=20_000)
        assert np.bincount(rows.ravel()) / rows.size == pytest.approx(np.full(20, 0.05), abs=0.003)

    def test_equal_seeds_draw_equally_and_rows_have_the_length_asked_for(self):
        first, second = (drawn(30, block=3, seed=9, reps=50, length=70) for _ in range(2))
        assert first.shape == (50, 70) and (first == second).all()
        with pytest.raises(ValueError, match="nothing"):
            drawn(0, block=1, seed=1)

    def test_sums_are_those_of_the_drawn_rows(self):
        table = np.arange(12.0).reshape(6, 2)
        rows = drawn(6, block=2, seed=4, reps=30)
        assert (sums(table, block=2, seed=4, reps=30) == table[rows].sum(axis=1)).all()


class TestBlockLength:
    def test_is_short_without_memory_and_longer_with_it(self):
        draw = np.random.default_rng(8)
        assert block_length(draw.normal(0, 1, 500)) < 4
        assert block_length(with_memory(500, 0.5)) > 5

    @given(st.lists(st.floats(-1e6, 1e6), max_size=60))
    def test_stays_in_its_bounds(self, values):
        assert 1 <= block_length(values) <= longest_block(max(len(values), 1))


class TestInterval:
    def test_covers_the_true_mean_nine_times_in_ten_under_memory(self):
        hits = 0
        for seed in range(120):
            found = mean_interval(with_memory(300, 0.3, seed=seed), seed=seed, reps=400)
            hits += found.low <= 0 <= found.high
        assert 96 <= hits <= 117

    def test_is_wider_than_one_by_one_where_neighbours_are_alike(self):
        x = with_memory(400, 0.4)
        blocks = interval(x, lambda rows: rows.mean(axis=1), seed=1, reps=1500)
        single = interval(x, lambda rows: rows.mean(axis=1), seed=1, reps=1500, block=1)
        assert blocks.high - blocks.low > 1.2 * (single.high - single.low)

    def test_agrees_with_the_mean_computed_from_sums(self):
        x = np.random.default_rng(3).normal(1, 1, 60)
        slow = interval(x, lambda rows: rows.mean(axis=1), seed=5, reps=200)
        fast = mean_interval(x, seed=5, reps=200)
        assert (slow.low, slow.high) == pytest.approx((fast.low, fast.high))

    def test_days_are_drawn_where_decisions_share_days(self):
        session = np.repeat(np.arange(80), 4)
        assert clustered(session) and not clustered(np.arange(100)) and not clustered(np.zeros(100))
        shared = np.repeat(np.random.default_rng(2).normal(0, 1, 80), 4)  # all four of a day are alike
        table = np.stack([shared, np.ones(320)], axis=1)
        made, _ = decision_sums(session, table, seed=1, reps=2000)
        single = sums(table, block=1, seed=1, reps=2000)
        assert (made[:, 0] / made[:, 1]).std() > 1.6 * (single[:, 0] / single[:, 1]).std()
        assert (day_sums(session, table)[:, 1] == 4).all()


class TestPermutation:
    def test_within_a_day_agrees_with_enumeration(self):
        """One day of four, two labelled: six ways, of which one is as high as the observed 3 + 4."""
        found = within_day([1, 2, 3, 4], [False, False, True, True], [7] * 4, seed=1, side="greater")
        assert (found.effect, found.p) == (2.0, pytest.approx(1 / 6, abs=0.02))

    def test_differences_between_days_do_not_count(self):
        day = np.repeat(np.arange(30), 4)
        values = day * 100.0 + np.tile([0, 0, 0, 0], 30)
        labelled = day >= 15
        assert within_day(values, labelled, day, seed=1).p == 1.0

    def test_large_days_are_drawn_by_key(self):
        values = np.arange(40.0)
        found = within_day(values, values >= 20, np.zeros(40), seed=1, reps=500, side="greater")
        assert found.p == pytest.approx(1 / 501)

    def test_has_no_answer_for_an_empty_arm(self):
        assert np.isnan(within_day([1, 2], [False, False], [1, 1], seed=1).p)

    def test_orders_keep_days_and_blocks_keep_order(self):
        day = np.repeat([3, 4, 9], [2, 3, 1])
        inside = np.concatenate(list(within_day_orders(day, seed=1, reps=20)))
        assert (day[inside] == day).all() and len({tuple(row) for row in inside}) > 5
        blocks = np.concatenate(list(day_blocks(day, seed=1, reps=20)))
        for row in blocks:
            assert sorted(row) == list(range(6))
            text = "".join(map(str, row))
            assert any(turn in text for turn in ("234", "342", "423")) and any(turn in text for turn in ("01", "10"))

    def test_slices_find_a_planted_one_and_hold_their_level_on_noise(self):
        draw = np.random.default_rng(4)
        day = np.repeat(np.arange(80), 5)
        hour = np.tile(np.arange(5), 80)
        member = np.stack([hour == h for h in range(5)], axis=1)
        planted = draw.normal(0, 1, 400) + (hour == 2)
        found = slices_against_rest(planted, member, day, seed=1, reps=1000)
        assert found[2].p < 0.01 and found[2].effect > 0.7 and (found[2].n, found[2].n_rest) == (80, 320)
        few = [slices_against_rest(draw.normal(0, 1, 400), member, day, seed=s, reps=200)[0].p for s in range(60)]
        assert sum(p < 0.1 for p in few) <= 14

    def test_p_values_never_are_zero(self):
        assert p_value([0, 0, 0], 5, side="greater") == 0.25
        assert p_value([0, 0, 0], 0) == 1.0


def test_the_mean_day_is_tested_against_zero():
    draw = np.random.default_rng(7)
    good = mean_day_p(draw.normal(0.5, 1, 100), seed=1)
    none = mean_day_p(draw.normal(-0.1, 1, 100), seed=1)
    assert good is not None and good < 0.001
    assert none is not None and none > 0.3
    assert mean_day_p([1, 2], seed=1) is None
