"""Asking: limits, what is kept, and whose conversation it is."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest

from accounts.errors import InvalidInput, NotYours, TooLarge, TooMany
from accounts.models import Event
from accounts.testing.world import World
from agent.analyst.draft import Draft, Line
from agent.chat import limits, queries, runs, services
from agent.models import AgentRun, Conversation, Message, ToolCall
from agent.testing.shop import shop
from recommendations.wording import Constant, sentence

BRIEF = "What is hurting my funding readiness?"


def answered(run: AgentRun) -> Message:
    assert run.answer is not None
    return run.answer


@pytest.fixture
def asked(world: World, clock: datetime) -> Message:
    shop(world.business, as_of=clock)
    return answered(services.ask(world.business, world.owner, BRIEF, now=clock))


def test_an_answer_keeps_its_tool_calls_evidence_pages_and_check(asked: Message, world: World) -> None:
    calls = queries.tool_calls(world.business, asked)
    assert [call.tool for call in calls] == [
        "get_readiness_breakdown", "get_top_recommendations", "search_knowledge", "search_knowledge",
    ]  # fmt: skip
    assert all(call.status == "ok" and call.result["ok"] for call in calls)
    assert asked.engine == "analyst/1" and asked.status == "final"
    assert asked.grounding["figures"] == asked.grounding["matched"] >= 10
    assert {cited["doc_id"] for cited in asked.citations} >= {"funding-readiness-factors"}
    refs = {body["id"] for body in asked.evidence}
    assert refs and all(f"[ev:{ref}]" in asked.text for ref in refs)
    assert Event.objects.get(name="agent.chat.answered").ids["intent"] == "readiness_hurts"


def test_a_conversation_goes_on_in_order(asked: Message, world: World, clock: datetime) -> None:
    later = clock + timedelta(minutes=1)
    services.ask(world.business, world.owner, "why?", now=later, conversation_id=asked.conversation_id)
    turns = queries.messages(world.business, asked.conversation)
    assert [turn.seq for turn in turns] == [1, 2, 3, 4]
    assert [turn.role for turn in turns] == ["user", "assistant"] * 2
    assert queries.conversations(world.business, world.owner)[0].updated_at == later


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", InvalidInput),
        ("  \n ", InvalidInput),
        ("a\x00b", InvalidInput),
        ("ä" * 4097, TooLarge),
        ("x" * 8193, TooLarge),
    ],
)
def test_what_is_no_question_is_refused_and_leaves_nothing(
    world: World, clock: datetime, text: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        services.ask(world.business, world.owner, text, now=clock)
    assert Conversation.objects.count() == 0


def test_eight_kilobytes_are_enough_for_anybody(world: World, clock: datetime) -> None:
    assert answered(services.ask(world.business, world.owner, "x" * 8192, now=clock)).status == "abstained"


@pytest.mark.parametrize(("most", "window"), [(limits.PER_MINUTE, 60), (limits.PER_DAY, 86_400)])
def test_a_person_is_slowed_down_but_not_their_teammates(world: World, clock: datetime, most: int, window: int) -> None:
    conversation = Conversation.objects.create(business=world.business, user=world.owner, title="x")
    Message.objects.bulk_create(
        Message(
            business=world.business, conversation=conversation, seq=seq, role="user", text="?",
            created_at=clock - timedelta(seconds=window - 1),
        )
        for seq in range(most)
    )  # fmt: skip
    with pytest.raises(TooMany) as refused:
        services.ask(world.business, world.owner, "hello", now=clock)
    assert refused.value.retry_after == timedelta(seconds=window)
    assert services.ask(world.business, world.member, "hello", now=clock)
    assert services.ask(world.business, world.owner, "hello", now=clock + timedelta(seconds=2))


def test_nobody_writes_into_or_reads_another_persons_conversation(
    asked: Message, world: World, clock: datetime
) -> None:
    for business, user in ((world.business, world.member), (world.other, world.stranger)):
        with pytest.raises(NotYours):
            services.ask(business, user, "hello", now=clock, conversation_id=asked.conversation_id)
        with pytest.raises(NotYours):
            queries.conversation(business, user, asked.conversation_id)
        with pytest.raises(NotYours):
            queries.answer(business, user, asked.pk)
        with pytest.raises(NotYours):
            services.archive(business, user, asked.conversation_id, now=clock)
        assert queries.conversations(business, user) == ()


def test_an_unknown_conversation_is_nothing(world: World, clock: datetime) -> None:
    with pytest.raises(NotYours):
        services.ask(world.business, world.owner, "hello", now=clock, conversation_id=uuid.uuid4())


def test_an_archived_conversation_is_gone_from_the_list_and_closed(
    asked: Message, world: World, clock: datetime
) -> None:
    services.archive(world.business, world.owner, asked.conversation_id, now=clock)
    assert queries.conversations(world.business, world.owner) == ()
    with pytest.raises(NotYours):
        services.ask(world.business, world.owner, "hello", now=clock, conversation_id=asked.conversation_id)


class Inventive:
    """An engine that says a number nobody gave it."""

    name = "inventive/1"

    def answer(self, question: object, ask: object, tell: object) -> Draft:
        honest = Line(sentence("Nothing is wrong."))
        invented = Line(sentence("Your score is {score}.", score=Constant("99")))
        return Draft("x", (honest, invented))


def test_a_number_without_a_source_is_never_shown(
    world: World, clock: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "Analyst", Inventive)
    monkeypatch.setattr(Draft, "pool", lambda self, question: __import__("agent.grounding").grounding.Pool())
    answer = answered(services.ask(world.business, world.owner, "score?", now=clock))
    assert answer.status == "replaced" and "99" not in answer.text and "Nothing is wrong." in answer.text
    assert answer.grounding["unmatched"][0]["text"] == "99"
    assert ToolCall.objects.count() == 0
