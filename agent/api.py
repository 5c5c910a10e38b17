"""Asking over the API: the same services as the chat page."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Header, Router, Status

from accounts.access import api_business
from accounts.api.auth import calling_user
from accounts.errors import Conflict
from accounts.models import Business, User
from accounts.requests import BusinessRequest
from agent.chat import feedback, queries, runs, services, shapes
from agent.knowledge.api import router as knowledge
from agent.models import AgentRun
from agent.usage.api import router as usage
from agent.verified.api import router as verified

router = Router(tags=["Agent"])
ROUTERS = [("", router), ("", usage), ("", knowledge), ("", verified)]

PERMISSION = "use:agent"
#: How long the address of an answer waits for it, and how often it looks meanwhile.
LONGEST_WAIT = timedelta(seconds=20)
LOOK_EVERY = 0.3
KEY = Header("", alias="Idempotency-Key")


@router.post("/agent/chat", response={200: shapes.ChatOut, 303: shapes.RunOut}, summary="Ask a question")
def chat(request: HttpRequest, response: HttpResponse, body: shapes.ChatIn, key: str = KEY) -> Any:
    """The answer, the tools that were called, and the evidence of every figure in it.

    Where a model answers, 303 leads to the address of the answer, which waits for it. A repeated `Idempotency-Key` is
    the same question.
    """
    business = api_business(request, body.business_id, permission=PERMISSION)
    run = services.ask(
        business, calling_user(request), body.message,
        now=_now(request), conversation_id=body.conversation_id, key=key,
    )  # fmt: skip
    if run.answer is None:
        return _elsewhere(response, business, run, shape="chat")
    return 200, shapes.chat_shape(business, run, run.answer)


@router.post("/questions", response={200: shapes.AnswerOut, 303: shapes.RunOut}, summary="Ask one question")
def question(request: HttpRequest, response: HttpResponse, body: shapes.QuestionIn, key: str = KEY) -> Any:
    """The answer with how far it can be relied on and what it was read from. Where a model answers, 303 as above."""
    business = api_business(request, body.business_id, permission=PERMISSION)
    run = services.ask(business, calling_user(request), body.question, now=_now(request), key=key)
    if run.answer is None:
        return _elsewhere(response, business, run, shape="question")
    return 200, shapes.answer_shape(business, run, run.answer)


@router.get("/agent/runs/{run_id}", response=shapes.RunOut, summary="How a question is being answered")
def get_run(request: HttpRequest, run_id: UUID, after: int = 0, business_id: UUID | None = None) -> shapes.RunOut:
    """Its state, and what happened behind the event numbered `after`."""
    business, user = _caller(request, business_id)
    return _run(business, queries.run(business, user, run_id), after=after)


@router.get(
    "/agent/runs/{run_id}/answer",
    response={200: shapes.ChatOut | shapes.AnswerOut, 202: shapes.RunOut},
    summary="The answer, as soon as it is there",
)
def get_answer(
    request: HttpRequest, response: HttpResponse, run_id: UUID, shape: str = "chat", business_id: UUID | None = None
) -> Any:
    """Waits up to 20 seconds; then 202 with the run. `shape`: chat or question. A run without an answer is 409."""
    business, user = _caller(request, business_id)
    run = _awaited(business, user, run_id)
    if run.is_open:
        response["Location"] = _address(run)
        return Status(202, _run(business, run))
    if run.answer is None:
        raise Conflict("This question was stopped or could not be answered. Ask again.", state=run.state)
    make = shapes.answer_shape if shape == "question" else shapes.chat_shape
    return 200, make(business, run, run.answer)


@router.post("/agent/runs/{run_id}/stop", response=shapes.RunOut, summary="Stop answering")
def stop_run(request: HttpRequest, run_id: UUID, business_id: UUID | None = None) -> shapes.RunOut:
    """A run that has ended already stays as it is."""
    business, user = _caller(request, business_id)
    run = runs.stop(business, user, run_id, now=_now(request))
    return _run(business, queries.run(business, user, run.pk))


@router.get("/agent/conversations", response=shapes.ConversationsOut, summary="Your conversations")
def list_conversations(request: HttpRequest, q: str = "", business_id: UUID | None = None) -> shapes.ConversationsOut:
    """The newest, and with `q` those whose title holds every word of it."""
    business, user = _caller(request, business_id)
    found = queries.conversations(business, user, search=q)
    return shapes.ConversationsOut(conversations=[shapes.titled_shape(one) for one in found])


@router.get("/agent/conversations/{conversation_id}", response=shapes.ConversationOut, summary="A conversation")
def get_conversation(
    request: HttpRequest, conversation_id: UUID, business_id: UUID | None = None
) -> shapes.ConversationOut:
    """Its turns, oldest first. Only the person who began it can read it."""
    business, user = _caller(request, business_id)
    found = queries.conversation(business, user, conversation_id)
    return shapes.conversation_shape(found, queries.messages(business, found))


@router.patch("/agent/conversations/{conversation_id}", response=shapes.TitledOut, summary="Rename a conversation")
def rename_conversation(
    request: HttpRequest, conversation_id: UUID, body: shapes.TitleIn, business_id: UUID | None = None
) -> shapes.TitledOut:
    business, user = _caller(request, body.business_id or business_id)
    return shapes.titled_shape(services.rename(business, user, conversation_id, body.title))


@router.delete("/agent/conversations/{conversation_id}", response={204: None}, summary="Delete a conversation")
def delete_conversation(request: HttpRequest, conversation_id: UUID, business_id: UUID | None = None) -> Any:
    """Its messages, runs and tool calls are gone for good; what they cost stays counted."""
    business, user = _caller(request, business_id)
    services.delete(business, user, conversation_id)
    return 204, None


@router.post("/agent/messages/{message_id}/feedback", response=shapes.FeedbackOut, summary="Say what you think")
def give_feedback(
    request: HttpRequest, message_id: UUID, body: shapes.FeedbackIn, business_id: UUID | None = None
) -> shapes.FeedbackOut:
    """One opinion a person and answer; a second one replaces the first."""
    business, user = _caller(request, body.business_id or business_id)
    kept = feedback.rate(
        business, user, message_id, rating=body.rating, reason=body.reason, note=body.note, at=_now(request)
    )
    return shapes.feedback_shape(kept)


def _awaited(business: Business, user: User, run_id: UUID) -> AgentRun:
    """The run when it has ended, or when the longest wait is over. Each look sees what others have committed."""
    looks = int(LONGEST_WAIT.total_seconds() / LOOK_EVERY)
    for _ in range(looks):
        run = queries.run(business, user, run_id)
        if not run.is_open:
            return run
        time.sleep(LOOK_EVERY)
    return queries.run(business, user, run_id)


def _elsewhere(response: HttpResponse, business: Business, run: AgentRun, *, shape: str) -> Any:
    """The question is kept when this request ends, so the answer can only be waited for in the next one."""
    response["Location"] = f"{_address(run)}/answer?shape={shape}&business_id={business.pk}"
    return Status(303, _run(business, run))


def _run(business: Business, run: AgentRun, *, after: int = 0) -> shapes.RunOut:
    return shapes.run_shape(run, queries.events(business, run, after=after), after=after, url=_address(run))


def _address(run: AgentRun) -> str:
    return f"/api/v1/agent/runs/{run.pk}"


def _caller(request: HttpRequest, business_id: UUID | None) -> tuple[Business, User]:
    business = api_business(request, business_id, permission=PERMISSION)
    return business, calling_user(request)


def _now(request: HttpRequest) -> datetime:
    entered: BusinessRequest = request  # type: ignore[assignment]
    return entered.now
