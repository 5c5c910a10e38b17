"""Both providers over their real protocols: words, tools, tokens, an overloaded server, a cut stream."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from pydantic_ai.direct import model_request_sync
from pydantic_ai.messages import ModelRequest
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

from agent.engines import Event
from agent.llm.prompt import PROMPT_VERSION
from agent.llm.tests.conftest import Start
from agent.llm.tests.scripts import READ, said, score
from agent.models import AgentBudget, AgentRun, RunEvent, SpendingHold, TokenUsage
from agent.testing.standins import Call, Reply


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
    assert (run.engine, run.model, run.prompt_version) == (provider, "stand-in", PROMPT_VERSION) and len(
        run.history
    ) == 4


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


def test_a_first_question_stays_below_eight_thousand_tokens(start: Start, asked: Any) -> None:
    server = start(script=lambda heard, number: READ if number == 0 else said(*score(heard)))
    asked()
    sizes = [len(json.dumps(heard.body)) // 4 for heard in server.heard]
    assert sum(sizes) <= 8_000, sizes


def test_tools_and_instructions_are_cached_where_it_has_to_be_asked_for(
    start: Start, asked: Any, provider: str
) -> None:
    server = start(Reply(("Nothing.",)))
    asked()
    body = server.heard[0].body
    marked = "cache_control" in body["tools"][-1] if provider == "anthropic" else "cache_control" not in str(body)
    assert marked and body["stream"] is True
    assert body.get("max_tokens", body.get("max_output_tokens")) == 1_500
