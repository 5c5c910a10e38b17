"""Edge portfolio: shrinking, sleeves that lose, pairs, and the page."""

from __future__ import annotations

import numpy as np
import pytest
from django.urls import reverse

from accounts.testing.pages import FiveQuestions
from analytics.testing.traders import Trader, behaving, record_of_results
from analytics.testing.trading_desk import computed_desk
from analytics.trading.edge_portfolio.calc import pairs, shrink, sleeves
from analytics.trading.edge_portfolio.module import EDGE_PORTFOLIO, _key, compute
from analytics.trading.modules import Beside
from analytics.trading.snapshots.codec import from_json, to_json


def record(seed=1, n=400):
    """B loses, A earns, C is nothing; each a quarter or more of the decisions."""
    draw = np.random.default_rng(seed)
    names = draw.choice(["A", "B", "C"], n)
    mean = np.select([names == "A", names == "B"], [60.0, -60.0], 0.0)
    made = record_of_results(np.round(mean + draw.normal(0, 100, n), 2))
    object.__setattr__(made, "instrument", names.astype(np.str_))
    return made


class TestShrink:
    def test_unsure_means_move_furthest(self):
        made = shrink([10.0, 0.0, -10.0], [1.0, 1.0, 8.0])
        assert 9 < made[0] < 10 and made[2] > -8

    def test_no_spread_beyond_errors_makes_all_alike(self):
        made = shrink([1.0, 0.0, -1.0], [5.0, 5.0, 5.0])
        assert made == pytest.approx([0.0, 0.0, 0.0])

    @pytest.mark.parametrize("means", [[], [3.0], [3.0, -3.0]])
    def test_fewer_than_three_stay_as_they_are(self, means):
        assert shrink(means, [1.0] * len(means)) == means


class TestSleeves:
    def test_only_a_sleeve_that_loses_is_retired(self):
        retired = []
        for seed in range(6):
            made = record(seed)
            found = {one.name: one for one in sleeves(made, made.instrument, seed=1)}
            assert found["A"].kept and found["A"].interval.low > 0 and abs(found["A"].shrunk) < abs(found["A"].mean)
            retired += [one.name for one in found.values() if one.retire]
        assert retired.count("B") == 6 and "A" not in retired and retired.count("C") <= 1

    def test_worse_than_the_rest_and_still_earning_is_kept(self):
        made = record()
        object.__setattr__(made, "net", made.net + 200)
        assert not any(one.retire for one in sleeves(made, made.instrument, seed=1))

    def test_small_sleeves_have_a_count_and_no_estimate(self):
        made = record(n=40)
        found = sleeves(made, made.instrument, seed=1)
        assert not any(one.enough for one in found) and all(np.isnan(one.shrunk) for one in found)

    def test_pairs_that_win_and_lose_together(self):
        made = record_of_results([5.0, 5.0, -5.0, -5.0] * 40, a_day=2)
        names = np.array(["A", "B"] * 80)
        found = pairs(made, sleeves(made, names, seed=1))
        assert found[0].correlation == pytest.approx(1.0) and found[0].overlap == 1.0 and found[0].days == 80


def test_counts_and_sums_add_up():
    result = compute(record(), Beside(), 1)
    nets = [result.figures[row.net].value for row in result.rows]
    assert sum(nets) == int(sum(record().exact) * 100) and sum(row.n for row in result.rows) == 400


@pytest.mark.parametrize("n", [0, 1, 60])
def test_is_stored_and_read_again(n):
    made = behaving(Trader(n=n, a_day=4), seed=1) if n > 1 else record_of_results([1.0] * n)
    result = compute(made, Beside(), 1)
    assert from_json(EDGE_PORTFOLIO.result, to_json(result)) == result


def test_names_in_addresses_stay_apart():
    assert len({_key(name) for name in ("EUR/USD", "EUR USD", "EURUSD", "", "EUR_USD")}) == 5


class TestEdgePortfolioPage(FiveQuestions):
    url = "trading:edge-portfolio"
    queries = 14

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, record(), only=("edge_portfolio",))

    def test_says_what_to_retire(self):
        html = self.client_of(self.world.owner).get(self.address(self.world)).content.decode()
        assert "candidates to retire" in html and "How they move together" in html


class TestEdgePortfolioFile(FiveQuestions):
    url = "trading:edge-portfolio-file"
    permission = "export:data"

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, record(n=120), only=("edge_portfolio",))


def test_setups_and_instruments_are_two_views(world, client_of):
    made = record()
    object.__setattr__(made, "setup", np.where(np.arange(400) % 2, "break", "fade").astype(np.str_))
    computed_desk(world.business, made, only=("edge_portfolio",))
    there = reverse("trading:edge-portfolio", kwargs={"business": world.business.slug})
    assert ">fade<" in client_of(world.owner).get(there).content.decode()
    html = client_of(world.owner).get(there + "?by=instrument").content.decode()
    assert ">fade<" not in html and 'scope="row">A<' in html
