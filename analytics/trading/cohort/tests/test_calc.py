"""Cells: who is alike, when a cell may be told, and where a value stands in it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.testing.traders import Trader, record_of_results, simulated
from analytics.trading.cohort.calc import (
    MEASURES,
    Place,
    Share,
    cells,
    may_be_told,
    measures_of,
    place_of,
    rank,
)
from analytics.trading.cohort.module import TOO_SMALL, Cohort, compute
from analytics.trading.modules import Beside
from analytics.trading.snapshots.codec import from_json, to_json

PLACE = Place("fx", "day trading", "10k to 50k")


def share(owner: str, decisions: int = 100, **values: float) -> Share:
    return Share(owner, PLACE, decisions, tuple(({"win_rate": 0.5} | values).items()))


def crowd(n: int, decisions: int = 100) -> list[Share]:
    return [share(f"b{i}", decisions, win_rate=0.3 + i / 100) for i in range(n)]


class TestPlace:
    @pytest.mark.parametrize(
        ("balance", "size"),
        [
            (None, "unknown"),
            (Decimal(9_999), "under 10k"),
            (Decimal(10_000), "10k to 50k"),
            (Decimal(10**7), "over 150k"),
        ],
    )
    def test_by_balance(self, balance, size):
        assert place_of(replace(record_of_results([1, -1]), balance=balance)).size == size

    @pytest.mark.parametrize(
        ("seconds", "style"), [(30, "scalping"), (3600, "day trading"), (86_400, "swing trading"), (np.nan, "unknown")]
    )
    def test_by_holding_time(self, seconds, style):
        record = record_of_results([1, -1])
        assert place_of(replace(record, opened=record.closed - seconds)).style == style


class TestTelling:
    def test_twenty_businesses_may_be_told_and_nineteen_may_not(self):
        assert may_be_told(crowd(20)) and not may_be_told(crowd(19))

    def test_many_accounts_of_few_businesses_are_few(self):
        assert not may_be_told([share(f"b{i % 5}") for i in range(100)])

    def test_a_cell_that_is_mostly_of_one_is_not_told(self):
        large = [*crowd(25), share("giant", 100 * 25)]
        assert not may_be_told(large)
        assert may_be_told([*crowd(25), share("fair", 100)])

    def test_accounts_of_one_business_are_added_up_before_the_share_is_taken(self):
        assert not may_be_told([*crowd(25), *(share("giant", 200) for _ in range(5))])

    @given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 500)), max_size=60))
    def test_whatever_is_given_no_told_cell_is_small_or_of_one(self, given_shares):
        found = cells([share(f"b{owner}", decisions) for owner, decisions in given_shares])
        for cell in found:
            assert cell.businesses >= 20
            by_owner = {}
            for owner, decisions in given_shares:
                by_owner[owner] = by_owner.get(owner, 0) + decisions
            assert max(by_owner.values()) <= cell.decisions / 5

    def test_no_value_of_a_single_trader_is_kept_to_the_digit(self):
        odd = [share(f"b{i}", win_rate=0.123456789 + i / 1000) for i in range(30)]
        (cell,) = cells(odd)
        kept = dict(cell.quantiles)["win_rate"]
        assert len(kept) == 21
        assert not {value for s in odd for _, value in s.values} & set(kept)

    def test_a_business_counts_once_however_many_accounts_it_has(self):
        crowded = [*crowd(21), *(share("b0", 1, win_rate=0.9) for _ in range(3))]
        (cell,) = cells(crowded)
        assert dict(cell.quantiles)["win_rate"][-1] < 0.8


class TestRank:
    QUANTILES = tuple(i / 100 for i in range(0, 101, 5))

    @pytest.mark.parametrize(
        ("value", "place"),
        [(0.5, "0.5"), (0.51, "0.55"), (-9, "0.05"), (0.0, "0.05"), (1.0, "0.95"), (9, "0.95"), (0.26, "0.3")],
    )
    def test_is_rounded_to_steps_and_never_names_the_ends(self, value, place):
        assert rank(value, self.QUANTILES) == Decimal(place)

    @given(st.floats(-1, 2), st.floats(-1, 2))
    def test_never_falls_when_the_value_rises(self, one, other):
        low, high = sorted((one, other))
        assert rank(low, self.QUANTILES) <= rank(high, self.QUANTILES)


class TestMeasures:
    def test_are_in_units_any_account_shares(self):
        record = record_of_results([200, -100, 0, -100], a_day=2)
        found = measures_of(record)
        assert found["win_rate"] == 0.25
        assert found["payoff"] == 2 and found["profit_factor"] == 1
        assert found["expectancy"] == 0
        assert found["decisions_a_session"] == 2
        assert found["deepest_fall"] == 2

    def test_leave_out_what_is_not_defined(self):
        assert set(measures_of(record_of_results([5, 5]))) == {
            "win_rate", "expectancy", "decisions_a_session", "deepest_fall", "costs",
        }  # fmt: skip
        assert measures_of(record_of_results([])) == {}


class TestModule:
    def test_survives_its_way_through_the_store(self):
        (cell,) = cells([replace(s, place=place_of(simulated(Trader(n=160)))) for s in crowd(24)])
        found = compute(simulated(Trader(n=160)), Beside(cohort=(cell,)), 0)
        assert from_json(Cohort, to_json(found)) == found
        assert found.gap == "" and found.businesses == 24
        ranked = found.figures["trading.cohort_rank_win_rate"]
        assert ranked.value is not None and ranked.value % Decimal("0.05") == 0 and ranked.n == 24

    def test_without_a_cell_it_says_so_and_shows_own_values(self):
        found = compute(simulated(Trader(n=160)), Beside(cohort=()), 0)
        assert found.gap == TOO_SMALL and found.figures["trading.cohort_win_rate"].value is not None
        assert all(found.figures[f"trading.cohort_rank_{name}"].gap for name in MEASURES)

    def test_an_account_that_does_not_take_part_is_not_placed(self):
        found = compute(simulated(Trader(n=160)), Beside(), 0)
        assert not found.taking_part and found.own

    def test_a_short_record_gives_nothing(self):
        found = compute(record_of_results([1, -1] * 10), Beside(cohort=()), 0)
        assert found.own == () and "Needs 30 more closed decisions" in found.gap

    def test_new_cells_move_no_other_module(self):
        from analytics.trading.cohort.module import COHORT
        from analytics.trading.execution.module import EXECUTION

        record = simulated(Trader(n=60))
        without, told = Beside(), Beside(cohort=())
        assert EXECUTION.inputs_hash(record, without, {}) == EXECUTION.inputs_hash(record, told, {})
        assert COHORT.inputs_hash(record, without, {}) != COHORT.inputs_hash(record, told, {})
