"""Fatigue: the slope inside days, where results turn, and the page."""

from __future__ import annotations

import numpy as np
import pytest
from django.urls import reverse

from accounts.testing.pages import FiveQuestions
from analytics.testing.traders import Habits, Trader, behaving, record_of_results
from analytics.testing.trading_desk import computed_desk
from analytics.trading.fatigue.calc import fading
from analytics.trading.fatigue.module import FATIGUE, compute, word_of
from analytics.trading.modules import Beside
from analytics.trading.psychology.calc import Word
from analytics.trading.snapshots.codec import from_json, to_json

TIRED = Habits(tired_after=3, tired_r=-0.8)


class TestSlope:
    def test_fading_is_found_with_the_place_where_results_turn(self):
        found = fading(behaving(Trader(n=400, a_day=8), TIRED, seed=2), seed=1)
        assert found.order is not None and found.order.fades and word_of(found) is Word.COSTLY
        assert found.break_even is not None and 2 <= found.break_even <= 7
        assert found.after < 0 and found.tired is not None and found.tired.any()

    def test_a_steady_trader_does_not_fade(self):
        found = fading(behaving(Trader(n=400, a_day=8), seed=5), seed=1)
        assert word_of(found) is Word.CLEAR and found.break_even is None

    def test_bad_days_are_no_fatigue(self):
        # Long days are bad as a whole: without a level for each day that would look like fading.
        results = [x for day in range(40) for x in ([-3.0, 2.0] * 5 if day % 2 else [3.0, -2.0, 3.0, -2.0])]
        session = [day for day in range(40) for _ in range(10 if day % 2 else 4)]
        record = record_of_results(results)
        object.__setattr__(record, "session", np.array(session))
        found = fading(record, seed=1)
        assert word_of(found) in (Word.CLEAR, Word.UNKNOWN)

    @pytest.mark.parametrize(("n", "a_day"), [(0, 4), (150, 6), (250, 2)])
    def test_short_records_count_what_is_missing(self, n, a_day):
        record = behaving(Trader(n=n, a_day=a_day), seed=1) if n else record_of_results([])
        found = fading(record, seed=1)
        assert found.gap.startswith("Needs ") and "at least 4" in found.gap and word_of(found) is Word.UNKNOWN

    def test_is_stored_and_read_again(self):
        for record in (behaving(Trader(n=260, a_day=7), seed=1), record_of_results([1.0, -1.0])):
            result = compute(record, Beside(), 1)
            assert from_json(FATIGUE.result, to_json(result)) == result


class TestFatiguePage(FiveQuestions):
    url = "trading:fatigue"
    queries = 14

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, behaving(Trader(n=260, a_day=7), TIRED, seed=2), only=("fatigue",))

    def test_says_the_verdict_first(self):
        html = self.client_of(self.world.owner).get(self.address(self.world)).content.decode()
        assert "fade in the course of your sessions" in html and "Decision of the session" in html


class TestFatigueFile(FiveQuestions):
    url = "trading:fatigue-file"
    permission = "export:data"

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, behaving(Trader(n=260, a_day=7), TIRED, seed=2), only=("fatigue",))


def test_a_short_record_has_its_sentence(world, client_of):
    computed_desk(world.business, behaving(Trader(n=30, a_day=5), seed=1), only=("fatigue",))
    html = client_of(world.owner).get(reverse("trading:fatigue", kwargs={"business": world.business.slug})).content
    assert "more closed decisions" in html.decode()
