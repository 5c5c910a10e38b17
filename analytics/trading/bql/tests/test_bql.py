"""The level of conduct: pillars, score, states, how they are kept, and what overrides them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from analytics.testing.traders import DAY, Trader, record_of_results, simulated
from analytics.trading.bql.level import Level, Score, acute, kept_level, raw_level, score
from analytics.trading.bql.module import compute
from analytics.trading.bql.pillars import (
    Pillar,
    concentration,
    days_past,
    exit_symmetry,
    linear,
    loss_containment,
    own_rules,
    size_discipline,
    tempo,
)
from analytics.trading.bql.window import entries, window
from analytics.trading.modules import Beside, Rule
from analytics.trading.record import normalised_size


def trader(n=200, **fields):
    return simulated(Trader(n=n, win_rate=0.55, **fields))


def after_loss(record):
    before = entries(record)
    return before.known & (record.net[np.maximum(before.before, 0)] < 0)


def doubling(record, factor=2.5):
    """The same decisions, larger after a loss of the same session."""
    size = np.where(after_loss(record), record.size * factor, record.size)
    return replace(record, size=size, quantity=size)


class TestWindow:
    def test_takes_the_shorter_of_ninety_days_and_two_hundred(self):
        assert len(window(simulated(Trader(n=600, a_day=10)))) == 200
        assert len(window(simulated(Trader(n=200, a_day=1)))) == 65  # 90 days hold 65 weekdays

    def test_reaches_back_to_thirty_on_ten_days(self):
        sparse = record_of_results([1.0] * 40, a_day=1)
        slow = replace(sparse, closed=sparse.closed[0] + np.arange(40) * 10 * DAY, opened=np.full(40, np.nan))
        slow = replace(slow, session=(slow.closed // DAY).astype(np.int64))
        assert len(window(slow)) == 30
        busy = record_of_results([1.0] * 100, a_day=5)
        old = np.arange(100) < 60
        gone = replace(busy, closed=busy.closed - old * 200 * DAY, opened=busy.opened - old * 200 * DAY)
        gone = replace(gone, session=busy.session - (old * 200).astype(np.int64))
        assert len(window(gone)) == 46 and window(gone).n_sessions == 10  # eight new sessions and two old ones

    def test_only_what_was_closed_before_moved_an_entry(self):
        record = record_of_results([1, -1, 1])
        overlapping = replace(record, opened=np.array([record.opened[0]] * 3))
        assert entries(record).before.tolist() == [-1, 0, 1]
        assert entries(overlapping).before.tolist() == [-1, -1, -1]
        assert entries(record).gap[1:].tolist() == [1800, 1800]

    def test_another_session_moved_nothing(self):
        assert entries(record_of_results([1, -1, 1], a_day=1)).before.tolist() == [-1, -1, -1]


class TestPillars:
    @pytest.mark.parametrize(("value", "points"), [(1.0, 100), (1.10, 100), (1.55, 50), (2.0, 0), (9.0, 0)])
    def test_points_are_linear_between_anchors(self, value, points):
        assert linear(value, 1.10, 2.0) == pytest.approx(points)

    def test_a_few_huge_losses_cost_containment(self):
        calm = loss_containment(trader(), limit=None, seed=1, reps=300)
        net = np.array(trader().net)
        net[np.flatnonzero(net < 0)[::8]] *= 12
        wild = loss_containment(replace(trader(), net=net, risk=np.full(200, np.nan)), limit=None, seed=1, reps=300)
        assert calm.points == 100 and wild.points is not None and wild.points < 30

    def test_days_past_the_limit_count_if_they_are_worse(self):
        record = record_of_results([-10.0] * 30 + [5.0] * 30, a_day=3)
        assert days_past(record, 25.0) == 0.5 and days_past(record, None) is None
        assert loss_containment(record, limit=25.0, seed=1, reps=50).points == 0
        assert loss_containment(record, limit=31.0, seed=1, reps=50).points == 100

    def test_larger_after_a_loss_costs_size_discipline(self):
        steady = size_discipline(trader(), entries(trader()), seed=1, reps=300)
        record = doubling(trader())
        found = size_discipline(record, entries(record), seed=1, reps=300)
        assert steady.points == 100
        assert found.points is not None and found.points < 20 and found.measure == pytest.approx(2.5, rel=0.1)
        assert found.bound < found.measure

    def test_instruments_of_other_sizes_are_no_habit(self):
        """Lots of 0.1 and of 30 contracts compare once each is divided by its usual size."""
        record = trader()
        quantity = np.where(record.instrument == "MNQ", 30.0, 0.1)
        mixed = replace(record, quantity=quantity, size=normalised_size(record.instrument, quantity))
        assert size_discipline(mixed, entries(mixed), seed=1, reps=200).points == 100

    def test_fast_re_entries_cost_only_where_they_earn_less(self):
        record = trader(n=400)
        hot = after_loss(record)
        before = entries(record)
        opened = np.where(hot, record.closed[np.maximum(before.before, 0)] + 30, record.opened)
        quick = replace(record, opened=opened)
        harmless = tempo(quick, entries(quick), seed=1, reps=500)
        assert (harmless.points, harmless.note) == (70, "fast re-entries do not earn less, so far")
        spread = np.where(hot, record.closed[np.maximum(before.before, 0)] + 10 + 10 * (np.arange(400) % 5), opened)
        losing = replace(record, opened=spread)
        fast = hot & (entries(losing).gap <= 20)
        risk = np.where(fast, -2.0, 1.0) * losing.risk
        costly = replace(losing, net=np.where(fast | (losing.net > 0), risk, losing.net))
        assert tempo(costly, entries(costly), seed=1, reps=500).points < 70

    def test_holding_losers_costs_unless_wins_make_up_for_it(self):
        record = trader(payoff=0.8)
        held = replace(record, opened=np.where(record.net < 0, record.closed - 9000, record.closed - 1000))
        assert exit_symmetry(held, seed=1, reps=200).points == 0
        paid = replace(held, net=np.where(held.net > 0, 3 * held.net, held.net))
        assert exit_symmetry(paid, seed=1, reps=200).points == 70

    def test_one_day_that_brings_most_costs_spread(self):
        lucky = record_of_results([*([1.0, -0.5] * 30), 200.0], a_day=4)
        assert concentration(lucky, seed=1, reps=200).points is not None
        assert concentration(record_of_results([-1.0] * 30), seed=1, reps=50).gap.startswith("Left out while")

    def test_what_is_missing_names_its_column(self):
        blind = replace(trader(), opened=np.full(200, np.nan))
        for found in (
            size_discipline(blind, entries(blind), seed=1, reps=50),
            tempo(blind, entries(blind), seed=1, reps=50),
            exit_symmetry(blind, seed=1, reps=50),
        ):
            assert found.points is None and "time of entry" in found.gap

    @pytest.mark.parametrize(("share", "points"), [(1.0, 100), (0.75, 50), (0.4, 0), (None, None)])
    def test_own_rules(self, share, points):
        assert own_rules(trader(), share).points == points


class TestLevel:
    def test_half_the_mean_and_half_the_lowest(self):
        found = score([Pillar("a", 100.0), Pillar("b", 90.0), Pillar("c", 20.0), Pillar("d", None)])
        assert (found.total, found.least) == (45, 20)
        assert score([Pillar("a", 100.0), Pillar("b", 90.0), Pillar("c", None)]).total is None

    @pytest.mark.parametrize(
        ("total", "least", "level"),
        [(80, 60, 5), (80, 59, 4), (79.9, 79, 4), (65, 10, 4), (50, 0, 3), (35, 0, 2), (34.9, 0, 1), (0, 0, 1)],
    )
    def test_states(self, total, least, level):
        assert raw_level(Score(total, least)) == level

    @pytest.mark.parametrize(
        ("totals", "level"),
        [
            ([70], 4),
            ([70, 40], 2),
            ([40, 70, 70, 70, 70], 2),
            ([40, 70, 70, 70, 70, 70], 4),
            ([40, 69, 69, 69, 69, 69], 3),
            ([40, 70, 70, 60, 70, 70, 70], 3),
            ([40, 90, 90, 90, 90, 90], 5),
        ],
    )
    def test_down_at_once_and_up_after_five_sessions_five_above(self, totals, level):
        assert kept_level([Score(total, 70) for total in totals]) == level

    def test_a_gap_in_the_history_is_no_level(self):
        assert kept_level([]) == kept_level([Score(90, 90), Score(None)]) == Level.UNAVAILABLE


class TestAcute:
    def test_the_daily_limit(self):
        record = record_of_results([5] * 40 + [-30, -30])
        assert acute(record, limit=60) == "The daily loss limit was reached."
        assert acute(record, limit=61) == ""
        assert acute(record_of_results([5] * 38 + [-30, -30] + [5] * 4), limit=60) == ""

    def test_three_losses_faster_and_larger(self):
        record = record_of_results([5, -5, 5, 5] * 10 + [-5, -5, -5])
        opened = record.opened.copy()
        opened[-2:] = record.closed[-3:-1] + 10
        size = record.size.copy()
        size[-2:] = 2.0
        assert acute(replace(record, opened=opened, size=size), limit=None).startswith("Three losses in a row")
        assert acute(replace(record, opened=opened), limit=None) == ""
        assert acute(replace(record, size=size), limit=None) == ""


class TestModule:
    def test_a_composed_trader_is_composed_whatever_the_result(self):
        for win_rate in (0.4, 0.6):
            found = compute(simulated(Trader(n=150, win_rate=win_rate)), Beside(), 1)
            assert (found.word, found.provisional) == ("Composed", False)

    def test_a_doubling_trader_is_not(self):
        found = compute(doubling(trader(), 3.0), Beside(), 1)
        assert found.level <= Level.DRIFTING and found.weakest == "Size discipline"

    @pytest.mark.parametrize(("n", "said"), [(12, "So far: 12 on 3."), (0, "So far: 0 on 0.")])
    def test_the_fallback_counts(self, n, said):
        record = trader(n=max(n, 1)).where(np.arange(max(n, 1)) < n)
        found = compute(record, Beside(), 1)
        assert found.level == 0 and said in found.fallback and "Nothing is being judged yet." in found.fallback

    def test_below_a_hundred_is_provisional(self):
        assert compute(trader(n=60), Beside(), 1).provisional

    def test_an_override_shows_what_the_level_would_be(self):
        record = trader(n=100)
        last = record.session == record.session[-1]
        lost = replace(record, net=np.where(last, -100.0, record.net))
        found = compute(lost, Beside(daily_loss_limit=Decimal(300)), 1)
        assert found.level == Level.TILT and found.kept > Level.TILT and "limit" in found.override

    def test_own_rules_are_a_pillar_once_they_are_set(self):
        rule = Rule(1, "max_trades_a_day", (("n", "2"),))
        points = {p.key: p.points for p in compute(trader(n=60), Beside(rules=(rule,)), 1).pillars}
        without = {p.key: p.points for p in compute(trader(n=60), Beside(), 1).pillars}
        assert (points["rules"], without["rules"]) == (0, None)

    def test_the_past_does_not_move_when_decisions_arrive(self):
        record = trader(n=120)
        early = compute(record.where(np.arange(120) < 100), Beside(), 1).history
        late = compute(record, Beside(), 2).history
        scores = {past.day: past.score for past in late}
        assert all(scores[past.day] == past.score for past in early[:-1] if past.day in scores)
