"""The analyst on every case; and the judge itself, which must notice what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from accounts.models import Business
from agent.analyst.draft import Draft, Line
from agent.analyst.engine import Analyst
from agent.engines import Question, Tell, silent
from agent.evals.model import Case, cases
from agent.evals.report import Report
from agent.evals.running import run, run_all
from agent.evals.world import build
from agent.tools.registry import Ask
from recommendations.wording import Sentence

LEAST_CASES, LEAST_A_DESK = 60, 8


def test_there_are_enough_cases_of_each_kind() -> None:
    found = cases()
    of_desk = {desk: sum(case.desk == desk for case in found) for desk in ("payments", "trading")}
    assert len(found) >= LEAST_CASES and min(of_desk.values()) >= LEAST_A_DESK
    assert sum(case.abstain for case in found) >= 10
    assert sum(case.hostile for case in found) >= 10
    assert sum(bool(case.after) for case in found) >= 5


@pytest.fixture
def filled(transactional_db: None) -> Iterator[Business]:
    business = Business.objects.create(slug="evals", name="Evals", desks=["payments", "trading"], currency="usd")
    build(business)
    yield business


def test_the_analyst_answers_and_the_judge_notices(filled: Business) -> None:
    found = Report("analyst", run_all(cases(), Analyst(), filled))
    assert found.broken() == ()
    assert found.table().count("\n") == 5
    _the_judge_notices(filled)


class Lying:
    """Gives the analyst's answer, spoiled."""

    name = "lying"

    def __init__(self, spoil: Any) -> None:
        self.spoil = spoil

    def answer(self, question: Question, ask: Ask, tell: Tell = silent) -> Draft:
        draft: Draft = self.spoil(Analyst().answer(question, ask, tell))
        return draft


def _the_judge_notices(business: Business) -> None:
    case = next(case for case in cases() if case.id == "revenue-may")

    def judged(spoil: Any, of: Case = case) -> Any:
        return run(of, Lying(spoil), business)

    assert judged(lambda draft: draft).is_right
    assert judged(lambda draft: replace(draft, lines=())).wrong
    assert judged(lambda draft: replace(draft, results=(), lines=())).missing_tools == ("get_metric_summary",)
    assert judged(lambda draft: replace(draft, lines=(*draft.lines, Line(Sentence("It was 12,345.67."))))).ungrounded
    assert judged(lambda draft: replace(draft, lines=(*draft.lines, Line(Sentence("Yes."), docs=("made-up",))))).foreign
    assert not judged(lambda draft: replace(draft, abstained=True)).chose_right
    assert judged(lambda draft: draft, replace(case, cites=frozenset({"payout-timing"}))).uncited == ("payout-timing",)
