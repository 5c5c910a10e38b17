"""The many-paths engine says of every path what the replay of that path says."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.trading.shadow_boxing.days import Days
from analytics.trading.shadow_boxing.futures import CODES, Sums, play
from analytics.trading.shadow_boxing.replay import replay
from analytics.trading.shadow_boxing.rule_set import (
    Base,
    Consistency,
    DailyLoss,
    DayBy,
    Lock,
    MaxLoss,
    Reference,
    Share,
    Target,
    Trailing,
    limits_of,
)
from analytics.trading.shadow_boxing.tests.rules import days_of, limits, rules, with_extremes

money = st.integers(-40, 40).map(lambda tens: float(5 * tens))


@st.composite
def rule_sets(draw):
    """Any rule set of the schema, with amounts at which something happens within a few days."""
    daily = draw(st.none() | st.builds(
        DailyLoss, value=st.sampled_from([Decimal("0.04"), Decimal("0.08")]),
        base=st.sampled_from([Base.INITIAL, Base.DAY_START]), reference=st.sampled_from(list(Reference)),
        on_equity=st.booleans(), pauses=st.booleans(),
    ))  # fmt: skip
    return rules(
        max_loss=MaxLoss(
            Decimal(draw(st.sampled_from([60, 100, 180]))), Base.AMOUNT, draw(st.sampled_from(list(Trailing))),
            draw(st.sampled_from(list(Lock))), Decimal(20), draw(st.booleans()), draw(st.booleans()),
        ),
        target=draw(st.none() | st.builds(Target, st.sampled_from([Decimal(60), Decimal(150)]), st.just(Base.AMOUNT))),
        daily_loss=daily,
        min_days=draw(st.integers(0, 3)),
        day_by=draw(st.sampled_from(list(DayBy))),
        day_threshold=Decimal("0.01"),
        profitable_days=draw(st.integers(0, 2)),
        profitable_threshold=Decimal("0.005"),
        consistency=draw(st.none() | st.builds(
            Consistency, st.sampled_from(list(Share)), st.sampled_from([Decimal("0.4"), Decimal("0.7")]), st.booleans()
        )),
    )  # fmt: skip


@st.composite
def many_days(draw) -> Days:
    a_day, count = draw(st.integers(1, 4)), draw(st.integers(1, 8))
    made = days_of(*(draw(st.lists(money, min_size=a_day, max_size=a_day)) for _ in range(count)))
    if not draw(st.booleans()):
        return made
    extremes = st.lists(st.integers(0, 12).map(lambda n: 5.0 * n), min_size=a_day * count, max_size=a_day * count)
    return with_extremes(made, mae=draw(extremes), mfe=draw(extremes))


@given(many_days(), rule_sets(), st.sampled_from([0.5, 1.0, 2.0]), st.integers(0, 10**6))
@settings(max_examples=400, deadline=None)
def test_agrees_with_the_replay_on_every_path(days, rule_set, size, seed):
    found = limits_of(rule_set)
    index = np.random.default_rng(seed).integers(0, len(days), (10, 8), dtype=np.int32)
    outcome = play(days, Sums.of(days), index, found, size=np.full(8, size))
    for path in range(8):
        past = replay(_in_order(days, index[:, path]), found, size=size)
        assert CODES[outcome.code[path]] == past.cause
        assert outcome.step[path] == (past.day + 1 if past.day >= 0 else 10)


def _in_order(days: Days, order: np.ndarray) -> Days:
    return replace(
        days, number=np.arange(len(order)), first=np.zeros(len(order), dtype=np.int64), count=days.count[order],
        close=days.close[order], low=days.low[order], high=days.high[order], opens=days.opens[order],
    )  # fmt: skip


class TestPlay:
    def test_plays_each_path_at_its_own_size(self):
        days = days_of([-60.0], [-60.0])
        index = np.array([[0, 0], [1, 1]], dtype=np.int32)
        outcome = play(days, Sums.of(days), index, limits(), size=np.array([1.0, 0.5]))
        assert [CODES[code].value for code in outcome.code] == ["max_loss", ""]

    def test_ends_open_where_there_are_no_more_days(self):
        days = days_of([10.0])
        outcome = play(days, Sums.of(days), np.array([[0], [-1], [-1]], dtype=np.int32), limits(), size=np.ones(1))
        assert outcome.code[0] == 0 and outcome.step[0] == 1

    def test_fails_by_time_after_the_last_step(self):
        days = days_of([1.0])
        outcome = play(days, Sums.of(days), np.zeros((9, 3), np.int32), limits(), size=np.ones(3), last_step=4)
        assert {CODES[code].value for code in outcome.code} == {"time"} and set(outcome.step) == {4}
