"""The behaviour sheet: what a trader knew before an entry, tests inside days, and the words for answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.testing.traders import Habits, Trader, behaving, record_from, record_of_results
from analytics.trading.inference.permutation import within_day
from analytics.trading.modules import Beside
from analytics.trading.psychology.before import before
from analytics.trading.psychology.calc import Word, sheet
from analytics.trading.psychology.drawing import Drawing, at_least_zero, median_ratio
from analytics.trading.psychology.module import PSYCHOLOGY, compute
from analytics.trading.psychology.within import labels_p, linear_p, ranks, slope
from analytics.trading.snapshots.codec import from_json, to_json

SMALL = Trader(n=400, a_day=8, payoff=0.9)


def made(opened, closed, gross, session=None):
    n = len(opened)
    return record_from(
        Trader(cost=0.0, with_risk=False),
        instrument=np.full(n, "X"),
        opened=np.asarray(opened, dtype=float),
        closed=np.asarray(closed, dtype=float),
        session=np.asarray(session or [1] * n),
        quantity=np.ones(n),
        gross=np.asarray(gross, dtype=float),
    )


class TestBefore:
    def test_a_result_that_came_later_is_not_known(self):
        # The second opens while the first is still open; only the third knows that the first lost.
        state = before(made([0, 5, 20], [10, 30, 40], [-1, 1, 1]))
        assert state.after_loss.tolist() == [False, False, True]
        assert state.last.tolist() == [-1, -1, 0]

    def test_the_last_to_close_counts_and_not_the_last_to_open(self):
        state = before(made([0, 1, 50], [40, 10, 60], [-1, 1, 1]))
        assert state.last[2] == 1 and state.after_loss[2]

    def test_a_flip_at_one_moment_knows_the_close(self):
        state = before(made([0, 10], [10, 20], [-1, 1]))
        assert state.after_loss.tolist() == [False, True] and state.pause[1] == 0

    def test_a_decision_of_no_duration_does_not_know_itself(self):
        state = before(made([10, 10], [10, 10], [-1, -1]))
        assert state.last.tolist() == [-1, 0]

    def test_yesterday_is_another_session(self):
        state = before(made([0, 100], [10, 110], [-1, 1], [1, 2]))
        assert not state.after_loss.any() and state.order.tolist() == [1, 1]

    def test_flat_decisions_are_neither(self):
        state = before(made([0, 20], [10, 30], [0, 1]))
        assert not state.again.any()

    def test_runs_of_wins_go_over_sessions_and_end_with_a_flat_one(self):
        state = before(made([0, 20, 40, 60, 80], [10, 30, 50, 70, 90], [1, 1, 0, 1, 1], [1, 1, 2, 2, 2]))
        assert state.wins.tolist() == [0, 1, 2, 0, 1]

    def test_without_times_of_entry_nothing_is_known(self):
        state = before(made([np.nan] * 3, [10, 20, 30], [1, -1, 1]))
        assert not state.known.any() and not state.again.any() and set(state.order.tolist()) == {0}

    def test_an_empty_record(self):
        assert len(before(record_of_results([]).where(np.zeros(0, dtype=bool))).order) == 0


class TestInsideDays:
    def test_good_and_bad_days_cancel(self):
        day = np.repeat(np.arange(40), 4)
        values = day % 2 * 10.0 + np.tile([0.0, 0.1, 0.2, 0.3], 40)
        labels = (day % 2 == 1) & (np.arange(160) % 4 < 2)
        labels |= (day % 2 == 0) & (np.arange(160) % 4 == 3)
        assert values[labels].mean() > values[~labels].mean()  # by the days alone
        assert labels_p(values, labels, day, seed=1, side="greater") > 0.1

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_moments_agree_with_draws(self, seed):
        draw = np.random.default_rng(seed)
        day, values = np.repeat(np.arange(60), 5), draw.normal(size=300)
        labels = draw.random(300) < 0.4
        drawn = within_day(values, labels, day, seed=seed, side="less").p
        assert linear_p(labels.astype(float), values, day, side="less") == pytest.approx(drawn, abs=0.015)

    def test_slope_is_within_days(self):
        day, x = np.repeat([0, 1], 3), np.array([1.0, 2, 3, 1, 2, 3])
        assert slope(x, np.array([0.0, -1, -2, 50, 49, 48]), day) == pytest.approx(-1)

    def test_ties_share_ranks(self):
        assert ranks(np.array([5.0, 1, 5, 9])).tolist() == [2.5, 1, 2.5, 4]

    def test_nothing_that_varies_has_no_p(self):
        assert np.isnan(linear_p(np.ones(6), np.arange(6.0), np.zeros(6, dtype=int), side="less"))

    @given(st.lists(st.sampled_from([-1.0, 0.0, 2.0]), min_size=12, max_size=30))
    @settings(max_examples=30, deadline=None)
    def test_both_sides_add_up(self, values):
        y = np.array(values)
        x, day = np.arange(len(y), dtype=float), np.arange(len(y)) // 4
        sides = [linear_p(x, y, day, side=side) for side in ("less", "greater")]
        assert all(np.isnan(sides)) or sum(sides) == pytest.approx(1)


class TestDrawing:
    def test_means_and_their_interval(self):
        record = record_of_results(np.tile([2.0, -1.0], 100))
        drawing = Drawing(record, seed=1, reps=500)
        at = drawing.pair(record.net, record.net > 0, record.net < 0)
        drawing.draw()
        assert np.allclose(drawing.difference(at), 3.0) and np.allclose(drawing.ratio(at), -2.0)
        assert at_least_zero(drawing.difference(at)) == 1.0

    def test_asking_before_drawing_is_a_mistake(self):
        with pytest.raises(ValueError, match="nothing is drawn"):
            Drawing(record_of_results([1, 2]), seed=1).difference(0)

    def test_the_ratio_of_medians(self):
        values, of = np.array([4.0, 4, 4, 2, 2, 2] * 10), np.array([True, True, True, False, False, False] * 10)
        value, ends = median_ratio(values, of, ~of, np.repeat(np.arange(10), 6), seed=1)
        assert (value, ends.low, ends.high) == (2.0, 2.0, 2.0)


class TestSheet:
    def test_a_habit_that_costs(self):
        found = {
            one.asked.key: one
            for one in sheet(behaving(SMALL, Habits(size_after_loss=1.5, big_r=-0.9), seed=3), seed=1)
        }
        assert found["revenge_size"].word is Word.COSTLY
        assert found["revenge_size"].behaviour.low > 1.3 and found["revenge_size"].stake.high < 0

    def test_a_habit_without_a_cost_is_not_called_costly(self):
        found = {one.asked.key: one for one in sheet(behaving(SMALL, Habits(loser_hold=3.0), seed=3), seed=1)}
        assert found["disposition"].word in (Word.CLEAR, Word.DIFFERENT)

    def test_long_losers_are_a_style_where_wins_are_larger(self):
        record = behaving(Trader(n=400, a_day=8, payoff=2.0, win_rate=0.4), Habits(loser_hold=3.0), seed=3)
        found = {one.asked.key: one for one in sheet(record, seed=1)}
        assert found["disposition"].word is Word.CLEAR and "style" in found["disposition"].asked.spared

    def test_the_trader_who_always_trades_one_lot(self):
        record = behaving(SMALL, seed=4)
        one_lot = record.where(np.ones(len(record), dtype=bool))
        one_lot.size[:] = 1.0
        found = {one.asked.key: one for one in sheet(one_lot, seed=1)}
        assert found["revenge_size"].word is Word.CLEAR

    def test_short_arms_count_what_is_missing(self):
        found = {one.asked.key: one for one in sheet(behaving(Trader(n=40, a_day=4), seed=1), seed=1)}
        assert found["revenge_tempo"].word is Word.UNKNOWN
        assert found["revenge_tempo"].asked.behaviour.gap.startswith("Needs ")

    def test_equal_seeds_equal_answers(self):
        record = behaving(Trader(n=200, a_day=6), seed=2)
        first, again = (to_json(compute(record, Beside(), 5)) for _ in range(2))
        assert first == again

    @pytest.mark.parametrize("n", [0, 1, 2, 35])
    def test_any_record_is_stored_and_read_again(self, n):
        record = behaving(Trader(n=n, a_day=4), seed=1) if n > 1 else record_of_results([1.0] * n)
        result = compute(record, Beside(), 1)
        assert from_json(PSYCHOLOGY.result, to_json(result)) == result
        assert all(figure.gap or figure.value is not None for figure in result.figures.values())
