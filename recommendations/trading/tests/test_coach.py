from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from recommendations.trading.coach import iso_week, letter
from recommendations.trading.tests.desks import AS_OF, GOOD, account, desk, kpis, monte_carlo


def said(of):
    found = letter(desk(of), of)
    return [] if found is None else [part.text() for part in found.text]


class TestLetter:
    def test_has_three_gauges_one_sentence_and_one_action(self):
        assert said(GOOD) == [
            "Cushion: 12.00 ordinary days above the floor.",
            "Edge: its lower end was 3.00 times the cost of a decision.",
            "Size: 140.0% of what you traded rarely reaches the floor.",
            "All margins held last week.",
            "Keep the size as it is.",
        ]

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"monte_carlo": monte_carlo(cushion=3)}, "The cushion was thinner than 5 days."),
            ({"kpis": kpis(low=50)}, "The edge did not surely pay for its own costs."),
            ({"kpis": kpis(low=-50)}, "The edge did not surely pay for its own costs."),
            ({"monte_carlo": monte_carlo(safe="0.6")}, "The size was above what the record supports."),
        ],
    )
    def test_names_the_weakest(self, changes, says):
        assert said(account(result=changes))[-2] == says

    def test_the_lines_themselves_are_enough(self):
        at_the_line = {"monte_carlo": monte_carlo(cushion=5, safe="1"), "kpis": kpis(low=100)}
        assert said(account(result=at_the_line))[-2] == "All margins held last week."

    def test_a_gauge_that_cannot_be_read_is_left_out(self):
        found = letter(desk(), account(result={"kpis": kpis(costs=0)}))
        assert found is not None and [one.key for one in found.gauges] == ["cushion", "size"]

    def test_there_is_none_without_gauges(self):
        assert said(account(result={"kpis": None, "monte_carlo": None})) == []

    @pytest.mark.parametrize(("rest", "written"), [(timedelta(days=14), True), (timedelta(days=14, seconds=1), False)])
    def test_rests_with_the_trader(self, rest, written):
        assert bool(said(account(last_close=AS_OF - rest))) is written

    def test_the_edge_margin_stands_on_expectancy_and_costs(self):
        found = letter(desk(), GOOD)
        assert found is not None
        margin = next(one.figure for one in found.gauges if one.key == "edge")
        assert margin.value == Decimal(3) and [part.metric for part in margin.inputs] == [
            "trading.expectancy", "trading.costs",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "week"), [((2026, 6, 14), "2026-W24"), ((2027, 1, 3), "2026-W53"), ((2027, 1, 4), "2027-W01")]
)
def test_weeks_are_those_of_iso(day, week):
    assert iso_week(datetime(*day, 18, tzinfo=UTC)) == week
