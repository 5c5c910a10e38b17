"""Both providers over their real protocols: words, tools, tokens, an overloaded server, a cut stream."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic_ai import models
from pydantic_ai.direct import model_request_sync
from pydantic_ai.messages import ModelRequest
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

from accounts.testing.world import World
from agent.engines import Answer, Event, Question
from agent.llm.answering import answer_run
from agent.models import AgentBudget, AgentRun, ModelPrice, RunEvent, SpendingHold, TokenUsage
from agent.testing.runs import begun
from agent.testing.shop import shop
from agent.testing.standins import Call, Heard, Reply, StandIn, stand_in
from agent.testing.standins.anthropic import MESSAGES
from agent.testing.standins.openai import RESPONSES
from agent.tools.registry import Ask

BRIEF = "What is hurting my funding readiness?"
PROTOCOLS = {"anthropic": MESSAGES, "openai": RESPONSES}
FIGURE = re.compile(r'"id":"(?P<id>c1\.f1)".*?"printed":"(?P<printed>[^"]+)"')
READ = Reply(calls=(Call("get_readiness_breakdown"),), input_tokens=5_000, output_tokens=20)
Start = Callable[..., StandIn]


def said(figure: str, ref: str) -> Reply:
    return Reply(("Your score is ", figure, f" [ev:{ref}]."), input_tokens=6_000, output_tokens=30)


@pytest.fixture(params=["anthropic", "openai"])
def provider(request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch, world: World) -> str:
    monkeypatch.setattr(models, "ALLOW_MODEL_REQUESTS", True)  # to the loopback only
    name: str = request.param
    settings.LLM_PROVIDER, settings.LLM_MODEL = name, "stand-in"
    settings.ANTHROPIC_API_KEY = settings.OPENAI_API_KEY = "key-for-tests"
    tiers = [{"above": 0, "input": "3", "output": "15", "cache_read": "0.3"}]
    ModelPrice.objects.create(provider=name, model="stand-in", starts="2020-01-01", tiers=tiers, source="test")
    return name


@pytest.fixture
def start(provider: str, settings: Any) -> Iterator[Start]:
    with ExitStack() as stack:

        def begin(*replies: Reply, script: Callable[[Heard, int], Reply] | None = None) -> StandIn:
            server = stack.enter_context(stand_in(PROTOCOLS[provider], script or replies))
            settings.ANTHROPIC_BASE_URL, settings.OPENAI_BASE_URL = server.url, f"{server.url}/v1"
            return server

        yield begin


@pytest.fixture
def asked(world: World, clock: datetime) -> Callable[..., tuple[Answer, list[Event]]]:
    shop(world.business, as_of=clock)

    def ask(text: str = BRIEF, **kept: Any) -> tuple[Answer, list[Event]]:
        told: list[Event] = []
        run = begun(world, text, now=clock)
        return answer_run(run, Question(text), Ask(world.business, world.owner, clock), tell=told.append, **kept), told

    return ask


def score(heard: Heard) -> tuple[str, str]:
    """The first figure as the tool printed it, and its reference, found in what the provider was sent."""
    found = FIGURE.search(str(heard.body).replace("\\", ""))
    assert found
    return found["printed"], found["id"]


def test_a_tool_is_read_and_its_figure_is_said(start: Start, asked: Any, provider: str) -> None:
    server = start(script=lambda heard, number: READ if number == 0 else said(*score(heard)))
    answer, told = asked()
    assert answer.engine == provider and answer.fallback == "" and not answer.partial, answer
    assert answer.draft.markdown().startswith("Your score is ") and len(answer.draft.cited) == 1
    assert [event.kind for event in told] == [RunEvent.Kind.TOOL, RunEvent.Kind.TEXT]
    assert told[1].body["text"] == answer.draft.markdown()
    assert (
        "get_readiness_breakdown" in server.last_tools()
        and "business" not in str(server.heard[0].body["tools"]).split()
    )
    rows = list(TokenUsage.objects.order_by("request_no"))
    assert [(row.input_tokens, row.output_tokens, row.estimated) for row in rows] == [
        (5_000, 20, False),
        (6_000, 30, False),
    ]
    assert [row.cost_usd for row in rows] == [Decimal("0.0153"), Decimal("0.01845")]
    assert AgentBudget.objects.get().spent_usd == Decimal("0.03375") and not SpendingHold.objects.exists()
    assert AgentBudget.objects.get().reserved_usd == 0
    run = AgentRun.objects.get()
    assert (run.engine, run.model, run.prompt_version) == (provider, "stand-in", "1") and len(run.history) == 4


def test_an_overloaded_provider_is_asked_again(start: Start, asked: Any, provider: str) -> None:
    server = start(Reply(status=529), Reply(("I cannot answer that from here.",)))
    answer, _ = asked()
    assert answer.engine == provider and len(server.heard) == 2 and TokenUsage.objects.count() == 1


def test_a_provider_that_stays_overloaded_leaves_it_to_the_analyst(start: Start, asked: Any) -> None:
    server = start(Reply(status=529))
    answer, told = asked()
    assert (answer.engine, answer.fallback) == ("analyst/1", AgentRun.Fallback.PROVIDER)
    assert len(server.heard) == 3, answer.error
    assert not TokenUsage.objects.exists()  # refused requests cost nothing
    assert told[0] == Event.notice(answer.notice) and AgentBudget.objects.get().reserved_usd == 0
    assert AgentRun.objects.get().fallback == AgentRun.Fallback.PROVIDER and "529" in AgentRun.objects.get().error


def test_a_cut_stream_is_partial_and_billed_at_its_most(start: Start, asked: Any, provider: str) -> None:
    start(Reply(("The answer ", "begins ", "and ", "is ", "cut ", "off", "here"), cut=True))
    answer, _ = asked()
    assert answer.partial and answer.engine == provider and answer.draft.markdown().startswith("The answer")
    row = TokenUsage.objects.get()
    assert row.estimated and row.output_tokens == 1_500 and row.finish_reason == ""


def test_cached_input_is_counted_apart(start: Start, asked: Any) -> None:
    start(Reply(("Nothing to say.",), input_tokens=4_000, cached=3_000, output_tokens=10))
    asked()
    row = TokenUsage.objects.get()
    assert (row.input_tokens, row.cache_read_tokens) == (4_000, 3_000)
    assert row.cost_usd == Decimal("0.00405")  # 1,000 plain, 3,000 read, 10 written


def test_without_a_price_nothing_is_sent(start: Start, asked: Any, settings: Any) -> None:
    server = start(Reply(("never",)))
    settings.LLM_MODEL = "a-model-nobody-priced"
    answer, _ = asked()
    assert (answer.fallback, server.heard) == (AgentRun.Fallback.UNPRICED, []) and "price" in answer.notice


def test_beyond_the_budget_nothing_is_sent(start: Start, asked: Any, settings: Any) -> None:
    settings.LLM_MONTHLY_CAP_USD = 0
    server = start(Reply(("never",)))
    answer, _ = asked()
    assert (answer.fallback, server.heard) == (AgentRun.Fallback.BUDGET, [])
    assert answer.draft.cited  # the analyst answers the question all the same


def test_whole_answers_speak_the_same_protocol(start: Start, provider: str) -> None:
    server = start(Reply(("Good day.",), (Call("look", {"at": 1}),)))
    model: Any
    if provider == "anthropic":
        model = AnthropicModel("stand-in", provider=AnthropicProvider(base_url=server.url, api_key="k"))
    else:
        model = OpenAIResponsesModel("stand-in", provider=OpenAIProvider(base_url=f"{server.url}/v1", api_key="k"))
    response = model_request_sync(model, [ModelRequest.user_text_prompt("hello")])
    assert [part.part_kind for part in response.parts] == ["text", "tool-call"]
    assert response.usage.input_tokens == 1_000 and response.finish_reason in ("tool_call", "stop")
