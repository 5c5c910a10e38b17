"""Answers about trading: the right tools, every number traced, honest where there is nothing to say."""

from __future__ import annotations

import pytest

from agent.analyst.draft import Draft
from agent.analyst.engine import Analyst
from agent.analyst.lexicon import LEXICON
from agent.analyst.slots import programme_of
from agent.engines import Question
from agent.grounding import check
from agent.tools.registry import Ask
from analytics.models import TradingRule
from analytics.testing.traders import Trader, simulated
from analytics.testing.trading_desk import NOW, account, compute, save, switch_on

QUESTIONS = [intent.example for intent in LEXICON.intents if intent.desk == "trading"]
MODULES = ("kpis", "bql", "monte_carlo", "shadow_boxing", "rules")


def answer(business, text: str) -> Draft:
    return Analyst().answer(Question(text, {}), Ask(business, None, NOW))


def desk(world, trader: Trader) -> None:
    of = account(world.business)
    save(of, simulated(trader))
    TradingRule.objects.create(business=world.business, kind="max_trades_a_day", params={"n": "3"})
    compute(of, only=MODULES)


@pytest.mark.django_db
class TestAnswers:
    @pytest.mark.parametrize("trader", [Trader(n=160, win_rate=0.62), Trader(n=160, win_rate=0.2), Trader(n=12)])
    def test_every_number_is_traced(self, world, trader):
        desk(world, trader)
        for question in QUESTIONS:
            draft = answer(world.business, question)
            text = draft.markdown()
            outcome = check(text, draft.pool(question))
            assert outcome.holds, (question, outcome.unmatched, text)
            assert text and not draft.abstained and "None" not in text and "{" not in text

    def test_the_edge_is_told_by_its_verdict_and_what_it_stands_on(self, world):
        desk(world, Trader(n=160, win_rate=0.2))
        text = answer(world.business, "Is my edge real?").markdown()
        assert text.startswith("No: even the friendly end") and "A decision brought" in text

    def test_tilt_is_told_by_the_level(self, world):
        desk(world, Trader(n=160))
        text = answer(world.business, "Am I tilting?").markdown()
        assert "Your behavioural level is" in text and "never profit" in text

    def test_a_named_firm_is_the_only_one_told(self, world):
        desk(world, Trader(n=160))
        text = answer(world.business, "Would I pass FTMO?").markdown()
        assert "FTMO 2-Step" in text and "FTMO 1-Step" in text and "Topstep" not in text
        assert "resemble your past ones" in text

    def test_without_a_named_firm_the_best_outlooks_are_told(self, world):
        desk(world, Trader(n=160))
        draft = answer(world.business, "would my record pass a prop firm challenge")
        assert len(draft.results[0][0].rows) > 1

    def test_without_an_account_it_says_so_and_shows_no_number(self, world):
        switch_on(world.business)
        for question in QUESTIONS:
            draft = answer(world.business, question)
            assert "has to be uploaded first" in draft.markdown() and draft.cited == ()

    def test_without_the_desk_it_abstains(self, world):
        assert "trading" not in world.business.desks
        assert all(answer(world.business, question).abstained for question in QUESTIONS)

    def test_offers_questions_that_work(self, world):
        switch_on(world.business)
        assert answer(world.business, "asdf").suggestions == ("Is my edge real?", "Am I tilting?", "Would I pass FTMO?")


@pytest.mark.parametrize(
    ("text", "firm"),
    [("would i pass ftmo?", "ftmo"), ("is mff worth it", "myfundedfutures"), ("blue guardian rules", "blue guardian"),
     ("would i pass?", "")],
)  # fmt: skip
def test_names_the_firm(text, firm):
    assert programme_of(text) == firm
