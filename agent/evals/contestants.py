"""What is evaluated: the analyst, a scripted model in this process and over both wires, the worst model, a live one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.test.utils import override_settings
from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter
from pydantic_ai.models import ModelRequestParameters, StreamedResponse
from pydantic_ai.models.function import AgentInfo, DeltaToolCall, FunctionModel
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RequestUsage

from agent.evals.hearing import Model, counted, from_anthropic, from_messages, from_openai
from agent.evals.model import Case
from agent.evals.scripted import GoodModel
from agent.evals.world import NOW
from agent.evals.worst import STALL_SECONDS, WorstModel
from agent.llm.configuration import ANTHROPIC, NONE, OPENAI, PROVIDERS, ModelChoice
from agent.llm.prices import price_of
from agent.models import ModelPrice
from agent.testing.standins import Heard, Reply, stand_in
from agent.testing.standins.anthropic import MESSAGES
from agent.testing.standins.openai import RESPONSES

STAND_IN = "stand-in"
#: US dollars a million tokens: of no provider, so that costs of one day compare with those of another.
TIERS = [{"above": 0, "input": "3", "output": "15", "cache_read": "0.3"}]
WIRES = {ANTHROPIC: (MESSAGES, from_anthropic), OPENAI: (RESPONSES, from_openai)}
MakeModel = Callable[[Sequence[Case]], Model]


class Missing(Exception):
    """What a live model needs and is not set, in words."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """One engine. `playing` makes it what answers, for as long as the block lasts.

    `must_be_right`: its answers are judged; else only that they are safe. `is_live`: it costs money.
    """

    name: str
    about: str
    play: Callable[[Sequence[Case]], AbstractContextManager[None]]
    must_be_right: bool = True
    is_live: bool = False

    def playing(self, cases: Sequence[Case]) -> AbstractContextManager[None]:
        return self.play(cases)


@contextmanager
def _analyst(cases: Sequence[Case]) -> Iterator[None]:
    with override_settings(LLM_PROVIDER=NONE):
        yield


@contextmanager
def _chosen(provider: str, **more: Any) -> Iterator[None]:
    """A model without an address outside, with a price and a budget that does not end."""
    for each in PROVIDERS:
        ModelPrice.objects.get_or_create(
            provider=each, model=STAND_IN, starts=date(2020, 1, 1), defaults={"tiers": TIERS, "source": "evaluation"}
        )
    with override_settings(
        LLM_PROVIDER=provider, LLM_MODEL=STAND_IN, ANTHROPIC_API_KEY="none", OPENAI_API_KEY="none",
        LLM_MONTHLY_CAP_USD=100_000, **more,
    ):  # fmt: skip
        yield


@contextmanager
def _on_the_wire(provider: str, make: MakeModel, cases: Sequence[Case], **more: Any) -> Iterator[None]:
    """A server on the loopback that speaks the provider's protocol and answers as the model does."""
    protocol, said_of = WIRES[provider]
    model = make(cases)

    def script(heard: Heard, number: int) -> Reply:
        return counted(model(said_of(heard)), json.dumps(heard.body, ensure_ascii=False))

    with (
        stand_in(protocol, script) as server,
        _chosen(provider, ANTHROPIC_BASE_URL=server.url, OPENAI_BASE_URL=f"{server.url}/v1", **more),
    ):
        yield


@contextmanager
def _in_process(cases: Sequence[Case]) -> Iterator[None]:
    """No protocol in between: the client's own test model, opened where a provider's would be."""
    model = GoodModel(cases)

    @asynccontextmanager
    async def opened(choice: ModelChoice) -> AsyncIterator[FunctionModel]:
        yield InProcess(model)

    with _chosen(ANTHROPIC), patch("agent.llm.engine.opened", opened):
        yield


class InProcess(FunctionModel):
    """A model that is a function, and that counts what it was sent as the stand-ins do."""

    def __init__(self, model: Model) -> None:
        super().__init__(stream_function=partial(_told, model), model_name=STAND_IN)

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: Any = None,
    ) -> AsyncIterator[StreamedResponse]:
        tools = [each.parameters_json_schema for each in model_request_parameters.function_tools]
        sent = ModelMessagesTypeAdapter.dump_json(messages).decode() + json.dumps(tools)
        async with super().request_stream(messages, model_settings, model_request_parameters, run_context) as stream:
            stream.finish_reason = "stop"
            stream._usage += RequestUsage(input_tokens=counted(Reply(), sent).input_tokens)
            yield stream


async def _told(model: Model, messages: list[ModelMessage], info: AgentInfo) -> AsyncIterator[Any]:
    reply = model(from_messages(messages))
    for piece in reply.pieces:
        yield piece
    for number, call in enumerate(reply.calls):
        yield {number: DeltaToolCall(call.name, json.dumps(call.args), tool_call_id=f"call_{len(messages)}_{number}")}


@contextmanager
def _live(provider: str, cases: Sequence[Case]) -> Iterator[None]:
    """The provider itself, with the keys of the settings. Errors: Missing, before anything is sent."""
    wanted = {f"{provider.upper()}_API_KEY": getattr(settings, f"{provider.upper()}_API_KEY"),
              "LLM_MODEL": settings.LLM_MODEL}  # fmt: skip
    unset = [name for name, value in wanted.items() if not value]
    if unset:
        raise Missing(f"{' and '.join(unset)} not set, so {provider} was not asked.")
    if price_of(provider, settings.LLM_MODEL, on=NOW.date()) is None:
        raise Missing(f"{settings.LLM_MODEL} has no known price, so {provider} was not asked.")
    with override_settings(LLM_PROVIDER=provider):  # within the month's cap as it is set
        yield


CONTESTANTS = {
    each.name: each
    for each in (
        Contestant("analyst", "the deterministic analyst", _analyst),
        Contestant("scripted", "a scripted model in this process", _in_process),
        Contestant(
            "anthropic-wire", "the scripted model over Anthropic's protocol",
            partial(_on_the_wire, ANTHROPIC, GoodModel),
        ),
        Contestant(
            "openai-wire", "the scripted model over OpenAI's protocol", partial(_on_the_wire, OPENAI, GoodModel)
        ),
        Contestant(
            "worst", "the worst model, over Anthropic's protocol",
            partial(_on_the_wire, ANTHROPIC, WorstModel, LLM_TIMEOUT_SECONDS=STALL_SECONDS / 3, LLM_MAX_RETRIES=1),
            must_be_right=False,
        ),
        Contestant(
            "worst-openai", "the worst model, over OpenAI's protocol",
            partial(_on_the_wire, OPENAI, WorstModel, LLM_TIMEOUT_SECONDS=STALL_SECONDS / 3, LLM_MAX_RETRIES=1),
            must_be_right=False,
        ),
        Contestant(ANTHROPIC, "a live model of Anthropic", partial(_live, ANTHROPIC), is_live=True),
        Contestant(OPENAI, "a live model of OpenAI", partial(_live, OPENAI), is_live=True),
    )
}  # fmt: skip
