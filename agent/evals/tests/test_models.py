"""Models through the chat's own path: a good one is right over every wire, the worst one does no harm."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Business
from agent.evals.contestants import CONTESTANTS, Missing
from agent.evals.model import Case, cases
from agent.evals.report import MOST_INPUT_TOKENS, Report
from agent.evals.running import run_all
from agent.evals.worst import MISDEEDS, WorstModel, stalls
from agent.llm import limits
from agent.models import AgentBudget, AgentRun, SpendingHold, TokenUsage

#: One or two of each kind: figures, a series, an explanation, a page, a follow-up, words alone, hostile, unanswerable.
FEW = ("revenue-may", "by-month", "why-up", "hurts", "disputes-due", "define-score", "edge", "ftmo", "own-rules",
       "and-refunds", "sources-hostile", "markup", "forecast", "other-business")  # fmt: skip
#: The stalling misdeed takes as long as a client waits, so the suite leaves it to `make eval`.
QUICK = tuple(deed for deed in MISDEEDS if deed is not stalls)


def few() -> tuple[Case, ...]:
    found = {case.id: case for case in cases()}
    return tuple(found[name] for name in FEW)


# Some misdeeds name no tokens; the client warns of it, and the budget takes the most it may have been.
@pytest.mark.filterwarnings("ignore::pydantic_ai.usage.UsageLimitUnavailableWarning")
def test_good_models_are_right_and_worst_ones_do_no_harm(asked_world: Business, monkeypatch: Any) -> None:
    for name in ("scripted", "anthropic-wire", "openai-wire"):
        _is_right(name, asked_world)
    _does_no_harm("worst", asked_world, monkeypatch)
    _does_no_harm("worst-openai", asked_world, monkeypatch)


def _is_right(name: str, business: Business) -> None:
    before = list(AgentRun.objects.values_list("pk", flat=True))
    with CONTESTANTS[name].playing(few()):
        found = Report(name, run_all(few(), business))
    assert found.broken() == (), name
    assert found.right_tools == found.figures_right == found.recall == found.abstained == 1, name
    assert found.instead == 0, [one.instead for one in found.outcomes]
    middle, most = found.input_tokens
    assert 0 < middle <= most <= MOST_INPUT_TOKENS and found.over_the_token_bar == (), name
    assert found.cost > 0
    provider = "openai" if name == "openai-wire" else "anthropic"
    runs = AgentRun.objects.filter(business=business).exclude(pk__in=before)
    assert set(runs.values_list("engine", "fallback", "state")) == {(provider, "", AgentRun.State.DONE)}
    assert TokenUsage.objects.filter(provider=provider, estimated=True).count() == 0


def _does_no_harm(name: str, business: Business, monkeypatch: Any) -> None:
    monkeypatch.setattr("agent.evals.worst.MISDEEDS", QUICK)
    before = AgentRun.objects.count()
    with CONTESTANTS[name].playing(few()):
        found = Report(name, run_all(few(), business), must_be_right=False)
    assert found.broken() == (), name
    assert found.ungrounded == 0 and all(one.is_safe for one in found.outcomes)
    assert found.instead >= len(QUICK) - 3  # all but those whose words are harmless once they are cleaned
    assert AgentRun.objects.count() - before == len(FEW) + 1  # with the question before the follow-up
    assert not AgentRun.objects.filter(state__in=AgentRun.OPEN).exists()
    assert not SpendingHold.objects.exists() and AgentBudget.objects.get().reserved_usd == 0
    assert max(one.spent.requests for one in found.outcomes) <= limits.REQUESTS


def test_every_misdeed_meets_a_question() -> None:
    met = set(WorstModel(cases()).deeds.values())
    assert met == set(MISDEEDS)


@pytest.mark.parametrize(
    ("unset", "words"), [("OPENAI_API_KEY", "OPENAI_API_KEY not set"), ("LLM_MODEL", "LLM_MODEL not set"),
                         ("", "no known price")],
)  # fmt: skip
def test_a_live_model_says_what_it_lacks_before_anything_is_sent(
    db: None, settings: Any, unset: str, words: str
) -> None:
    settings.OPENAI_API_KEY, settings.LLM_MODEL = "key", "a-model-nobody-priced"
    if unset:
        setattr(settings, unset, "")
    with pytest.raises(Missing, match=words), CONTESTANTS["openai"].playing(few()):
        pass
