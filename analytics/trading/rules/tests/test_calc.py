from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.errors import InvalidInput
from analytics.testing.traders import Trader, record_of_results, simulated
from analytics.trading.modules import Beside, Rule
from analytics.trading.rules.calc import Effect, Says, breaks, effect_of, is_blind, obeyed_share, says
from analytics.trading.rules.kinds import KINDS, read_value, words
from analytics.trading.rules.module import OwnRules, compute
from analytics.trading.snapshots.codec import from_json, to_json


def rule(kind: str, **params: str) -> Rule:
    return Rule(1, kind, tuple(sorted(params.items())))


def out(record, found: Rule, *, leave_out: bool = True) -> list[int]:
    return np.flatnonzero(breaks(record, (found,), leave_out=leave_out)).tolist()


class TestBreaks:
    """Four decisions a day, one an hour from 8:00 UTC, each closed half an hour later."""

    @pytest.mark.parametrize(
        ("results", "found", "left_out"),
        [
            ([1, 1, 1, 1], rule("max_trades_a_day", n="3"), [3]),
            ([-100, -150, 50, 1], rule("max_loss_a_day", amount="250"), [2, 3]),
            ([-100, -149, 50, 1], rule("max_loss_a_day", amount="250"), []),
            ([-1, -1, 5, 5], rule("stop_after_losses", n="2"), [2, 3]),
            ([-1, 0, -1, 5], rule("stop_after_losses", n="2"), []),
            ([-1, 5, 5, 5], rule("cooldown", n="31"), [1]),
            ([-1, 5, 5, 5], rule("cooldown", n="30"), []),
            ([1, 1, 1, 1], rule("hours", start="09:00", end="10:00"), [0, 2, 3]),
            ([1, 1, 1, 1], rule("hours", start="10:00", end="09:00"), [1]),
            ([1, 1, 1, 1], rule("instruments", names="Y, Z"), [0, 1, 2, 3]),
            ([1, 1, 1, 1], rule("instruments", names="x, Z"), []),
        ],
    )
    def test_leaves_out_from_the_breach_on(self, results, found, left_out):
        assert out(record_of_results([float(r) for r in results]), found) == left_out

    def test_a_new_day_begins_anew(self):
        record = record_of_results([-300.0, 1.0, 1.0, 1.0, 7.0, 7.0, 7.0, 7.0])
        assert out(record, rule("max_loss_a_day", amount="250")) == [1, 2, 3]

    def test_what_is_left_out_does_not_count_afterwards(self):
        """Losses at 8:00 and 9:00; with a pause of an hour the second is not taken, and its loss starts no pause."""
        record = record_of_results([-5.0, -5.0, 5.0, 5.0])
        pause = rule("cooldown", n="60")
        assert out(record, pause) == [1]
        assert out(record, pause, leave_out=False) == [1, 2]

    def test_a_loss_that_is_still_open_is_not_known(self):
        record = record_of_results([-5.0, 5.0, 5.0, 5.0])
        closed = record.closed.copy()
        closed[0] = record.opened[1] + 60
        late = replace(record, closed=np.sort(closed))
        assert out(late, rule("stop_after_losses", n="1")) == [2, 3]

    def test_risk_and_stops(self):
        record = simulated(Trader(n=4))
        risky = replace(record, risk=np.array([50.0, 150.0, np.nan, 100.0]))
        assert out(risky, rule("max_risk", amount="100")) == [1]
        assert out(risky, rule("stop_required")) == [2]

    @pytest.mark.parametrize("kind", ["max_risk", "stop_required"])
    def test_is_blind_without_any_stop(self, kind):
        record = record_of_results([1.0, 2.0])
        assert is_blind(record, rule(kind, amount="1")) and out(record, rule(kind, amount="1")) == []

    def test_is_blind_to_hours_without_times_of_entry(self):
        record = replace(record_of_results([1.0]), opened=np.array([np.nan]))
        assert is_blind(record, rule("hours", start="09:00", end="10:00"))

    @given(st.lists(st.integers(-9, 9), min_size=1, max_size=40), st.integers(1, 5))
    @settings(max_examples=60, deadline=None)
    def test_leaving_out_never_breaks_more_than_was_broken(self, results, n):
        record = record_of_results([float(r) for r in results])
        for found in (rule("max_trades_a_day", n=str(n)), rule("stop_after_losses", n=str(n))):
            kept, traded = (breaks(record, (found,), leave_out=leave_out) for leave_out in (True, False))
            assert kept.sum() <= traded.sum() and bool((traded | ~kept).all())

    def test_the_future_never_matters(self):
        record = simulated(Trader(n=80))
        for found in (rule("stop_after_losses", n="2"), rule("max_loss_a_day", amount="150"), rule("cooldown", n="45")):
            whole = breaks(record, (found,), leave_out=True)
            for size in (11, 40, 63):
                first = record.where(np.arange(80) < size)
                assert breaks(first, (found,), leave_out=True).tolist() == whole[:size].tolist()


class TestObeyedShare:
    def test_counts_decisions_inside_all_rules(self):
        record = record_of_results([1.0, 1.0, 1.0, 1.0])
        found = (rule("max_trades_a_day", n="3"), rule("hours", start="09:00", end="23:00"))
        assert obeyed_share(record, found) == 0.5

    def test_is_unknown_without_rules_or_what_they_look_at(self):
        record = record_of_results([1.0])
        assert obeyed_share(record, ()) is None
        assert obeyed_share(record, (rule("stop_required"),)) is None
        assert obeyed_share(record_of_results([]), (rule("max_trades_a_day", n="1"),)) is None


class TestEffect:
    def test_is_what_the_left_out_decisions_lost(self):
        record = record_of_results([5.0, 5.0, 5.0, -40.0] * 12)
        found = effect_of(record, (rule("max_trades_a_day", n="3"),), seed=1)
        assert (found.dropped, found.days, found.money) == (12, 12, 480.0)
        assert found.low is None  # twelve decisions are too few to say

    def test_a_habit_that_costs_is_found(self):
        draw = np.random.default_rng(3)
        results = np.where(np.arange(400) % 4 == 3, -40.0, 5.0) + draw.normal(0, 10, 400)
        found = effect_of(record_of_results(results.tolist()), (rule("max_trades_a_day", n="3"),), seed=1)
        assert found.low is not None and found.low > 0 and says(found, found.p) is Says.HELPS

    def test_a_rule_that_would_have_cost_is_found(self):
        draw = np.random.default_rng(3)
        results = np.where(np.arange(400) % 4 == 3, 40.0, -5.0) + draw.normal(0, 10, 400)
        found = effect_of(record_of_results(results.tolist()), (rule("max_trades_a_day", n="3"),), seed=1)
        assert says(found, found.p) is Says.COSTS

    @pytest.mark.parametrize(
        ("effect", "q", "word"),
        [
            (Effect(0, 0, 0.0), None, Says.NONE),
            (Effect(5, 5, 9.0), None, Says.FEW),
            (Effect(30, 9, 9.0, 1.0, 20.0, 0.01), 0.10, Says.HELPS),
            (Effect(30, 9, 9.0, 1.0, 20.0, 0.01), 0.11, Says.UNPROVEN),
            (Effect(30, 9, 9.0, -1.0, 20.0, 0.01), 0.05, Says.UNPROVEN),
            (Effect(30, 9, -9.0, -20.0, -1.0, 0.01), 0.05, Says.COSTS),
        ],
    )
    def test_words(self, effect, q, word):
        assert says(effect, q) is word

    def test_rules_on_traders_without_habits_are_rarely_called_good_or_bad(self):
        """Sixty traders, two rules each: false verdicts stay about at the promised tenth."""
        beside = Beside(rules=(rule("max_trades_a_day", n="2"), replace(rule("stop_after_losses", n="1"), id=2)))
        false = 0
        for seed in range(60):
            found = compute(simulated(Trader(n=200), seed=seed), beside, seed)
            false += any(one.says in (Says.HELPS, Says.COSTS) for one in found.tried)
        assert false <= 12  # 10 % of 60, and 2.6 standard errors


class TestModule:
    def test_survives_its_way_through_the_store_and_adjusts_for_all(self):
        rules = (rule("max_trades_a_day", n="2"), replace(rule("stop_after_losses", n="1"), id=2))
        found = compute(simulated(Trader(n=200)), Beside(rules=rules), 5)
        assert from_json(OwnRules, to_json(found)) == found
        assert all(one.q is not None and one.q >= (one.effect.p or 0) for one in found.tried)
        assert set(found.figures) == {
            "trading.rules_obeyed", "trading.rules_effect", "trading.rule_effect:1", "trading.rule_effect:2",
        }  # fmt: skip

    def test_inactive_rules_are_not_tried(self):
        off = replace(rule("max_trades_a_day", n="2"), active=False)
        found = compute(simulated(Trader(n=40)), Beside(rules=(off,)), 5)
        assert found.tried == () and found.together is None
        assert found.figures["trading.rules_obeyed"].value is None


class TestKinds:
    @pytest.mark.parametrize(
        ("kind", "text", "says"),
        [
            ("max_trades_a_day", "4", "At most 4 trades a day"),
            ("max_loss_a_day", "1,250.50", "Stop for the day once 1250.50 is lost"),
            ("hours", "9:30", None),
            ("hours", "09:30–16:00", "Enter from 09:30 to 16:00"),
            ("hours", "09:30-09:30", None),
            ("instruments", " MNQ,EURUSD , ", "Trade only EURUSD, MNQ"),
            ("instruments", ",", None),
            ("max_trades_a_day", "0", None),
            ("max_trades_a_day", "four", None),
            ("max_loss_a_day", "-5", None),
            ("max_loss_a_day", "NaN", None),
            ("stop_required", "", "Enter only with a stop"),
            ("stop_required", "1", None),
            ("nothing_known", "1", None),
        ],
    )
    def test_reads_what_was_typed(self, kind, text, says):
        if says is None:
            with pytest.raises(InvalidInput):
                read_value(kind, text)
        else:
            assert words(Rule(1, kind, read_value(kind, text))) == says

    def test_the_example_of_every_kind_can_be_typed(self):
        for one in KINDS.values():
            assert words(Rule(1, one.key, read_value(one.key, one.example)))


class TestSuggestions:
    def test_a_stop_that_would_have_helped_is_found(self):
        """Every day begins with two losses, and what follows them loses too."""
        draw = np.random.default_rng(5)
        worse = np.where(np.arange(480) % 4 < 2, -20.0, -15.0) + draw.normal(0, 5, 480)
        found = compute(record_of_results(worse.tolist()), Beside(), 5)
        best = found.suggested[0]
        assert best.effect.money > 0 and best.key in found.figures
        assert "stop_after_losses" in {one.kind for one in found.suggested}

    def test_a_rule_that_is_set_is_not_suggested(self):
        worse = np.full(480, -15.0) + np.random.default_rng(5).normal(0, 5, 480)
        mine = Rule(7, "stop_after_losses", (("n", "2"),))
        kinds = [
            (one.kind, one.value)
            for one in compute(record_of_results(worse.tolist()), Beside(rules=(mine,)), 5).suggested
        ]
        assert ("stop_after_losses", "3") in kinds and ("stop_after_losses", "2") not in kinds

    def test_traders_without_habits_are_rarely_told_to_set_one(self):
        found = [compute(simulated(Trader(n=200), seed=seed), Beside(), seed).suggested for seed in range(40)]
        assert sum(bool(one) for one in found) <= 9  # 10 % of 40, and 2.6 standard errors

    def test_a_short_record_gets_none(self):
        assert compute(record_of_results([-1.0] * 19), Beside(), 5).candidates == 0
