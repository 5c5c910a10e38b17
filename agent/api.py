"""Asking over the API: the same service as the chat page."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict

from accounts.access import api_business
from accounts.api.auth import calling_user
from accounts.requests import BusinessRequest
from agent.chat import queries, services
from agent.models import Message

router = Router(tags=["Agent"])
ROUTERS = [("", router)]


class ChatIn(Schema):
    """A question; without `conversation_id` it begins a conversation."""

    model_config = ConfigDict(extra="forbid")

    message: str
    business_id: UUID | None = None
    conversation_id: UUID | None = None


class ToolCallOut(Schema):
    call: str
    tool: str
    args: dict[str, Any]
    status: str


class ChatOut(Schema):
    """`response` is Markdown; `[ev:…]` and `[Source: …]` marks refer to `evidence` and `citations`."""

    conversation_id: UUID
    message_id: UUID
    response: str
    tool_calls: list[ToolCallOut]
    status: str
    evidence: list[dict[str, Any]]
    citations: list[dict[str, Any]]
    suggestions: list[str]
    grounding: dict[str, Any]


class TurnOut(Schema):
    id: UUID
    role: str
    content: str
    created_at: datetime


class ConversationOut(Schema):
    id: UUID
    title: str
    messages: list[TurnOut]


@router.post("/agent/chat", response=ChatOut, summary="Ask a question")
def chat(request: HttpRequest, body: ChatIn) -> ChatOut:
    """The answer, the tools that were called, and the evidence of every figure in it."""
    business = api_business(request, body.business_id, permission="use:agent")
    answer = services.ask(
        business, calling_user(request), body.message, now=_now(request), conversation_id=body.conversation_id
    )
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
        grounding=answer.grounding,
    )


@router.get("/agent/conversations/{conversation_id}", response=ConversationOut, summary="A conversation")
def get_conversation(request: HttpRequest, conversation_id: UUID, business_id: UUID | None = None) -> ConversationOut:
    """Its turns, oldest first. Only the person who began it can read it."""
    business = api_business(request, business_id, permission="use:agent")
    found = queries.conversation(business, calling_user(request), conversation_id)
    turns = [_turn(message) for message in queries.messages(business, found)]
    return ConversationOut(id=found.pk, title=found.title, messages=turns)


def _turn(message: Message) -> TurnOut:
    return TurnOut(id=message.pk, role=message.role, content=message.text, created_at=message.created_at)


def _now(request: HttpRequest) -> datetime:
    entered: BusinessRequest = request  # type: ignore[assignment]
    return entered.now
