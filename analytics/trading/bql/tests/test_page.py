"""The page of the level: definition, fallback, staleness, pillars with their evidence."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.testing.pages import FiveQuestions
from analytics.testing.traders import Trader, simulated
from analytics.testing.trading_desk import computed_desk


class TestBqlPage(FiveQuestions):
    url = "trading:bql"
    queries = 14

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, simulated(Trader(n=60)))


class TestBqlFile(FiveQuestions):
    url = "trading:bql-file"
    permission = "export:data"

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, simulated(Trader(n=60)))


def html(world, client_of):
    return client_of(world.owner).get(reverse("trading:bql", kwargs={"business": world.business.slug})).content.decode()


def test_shows_the_level_its_pillars_and_its_definition(world, client_of):
    computed_desk(world.business, simulated(Trader(n=60)))
    page = html(world, client_of)
    for text in ("Composed", "provisional", "Size discipline", "How this is defined", "trading.bql_size/"):
        assert text in page


def test_old_data_is_the_last_known_level(world, client_of):
    """The simulated trader stopped in March; it is not March."""
    computed_desk(world.business, simulated(Trader(n=60)))
    assert "Last known level 5, Composed, from 23 Jan 2026." in html(world, client_of)


def test_says_what_is_missing_before_there_is_a_level(world, client_of):
    computed_desk(world.business, simulated(Trader(n=12)))
    page = html(world, client_of)
    assert "So far: 12 on 3." in page and "Last known level" not in page
