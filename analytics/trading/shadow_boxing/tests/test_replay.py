"""The replay, rule by rule, on days written by hand. Start 1,000, floor 100 below, target 60 above unless said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal

import numpy as np
import pytest

from analytics.testing.traders import record_of_results
from analytics.trading.record import number_of
from analytics.trading.shadow_boxing.days import cut, firm_day
from analytics.trading.shadow_boxing.replay import replay
from analytics.trading.shadow_boxing.rule_set import (
    Base,
    Consistency,
    DailyLoss,
    DayBy,
    Lock,
    MaxLoss,
    Reference,
    Reset,
    Share,
    Target,
    Trailing,
    limits_of,
)
from analytics.trading.shadow_boxing.tests.rules import days_of, limits, rules, with_extremes

SILENT = {"target": None}


def floor(amount: int, mode: Trailing = Trailing.STATIC, **more) -> dict:
    return {"max_loss": MaxLoss(Decimal(amount), Base.AMOUNT, mode, **more)}


def said(days, size=1.0, **changes) -> tuple[str, str, int]:
    found = replay(days, limits(**changes), size=size)
    return found.verdict.value, found.cause.value, found.trade


class TestMaxLoss:
    @pytest.mark.parametrize(
        ("days", "changes", "says"),
        [
            ([[-99.0]], {}, ("open", "", -1)),
            ([[-100.0]], {}, ("failed", "max_loss", 0)),
            ([[-100.0]], floor(100, touch=False), ("open", "", -1)),
            ([[-100.01]], floor(100, touch=False), ("failed", "max_loss", 0)),
            ([[30.0, -129.0]], {}, ("open", "", -1)),
            ([[30.0, -129.0]], floor(100, Trailing.CLOSED), ("failed", "max_loss", 1)),
            ([[30.0, -129.0]], floor(100, Trailing.EOD), ("open", "", -1)),
            ([[30.0], [-100.0]], floor(100, Trailing.EOD), ("failed", "max_loss", 1)),
            ([[-100.0, 90.0]], {}, ("failed", "max_loss", 0)),  # breached at noon, green in the evening
            ([[-100.0, 90.0]], floor(100, at_close_of_day=True), ("open", "", -1)),
            ([[-10.0, -90.0]], floor(100, at_close_of_day=True), ("failed", "max_loss", 1)),
        ],
    )
    def test_floors(self, days, changes, says):
        assert said(days_of(*days), **(SILENT | changes)) == says

    def test_a_breach_beats_the_target_on_the_same_trade(self):
        days = with_extremes(days_of([60.0]), mae=[100.0], mfe=[60.0])
        assert said(days) == ("failed", "max_loss", 0)

    def test_the_worst_moment_inside_a_trade_counts_where_it_is_known(self):
        assert said(days_of([10.0]), **SILENT) == ("open", "", -1)
        assert said(with_extremes(days_of([10.0]), mae=[120.0], mfe=[10.0]), **SILENT)[1] == "max_loss"

    def test_open_profit_lifts_an_intraday_floor(self):
        """+50 open, closed at −60: 110 below the peak. The best moment comes after the worst inside a trade."""
        days = with_extremes(days_of([-60.0]), mae=[60.0], mfe=[50.0])
        assert said(days, **SILENT, **floor(100, Trailing.INTRADAY)) == ("failed", "max_loss", 0)
        assert said(days, **SILENT, **floor(100, Trailing.CLOSED))[0] == "open"

    def test_the_published_example_of_an_end_of_day_floor_that_locks(self):
        """50k: +500 → 48,500; −500 → 48,500; +2,500 → 50,000 for good. Source: trading.md § 8.2, Topstep."""
        found = limits(size=Decimal(50_000), **SILENT, **floor(2_000, Trailing.EOD, lock=Lock.INITIAL))
        ends = replay(days_of([500.0], [-500.0], [2_500.0], [900.0], [0.0]), found).ends
        assert [end.floor for end in ends] == [48_000, 48_500, 48_500, 50_000, 50_000]

    def test_the_published_example_of_a_floor_under_midnight_balances(self):
        """100k → 104k → 103k gives 90k, 94k, 94k. Source: trading.md § 8.2, FTMO 1-Step."""
        found = limits(size=Decimal(100_000), **SILENT, **floor(10_000, Trailing.EOD))
        ends = replay(days_of([4_000.0], [-1_000.0], [0.0]), found).ends
        assert [end.floor for end in ends] == [90_000, 94_000, 94_000]

    @pytest.mark.parametrize(
        ("lock", "cap"), [(Lock.INITIAL, 1_000), (Lock.AMOUNT, 1_020), (Lock.TARGET, 960), (Lock.NONE, float("inf"))]
    )
    def test_locks(self, lock, cap):
        assert limits(**floor(100, Trailing.EOD, lock=lock, lock_amount=Decimal(20))).cap == cap


class TestDailyLoss:
    @pytest.mark.parametrize(
        ("days", "daily", "says"),
        [
            ([[-30.0, -20.0]], DailyLoss(Decimal("0.05")), ("failed", "daily_loss", 1)),
            ([[-30.0], [-30.0]], DailyLoss(Decimal("0.05")), ("open", "", -1)),
            ([[40.0, -50.0]], DailyLoss(Decimal("0.05")), ("open", "", -1)),
            ([[40.0, -50.0]], DailyLoss(Decimal("0.05"), reference=Reference.INTRADAY_HIGH),
             ("failed", "daily_loss", 1)),
            ([[-40.0], [-48.0]], DailyLoss(Decimal("0.05"), Base.DAY_START), ("failed", "daily_loss", 1)),
            ([[-50.0]], DailyLoss(Decimal(50), Base.AMOUNT), ("failed", "daily_loss", 0)),
        ],
    )  # fmt: skip
    def test_references(self, days, daily, says):
        assert said(days_of(*days), **SILENT, daily_loss=daily) == says

    def test_equity_and_closed_trades(self):
        days = with_extremes(days_of([-10.0]), mae=[50.0], mfe=[0.0])
        assert said(days, **SILENT, daily_loss=DailyLoss(Decimal("0.05")))[1] == "daily_loss"
        assert said(days, **SILENT, daily_loss=DailyLoss(Decimal("0.05"), on_equity=False))[0] == "open"

    def test_a_pause_drops_the_rest_of_the_day_only(self):
        found = replay(
            days_of([-50.0, -40.0], [10.0, 10.0]), limits(**SILENT, daily_loss=DailyLoss(Decimal("0.05"), pauses=True))
        )
        assert (found.verdict.value, found.balance, found.paused) == ("open", 970.0, 1)

    def test_a_paused_day_that_fell_through_the_account_floor_has_failed(self):
        days = days_of([-130.0])
        assert said(days, **SILENT, daily_loss=DailyLoss(Decimal("0.05"), pauses=True))[1] == "max_loss"

    def test_the_floor_that_is_met_first_is_named(self):
        assert said(days_of([-130.0]), **SILENT, daily_loss=DailyLoss(Decimal("0.05")))[1] == "daily_loss"
        assert said(days_of([-130.0]), **SILENT, daily_loss=DailyLoss(Decimal("0.12")))[1] == "max_loss"


class TestTarget:
    def test_is_reached_in_the_middle_of_a_day(self):
        assert said(days_of([60.0, -200.0])) == ("passed", "target", 0)

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"min_days": 2}, ("passed", "target", 1)),
            ({"profitable_days": 2}, ("passed", "target", 1)),
            ({"min_days": 2, "day_by": DayBy.QUALIFYING, "day_threshold": Decimal("0.01")}, ("passed", "target", 2)),
            ({"profitable_days": 2, "profitable_threshold": Decimal("0.01")}, ("passed", "target", 2)),
        ],
    )
    def test_waits_for_days(self, changes, says):
        assert said(days_of([60.0], [5.0], [10.0]), **changes) == says

    def test_days_are_counted_where_a_position_was_opened(self):
        days = replace(days_of([60.0], [5.0], [5.0]), opens=np.array([True, False, True]))
        assert said(days, min_days=2, day_by=DayBy.OPEN) == ("passed", "target", 2)

    @pytest.mark.parametrize(
        ("share", "fails", "says"),
        [
            (Share.OF_PROFIT, False, ("passed", "target", 2)),  # 60 of 100, then of 120
            (Share.OF_PROFIT, True, ("failed", "consistency", 0)),
            (Share.OF_GREEN_DAYS, False, ("passed", "target", 2)),
            (Share.OF_TARGET, False, ("open", "", -1)),  # 60 of 60 stays too much
        ],
    )
    def test_is_delayed_or_spoiled_by_one_large_day(self, share, fails, says):
        found = {"consistency": Consistency(share, Decimal("0.5"), fails)}
        assert said(days_of([60.0], [40.0], [20.0]), **found) == says

    def test_without_a_target_nothing_is_passed(self):
        assert said(days_of([900.0]), **SILENT)[0] == "open"


class TestTime:
    def test_runs_out_by_the_calendar(self):
        days = days_of(*[[1.0]] * 10)  # ten weekdays, the last on the twelfth day
        assert said(days, **SILENT, time_limit_days=11) == ("failed", "time", 9)
        assert said(days, **SILENT, time_limit_days=12)[0] == "open"

    def test_a_long_rest_fails(self):
        days = days_of([1.0], [1.0])
        late = replace(days, number=days.number + np.array([0, 60]))
        assert said(late, **SILENT, inactivity_days=60) == ("failed", "inactivity", 1)
        assert said(late, **SILENT, inactivity_days=61)[0] == "open"


class TestClosestCall:
    def test_is_the_least_room_to_any_floor_that_ends_the_account(self):
        found = replay(days_of([-70.0, 20.0], [-10.0, 0.0]), limits(**SILENT))
        assert (found.closest, found.closest_trade) == (30.0, 0)

    def test_a_breach_says_by_how_much(self):
        found = replay(days_of([-130.0]), limits(**SILENT))
        assert (found.value, found.level, found.closest) == (870.0, 900.0, -30.0)


class TestSize:
    def test_scales_the_money(self):
        assert said(days_of([-60.0]), size=2.0, **SILENT)[1] == "max_loss"
        assert said(days_of([-150.0]), size=0.5, **SILENT)[0] == "open"


class TestFirmDays:
    @pytest.mark.parametrize(
        ("moment", "reset", "day"),
        [
            (datetime(2026, 6, 1, 21, 59), Reset("Europe/Prague"), "2026-06-01"),
            (datetime(2026, 6, 1, 22, 0), Reset("Europe/Prague"), "2026-06-02"),
            (datetime(2026, 1, 5, 22, 59), Reset("America/Chicago", time(17)), "2026-01-05"),
            (datetime(2026, 1, 5, 23, 0), Reset("America/Chicago", time(17)), "2026-01-06"),
            (datetime(2026, 7, 6, 22, 0), Reset("America/Chicago", time(17)), "2026-07-07"),  # summer time
            (datetime(2026, 1, 5, 0, 29), Reset("UTC", time(0, 30)), "2026-01-04"),
        ],
    )
    def test_begin_at_the_reset(self, moment, reset, day):
        found = firm_day(np.array([moment.replace(tzinfo=UTC).timestamp()]), reset)
        assert found[0] == number_of(datetime.fromisoformat(day).date())

    def test_hold_every_trade_once(self):
        record = record_of_results([float(n) for n in range(1, 24)], a_day=5)
        for reset in (Reset(), Reset("America/Chicago", time(17)), Reset("Europe/Prague")):
            days = cut(record, reset)
            assert days.count.sum() == 23 and days.net.sum() == pytest.approx(record.net.sum())

    def test_limits_are_those_of_the_rule_set(self):
        found = limits_of(rules(target=Target(Decimal("0.1")), max_loss=MaxLoss(Decimal("0.05"))))
        assert (found.target, found.max_loss) == (1_100, 50)
