"""One way in for the chat: every run ends with an answer, a record of what wrote it, and its events told."""

from __future__ import annotations

from datetime import datetime

from accounts.testing.world import World
from agent.engines import Event, Question
from agent.llm.answering import answer_run
from agent.models import AgentRun, RunEvent
from agent.testing.runs import begun
from agent.testing.shop import shop
from agent.tools.registry import Ask

BRIEF = "What is hurting my funding readiness?"


def test_without_a_model_the_analyst_answers_and_tells_its_tools(world: World, clock: datetime) -> None:
    shop(world.business, as_of=clock)
    run, told = begun(world, BRIEF, now=clock), list[Event]()
    answer = answer_run(run, Question(BRIEF), Ask(world.business, world.owner, clock), tell=told.append)
    assert answer.engine == "analyst/1" and answer.fallback == "" and answer.notice == ""
    assert {event.kind for event in told} == {RunEvent.Kind.TOOL}
    assert told[0].body == {"tool": "get_readiness_breakdown", "label": "Readiness breakdown", "status": "ok"}
    assert AgentRun.objects.get().engine == "analyst/1"
