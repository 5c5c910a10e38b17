"""What the API says of questions, runs and conversations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict

from accounts.models import Business
from agent.chat import queries
from agent.chat.confidence import confidence, data_sources
from agent.models import AgentRun, Conversation, Feedback, Message, RunEvent


class ChatIn(Schema):
    """A question; without `conversation_id` it begins a conversation."""

    model_config = ConfigDict(extra="forbid")

    message: str
    business_id: UUID | None = None
    conversation_id: UUID | None = None


class QuestionIn(Schema):
    """A question by itself; it begins a conversation."""

    model_config = ConfigDict(extra="forbid")

    question: str
    business_id: UUID | None = None


class TitleIn(Schema):
    model_config = ConfigDict(extra="forbid")

    title: str
    business_id: UUID | None = None


class FeedbackIn(Schema):
    """`rating`: up or down. `reason`: empty, wrong, unrelated, incomplete or unclear."""

    model_config = ConfigDict(extra="forbid")

    rating: str
    reason: str = ""
    note: str = ""
    business_id: UUID | None = None


class ToolCallOut(Schema):
    call: str
    tool: str
    args: dict[str, Any]
    status: str


class ChatOut(Schema):
    """`response` is Markdown; `[ev:…]` and `[Source: …]` marks refer to `evidence` and `citations`.

    `notice` says what to know, such as why the analyst answered in place of a model, or who verified its plan.
    """

    conversation_id: UUID
    message_id: UUID
    response: str
    tool_calls: list[ToolCallOut]
    status: str
    evidence: list[dict[str, Any]]
    citations: list[dict[str, Any]]
    suggestions: list[str]
    grounding: dict[str, Any]
    run_id: UUID
    engine: str
    notice: str


class AnswerOut(Schema):
    """`confidence` is from 0 to 1, by the rule in docs/agent/chat.md; a decimal as text."""

    question_id: UUID
    question: str
    answer: str
    confidence: str
    data_sources: list[str]
    conversation_id: UUID
    message_id: UUID


class EventOut(Schema):
    seq: int
    kind: str
    body: dict[str, Any]
    at: datetime


class RunOut(Schema):
    """A question being answered. `events` are those behind `after`; `url` is where to look again."""

    id: UUID
    conversation_id: UUID
    state: str
    engine: str
    model: str
    fallback: str
    events: list[EventOut]
    last_seq: int
    message_id: UUID | None
    url: str
    answer_url: str


class TurnOut(Schema):
    id: UUID
    role: str
    content: str
    created_at: datetime


class ConversationOut(Schema):
    id: UUID
    title: str
    messages: list[TurnOut]


class TitledOut(Schema):
    id: UUID
    title: str
    created_at: datetime
    updated_at: datetime


class ConversationsOut(Schema):
    """Newest first, at most 30; `q` narrows them by title."""

    conversations: list[TitledOut]


class FeedbackOut(Schema):
    message_id: UUID
    rating: str
    reason: str
    note: str


def chat_shape(business: Business, run: AgentRun, answer: Message) -> ChatOut:
    """An answer in the brief's shape. Two queries."""
    calls = [
        ToolCallOut(call=call.call, tool=call.tool, args=call.args, status=call.status)
        for call in queries.tool_calls(business, answer)
    ]
    return ChatOut(
        conversation_id=answer.conversation_id,
        message_id=answer.pk,
        response=answer.text,
        tool_calls=calls,
        status=answer.status,
        evidence=answer.evidence,
        citations=answer.citations,
        suggestions=answer.suggestions,
        grounding={name: value for name, value in answer.grounding.items() if name != "rejected"},
        run_id=run.pk,
        engine=answer.engine,
        notice=queries.last_word(run, queries.events(business, run)) or answer.verified,
    )


def answer_shape(business: Business, run: AgentRun, answer: Message) -> AnswerOut:
    """An answer with its confidence. One query."""
    calls = queries.tool_calls(business, answer)
    return AnswerOut(
        question_id=run.question_id,
        question=run.question.text,
        answer=answer.text,
        confidence=str(confidence(answer, calls)),
        data_sources=data_sources(answer, calls),
        conversation_id=answer.conversation_id,
        message_id=answer.pk,
    )


def run_shape(run: AgentRun, events: Sequence[RunEvent], *, after: int, url: str) -> RunOut:
    return RunOut(
        id=run.pk,
        conversation_id=run.conversation_id,
        state=run.state,
        engine=run.engine,
        model=run.model,
        fallback=run.fallback,
        events=[EventOut(seq=event.seq, kind=event.kind, body=event.body, at=event.at) for event in events],
        last_seq=events[-1].seq if events else after,
        message_id=run.answer_id,
        url=url,
        answer_url=f"{url}/answer",
    )


def conversation_shape(found: Conversation, said: Sequence[Message]) -> ConversationOut:
    turns = [TurnOut(id=one.pk, role=one.role, content=one.text, created_at=one.created_at) for one in said]
    return ConversationOut(id=found.pk, title=found.title, messages=turns)


def titled_shape(found: Conversation) -> TitledOut:
    return TitledOut(id=found.pk, title=found.title, created_at=found.created_at, updated_at=found.updated_at)


def feedback_shape(found: Feedback) -> FeedbackOut:
    return FeedbackOut(message_id=found.message_id, rating=found.rating, reason=found.reason, note=found.note)
