"""Taking a question, and looking after conversations: rename, archive, delete."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import Max

from accounts.errors import Conflict, InvalidInput, NotYours
from accounts.events import record
from accounts.models import Business, User
from agent.chat import runs
from agent.chat.limits import checked, checked_key, in_turn, within_limits
from agent.chat.tasks import answer_question
from agent.llm.configuration import chosen_model
from agent.models import AgentRun, Conversation, Message

TITLE_LENGTH = 80


def ask(
    business: Business,
    user: User,
    text: str,
    *,
    now: datetime,
    conversation_id: uuid.UUID | None = None,
    key: str = "",
) -> AgentRun:
    """Take a question in a conversation of the person who asks; returns its run.

    The analyst answers at once, in this transaction; a model answers in a worker (docs/decisions/0014), unless a
    member verified how this question is answered. The same `key` of the same person is the same run, however often it
    is sent.
    Errors: InvalidInput for an empty question, TooLarge beyond 8 kB, TooMany beyond the person's limits, NotEntitled
    beyond the plan's questions of the month, NotYours for a conversation that is not theirs, Conflict for a key that
    was sent with another question.
    """
    question, key = checked(text), checked_key(key)
    in_turn(business, user)
    if (known := _known(business, user, key, question)) is not None:
        return known
    within_limits(business, user, now=now)
    conversation = _conversation(business, user, conversation_id, title=question, now=now)
    asked = Message.objects.create(
        business=business, conversation=conversation, seq=_next_seq(conversation), role=Message.Role.USER,
        text=question, created_at=now,
    )  # fmt: skip
    run = AgentRun.objects.create(
        business=business, conversation=conversation, question=asked, user=user, idempotency_key=key, created_at=now
    )
    record("agent.chat.asked", business=business, actor=user, subject=run)
    if runs.answer_as_verified(run, now=now):
        return run
    if chosen_model() is None:
        runs.answer_here(run, now=now)
    else:
        answer_question.enqueue(business, run_id=str(run.pk))
    return run


def rename(business: Business, user: User, conversation_id: uuid.UUID, title: str) -> Conversation:
    """Errors: NotYours when it is not the person's, InvalidInput for an empty title."""
    conversation = _own(business, user, conversation_id)
    words = " ".join(title.replace("\x00", "").split())
    if not words:
        raise InvalidInput("A conversation needs a name.", field="title")
    conversation.title = _short(words)
    conversation.save(update_fields=["title"])
    record("agent.chat.renamed", business=business, actor=user, subject=conversation)
    return conversation


def delete(business: Business, user: User, conversation_id: uuid.UUID) -> None:
    """Delete a conversation with its messages, runs and tool calls; what it cost stays counted.

    Errors: NotYours when it is not the person's, Conflict while one of its questions is being answered.
    """
    conversation = _own(business, user, conversation_id)
    if AgentRun.objects.of(business).filter(conversation=conversation, state__in=AgentRun.OPEN).exists():
        raise Conflict("A question of this conversation is being answered. Wait for it, or stop it.")
    record("agent.chat.deleted", business=business, actor=user, subject=conversation)
    conversation.delete()


def archive(business: Business, user: User, conversation_id: uuid.UUID, *, now: datetime) -> Conversation:
    """Take a conversation out of the list. Errors: NotYours when it is not the person's."""
    conversation = _own(business, user, conversation_id)
    close(conversation, at=now)
    record("agent.chat.archived", business=business, actor=user, subject=conversation)
    return conversation


def close(conversation: Conversation, *, at: datetime) -> bool:
    """Archive a conversation; returns False when it is archived already."""
    if conversation.archived_at is not None:
        return False
    conversation.archived_at = at
    conversation.save(update_fields=["archived_at"])
    return True


def _known(business: Business, user: User, key: str, question: str) -> AgentRun | None:
    """The run of an idempotency key. Errors: Conflict when it belongs to another question."""
    if not key:
        return None
    runs_of_key = AgentRun.objects.of(business).filter(user=user, idempotency_key=key)
    found: AgentRun | None = runs_of_key.select_related("question", "conversation", "answer").first()
    if found is not None and found.question.text != question:
        raise Conflict("This idempotency key was sent with another question.", code="key_reused")
    return found


def _next_seq(conversation: Conversation) -> int:
    """The number of the next question. Its answer has the number behind it, whichever question is answered first."""
    last = conversation.messages.filter(role=Message.Role.USER).aggregate(last=Max("seq"))["last"]
    return 1 if last is None else int(last) + 2


def _conversation(
    business: Business, user: User, conversation_id: uuid.UUID | None, *, title: str, now: datetime
) -> Conversation:
    if conversation_id is not None:
        return _own(business, user, conversation_id)
    return Conversation.objects.create(
        business=business, user=user, title=_short(title), created_at=now, updated_at=now
    )


def _short(title: str) -> str:
    words = " ".join(title.split())
    return words if len(words) <= TITLE_LENGTH else f"{words[: TITLE_LENGTH - 1].rstrip()}…"


def _own(business: Business, user: User, conversation_id: uuid.UUID) -> Conversation:
    found: Conversation | None = Conversation.objects.of(business).of_user(user).filter(pk=conversation_id).first()
    if found is None:
        raise NotYours("There is no such conversation.")
    return found
