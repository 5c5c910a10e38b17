"""The adaptive average: by hand, its honesty on noise, its power on a break, its page."""

from __future__ import annotations

import numpy as np
import pytest
from django.urls import reverse

from accounts.testing.pages import FiveQuestions
from analytics.testing.traders import Trader, record_of_results, simulated
from analytics.testing.trading_desk import computed_desk
from analytics.trading.afma.calc import FAST, SLOW, afma, pacing, slope
from analytics.trading.afma.module import Trend, compute
from analytics.trading.modules import Beside


class TestAverage:
    def test_begins_with_the_mean_of_the_first_twenty(self):
        assert afma(np.arange(19.0)).size == 0
        assert afma(np.arange(20.0)).tolist() == [9.5]

    def test_is_quick_with_a_direction_and_slow_without(self):
        steady, wavering = np.ones(21), np.tile([1.0, -1.0], 11)[:21]
        assert pacing(steady)[0] == pytest.approx(FAST**2)
        assert pacing(wavering)[0] == pytest.approx(SLOW**2)
        assert pacing(np.zeros(21))[0] == pytest.approx(SLOW**2)

    def test_by_hand(self):
        """Twenty ones, then 3: efficiency 1, so a step of (2/3)² of the difference of 2."""
        form = np.append(np.ones(20), 3.0)
        assert afma(form).tolist() == pytest.approx([1.0, 1 + 2 * FAST**2])

    def test_rows_are_series_of_their_own(self):
        form = np.random.default_rng(1).normal(0, 1, (3, 50))
        assert np.allclose(afma(form), np.stack([afma(row) for row in form]))

    def test_slope_is_the_change_over_twenty(self):
        assert slope(np.arange(40.0) * 0.5) == pytest.approx(10.0)


class TestState:
    def test_needs_forty_and_says_how_many_there_are(self):
        found = compute(simulated(Trader(n=39)), Beside(), 1)
        assert (found.trend, found.points) == (Trend.UNKNOWN, ())
        assert found.sentence == "Needs 40 closed decisions; there are 39 so far."

    def test_noise_has_no_direction_nine_times_in_ten(self):
        trends = [compute(simulated(Trader(n=120), seed=seed), Beside(), seed).trend for seed in range(40)]
        assert sum(trend is not Trend.FLAT for trend in trends) <= 4

    @pytest.mark.parametrize(("after", "trend"), [(-100, Trend.FALLING), (300, Trend.RISING)])
    def test_a_break_is_found_four_times_in_five(self, after, trend):
        found = 0
        for seed in range(20):
            draw = np.random.default_rng(seed)
            results = np.concatenate([draw.normal(100, 100, 80), draw.normal(after, 100, 15)])
            found += compute(record_of_results(np.round(results, 2).tolist()), Beside(), seed).trend is trend
        assert found >= 16

    def test_says_its_unit(self):
        assert compute(simulated(Trader(n=50)), Beside(), 1).unit == "R"
        assert compute(simulated(Trader(n=50, with_risk=False)), Beside(), 1).unit == "median losses"


class TestAfmaPage(FiveQuestions):
    url = "trading:afma"
    queries = 14

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, simulated(Trader(n=60)))


class TestAfmaFile(FiveQuestions):
    url = "trading:afma-file"
    permission = "export:data"

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, simulated(Trader(n=60)))


@pytest.mark.parametrize(("n", "text"), [(60, "Form has"), (10, "Needs 40 closed decisions; there are 10 so far.")])
def test_the_page_says_what_it_knows(world, client_of, n, text):
    computed_desk(world.business, simulated(Trader(n=n)))
    html = client_of(world.owner).get(reverse("trading:afma", kwargs={"business": world.business.slug}))
    assert text in html.content.decode() and "How this is defined" in html.content.decode()
