"""A model of either provider on the loopback, with a key, a name and a price, and a shop to ask about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from typing import Any

import pytest
from pydantic_ai import models

from accounts.testing.world import World
from agent.engines import Answer, Event, Question
from agent.llm.answering import answer_run
from agent.models import ModelPrice
from agent.testing.runs import begun
from agent.testing.shop import shop
from agent.testing.standins import Heard, Reply, StandIn, stand_in
from agent.testing.standins.anthropic import MESSAGES
from agent.testing.standins.openai import RESPONSES
from agent.tools.registry import Ask

BRIEF = "What is hurting my funding readiness?"
PROTOCOLS = {"anthropic": MESSAGES, "openai": RESPONSES}
Start = Callable[..., StandIn]


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
