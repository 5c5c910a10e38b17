"""The story: words without numbers of their own, every sentence with its evidence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from accounts.testing.pages import FiveQuestions
from analytics.figures import Figure
from analytics.testing.traders import Habits, Trader, behaving, record_of_results
from analytics.testing.trading_desk import computed_desk
from analytics.trading.edge_health.module import compute as edge_health
from analytics.trading.fatigue.module import compute as fatigue
from analytics.trading.kpis.module import compute as kpis
from analytics.trading.modules import Beside
from analytics.trading.psychology.module import compute as psychology
from analytics.trading.slump.module import compute as slump
from analytics.trading.snapshots.codec import from_json, to_json
from analytics.trading.story.calc import added, numbers, sentence
from analytics.trading.story.module import STORY, compute

ONLY = ("kpis", "edge_health", "psychology", "fatigue", "slump", "story")
NET = Figure("trading.net", -123_456, 40, date(2026, 1, 1), currency="usd")
MEAN = Figure("trading.expectancy", -10, 40, date(2026, 1, 1), Decimal(-20), Decimal(5), currency="usd")


def told(record):
    beside = Beside()
    for key, make in (("kpis", kpis), ("edge_health", edge_health), ("psychology", psychology), ("fatigue", fatigue),
                      ("slump", slump)):  # fmt: skip
        beside.results[key] = make(record, beside, 1)
    return compute(record, beside, 1)


class TestSentence:
    def test_numbers_come_from_figures(self):
        made = sentence("It made {value:0}, from {low:1} to {high:1}.", "kpis", ("a", NET), ("b", MEAN))
        assert made is not None and made.text == "It made −$1,234.56, from −$0.20 to $0.05."
        assert made.figures == ("a", "b")

    def test_a_template_with_a_number_is_refused(self):
        with pytest.raises(ValueError, match="no numbers"):
            sentence("It made 5 and {value:0}.", "kpis", ("a", NET))

    @pytest.mark.parametrize("figure", [None, Figure("trading.payoff", None, 0, date(2026, 1, 1), gap="None yet.")])
    def test_nothing_is_said_without_its_figure(self, figure):
        assert sentence("It was {value:0}.", "kpis", ("a", figure)) is None

    def test_an_end_that_is_not_known_is_not_told(self):
        assert sentence("From {low:0}.", "kpis", ("a", NET)) is None


class TestAdded:
    def test_a_rewording_may_use_the_figures_numbers(self):
        assert added("Down $1,234.56 over 40 decisions.", [NET]) == set()

    @pytest.mark.parametrize("text", ["Down 1,235.", "Down $1,234.56, or 12%.", "Twice in 2026."])
    def test_and_no_other(self, text):
        assert added(text, [NET])

    def test_numbers_as_they_are_written(self):
        assert numbers("1,234.56 and 7%, v2.") == {"1,234.56", "7", "2"}


class TestStory:
    def test_every_number_is_a_figure_behind_its_sentence(self):
        losing = Trader(n=400, a_day=8, payoff=0.9, win_rate=0.45)
        story = told(behaving(losing, Habits(size_after_loss=1.6, big_r=-0.9), seed=3))
        sentences = [one for part in story.paragraphs for one in part.sentences]
        assert len(sentences) >= 6
        for one in sentences:
            assert one.figures and added(one.text, [story.figures[key] for key in one.figures]) == set(), one.text
        assert "At stake was" in " ".join(one.text for one in sentences)

    def test_equal_findings_equal_words(self):
        record = behaving(Trader(n=200, a_day=5), seed=2)
        assert to_json(told(record)) == to_json(told(record))

    @pytest.mark.parametrize("n", [0, 5, 60])
    def test_short_records_have_short_stories(self, n):
        story = told(behaving(Trader(n=n, a_day=4), seed=1) if n else record_of_results([]))
        assert from_json(STORY.result, to_json(story)) == story

    def test_without_any_result_there_is_none(self):
        story = compute(record_of_results([1.0]), Beside(), 1)
        assert (story.paragraphs, len(story.missing)) == ((), 5)


class TestStoryPage(FiveQuestions):
    url = "trading:story"
    queries = 14

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, behaving(Trader(n=160, a_day=5), seed=1), only=ONLY)

    def test_links_each_sentence_to_its_evidence(self):
        html = self.client_of(self.world.owner).get(self.address(self.world)).content.decode()
        assert "The record holds" in html and "/trading.net/" in html and "What the sentences stand on" in html


class TestStoryFile(FiveQuestions):
    url = "trading:story-file"
    permission = "export:data"

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, behaving(Trader(n=60, a_day=5), seed=1), only=ONLY)
