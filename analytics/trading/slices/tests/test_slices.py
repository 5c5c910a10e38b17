"""Slices: how a record is cut, what is found, and how many false finds are let through."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from django.urls import reverse

from accounts.testing.pages import FiveQuestions
from analytics.evidence.rows import row_totals
from analytics.testing.traders import Trader, record_of_results, simulated
from analytics.testing.trading_desk import computed_desk
from analytics.trading.modules import MODULES, Beside
from analytics.trading.slices.cuts import places, slices
from analytics.trading.slices.module import compute
from analytics.trading.snapshots.queries import stored


def by_label(found, dimension):
    return {one.label: one for one in found.slices if one.dimension == dimension}


class TestCuts:
    def test_every_decision_is_in_one_slice_of_a_dimension(self):
        record = simulated(Trader(n=120))
        for dimension in ("hour", "weekday", "instrument", "hold", "order"):
            made = [one for one in slices(record) if one.dimension == dimension]
            assert sum(one.member.astype(int) for one in made).tolist() == [1] * 120, dimension

    def test_hours_are_those_of_the_zone(self):
        record = simulated(Trader(n=40))
        berlin = replace(record, zone="Europe/Berlin")
        hours = [{one.label for one in slices(r) if one.dimension == "hour"} for r in (record, berlin)]
        assert hours == [{"08:00", "09:00", "11:00", "12:00"}, {"09:00", "10:00", "12:00", "13:00"}]

    def test_a_single_label_is_no_cut(self):
        assert {one.dimension for one in slices(simulated(Trader(n=40)))}.isdisjoint({"direction", "setup"})
        assert list(slices(record_of_results([1.0]).where(np.zeros(1, dtype=bool)))) == []

    def test_places_count_by_entry(self):
        record = record_of_results([1, 2, 3, 4], a_day=2)
        assert places(record).tolist() == [1, 2, 1, 2]
        late = replace(record, opened=record.opened[[1, 0, 2, 3]] - 7200)
        assert places(late).tolist() == [2, 1, 1, 2]


class TestFindings:
    def test_a_planted_weekday_is_kept_and_the_rest_is_not(self):
        record = simulated(Trader(n=480))
        monday = (record.session + 3) % 7 == 0
        found = compute(replace(record, net=np.where(monday, record.net - 90, record.net)), Beside(), 1)
        assert by_label(found, "weekday")["Monday"].word == "worse"
        assert [one.word for one in found.slices].count("worse") <= 2
        assert found.figures["trading.slices_kept"].value >= 1

    def test_a_planted_hour_is_kept(self):
        record = simulated(Trader(n=480))
        hour = np.array([t.hour == 8 for t in record.local_opened])
        found = compute(replace(record, net=np.where(hour, record.net + 90, record.net)), Beside(), 1)
        assert by_label(found, "hour")["08:00"].word == "better"

    def test_nothing_is_kept_of_traders_without_a_pattern_nine_times_in_ten(self):
        kept = [
            compute(simulated(Trader(n=240), seed=seed), Beside(), seed).figures["trading.slices_kept"].value
            for seed in range(20)
        ]
        assert sum(count > 0 for count in kept) <= 4

    def test_small_slices_say_how_much_is_missing(self):
        found = compute(simulated(Trader(n=40, a_day=4)), Beside(), 1)
        one = by_label(found, "weekday")["Monday"]
        figure = found.figures[one.figure]
        assert (one.word, figure.value) == ("not tested", None)
        assert figure.gap == "Needs 12 more closed decisions and 6 more trading days; so far 8 decisions on 2 days."

    def test_the_best_slice_pays_for_having_been_chosen(self):
        found = compute(simulated(Trader(n=480)), Beside(), 1)
        figure = found.figures["trading.slice_dsr"]
        assert figure.value is not None and figure.value < 0.95 and "Chosen among" in found.best

    def test_nothing_to_cut(self):
        found = compute(record_of_results([1.0]).where(np.zeros(1, dtype=bool)), Beside(), 1)
        assert found.slices == () and "No slice has" in found.sentence


class TestSlicesPage(FiveQuestions):
    url = "trading:slices"
    queries = 14

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, simulated(Trader(n=120)))


class TestSlicesFile(FiveQuestions):
    url = "trading:slices-file"
    permission = "export:data"

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, simulated(Trader(n=120)))


def test_the_rows_behind_a_slice_are_its_decisions(world):
    """The database cuts as the record was cut: by hour, weekday, instrument, time held and place in the day."""
    of = computed_desk(world.business, simulated(Trader(n=120)))
    kept = stored(world.business, of, MODULES["slices"])
    checked = set()
    for one in kept.result.slices:
        behind = kept.result.figures[one.figure].rows
        if len(behind.params) > 1:
            assert row_totals(world.business, behind).n == one.n, one
            checked.add(one.dimension)
    assert checked == {"hour", "weekday", "instrument", "hold", "order"}


@pytest.mark.parametrize(("query", "text"), [("", "08:00"), ("?by=instrument", "EURUSD"), ("?by=nonsense", "08:00")])
def test_the_page_cuts_as_asked(world, client_of, query, text):
    computed_desk(world.business, simulated(Trader(n=120)))
    there = reverse("trading:slices", kwargs={"business": world.business.slug}) + query
    page = client_of(world.owner).get(there).content.decode()
    assert text in page and "Tested" in page
