"""Rows of a broker to decisions."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ingestion.trading.matching.calc import match
from ingestion.trading.matching.fragments import match_parts
from ingestion.trading.matching.model import ZERO, Part
from ingestion.trading.reading.zones import FUTURES, Roll

START = datetime(2026, 3, 2, 14, tzinfo=UTC)


def part(number: int, opened: int | None, closed: int, gross: str = "10", **fields: Any) -> Part:
    given: dict[str, Any] = {
        "direction": 1,
        "quantity": Decimal(1),
        "entry_price": Decimal(100),
        "exit_price": Decimal(105),
        "currency": "usd",
        "multiplier": Decimal(2),
    } | fields
    at = None if opened is None else START + timedelta(minutes=opened)
    return Part(
        f"t{number:03d}", "MNQ 6-06", "MNQM6", "MNQ", "futures", opened_at=at,
        closed_at=START + timedelta(minutes=closed), gross=Decimal(gross), **given,
    )  # fmt: skip


class TestNetting:
    def test_fragments_that_overlap_are_one_decision(self):
        (made,) = match_parts([part(1, 0, 5), part(2, 0, 9, "-4", exit_price=Decimal(98)), part(3, 4, 12, "6")])
        assert (made.key, made.quantity, made.gross) == ("t001", 3, 12)
        assert [exit_[3] for exit_ in made.exits] == ["10", "-4", "6"]

    def test_one_that_opens_when_the_last_closed_is_another(self):
        assert len(match_parts([part(1, 0, 5), part(2, 5, 9)])) == 2

    def test_equal_rows_of_one_second_are_both_counted(self):
        (made,) = match_parts([part(1, 0, 5), part(2, 0, 5)])
        assert (made.quantity, made.gross, made.members) == (2, 20, ["t001", "t002"])

    def test_long_and_short_are_never_one(self):
        assert len(match_parts([part(1, 0, 5), part(2, 1, 6, direction=-1)])) == 2

    def test_a_row_without_a_time_of_entry_stands_alone(self):
        first, second = match_parts([part(1, None, 5), part(2, None, 5)])
        assert (first.opened_at, second.opened_at) == (None, None)


class TestHedging:
    def test_a_chain_of_partial_closes_is_one_position(self):
        made = match_parts(
            [part(1, 0, 5, position_id="7"), part(2, 0, 9, position_id="7"), part(3, 1, 4, position_id="8")],
            hedging=True,
        )
        assert [one.members for one in made] == [["t001", "t002"], ["t003"]]


class TestRisk:
    def test_only_an_initial_stop_is_a_risk(self):
        stop = {"stop": Decimal(97)}
        assert match_parts([part(1, 0, 5, stop_quality="initial", **stop)])[0].initial_risk == 6
        assert match_parts([part(1, 0, 5, stop_quality="last_known", **stop)])[0].initial_risk is None

    def test_a_stop_beyond_entry_is_none(self):
        assert match_parts([part(1, 0, 5, stop_quality="initial", stop=Decimal(101))])[0].initial_risk is None

    def test_one_fragment_without_makes_it_unknown(self):
        parts = [part(1, 0, 5, stop_quality="initial", stop=Decimal(97)), part(2, 0, 5)]
        assert match_parts(parts)[0].initial_risk is None


class TestSessions:
    def test_the_evening_in_chicago_is_the_next_day(self):
        evening = part(1, 0, 10 * 60)  # 24:00 UTC, 18:00 in Chicago
        (made,) = match([], [evening], hedging=False, roll=FUTURES).trades
        assert made.session_date.isoformat() == "2026-03-03"

    def test_what_the_file_states_holds(self):
        stated = part(1, 0, 5, session_date=START.date() + timedelta(days=3))
        (made,) = match([], [stated], hedging=False, roll=FUTURES).trades
        assert made.session_date == stated.session_date

    @given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 900), st.integers(-50, 50)), max_size=20))
    def test_another_roll_never_changes_a_result(self, drawn):
        parts = [part(i, opened, opened + held, str(gross)) for i, (opened, held, gross) in enumerate(drawn)]
        one, other = (
            match([], parts, hedging=False, roll=roll).trades for roll in (FUTURES, Roll(time(0), "Asia/Tokyo"))
        )
        assert [(t.key, t.net, t.closed_at) for t in one] == [(t.key, t.net, t.closed_at) for t in other]
        assert sum((t.net for t in one), ZERO) == sum((p.gross for p in parts), ZERO)


@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(0, 30), st.sampled_from((1, -1))), max_size=20),
    st.randoms(use_true_random=False),
)
def test_every_row_is_in_one_trade_whatever_the_order(drawn, random):
    parts = [part(i, opened, opened + held, direction=side) for i, (opened, held, side) in enumerate(drawn)]
    made = match_parts(parts)
    assert sorted(key for one in made for key in one.members) == [one.key for one in parts]
    random.shuffle(parts)
    assert match_parts(parts) == made
