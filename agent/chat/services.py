"""Taking a question and keeping its answer: limits, engine, number check, and the record of every tool call."""

from __future__ import annotations

import time
import uuid
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import structlog
from django.db.models import Max

from accounts.errors import InvalidInput, NotYours, TooLarge, TooMany
from accounts.events import record
from accounts.models import Business, User
from agent.analyst.draft import Draft, without
from agent.analyst.engine import Analyst
from agent.engines import Engine, Question
from agent.grounding import Grounding, check
from agent.knowledge.pages import page_of
from agent.models import Conversation, Message, ToolCall
from agent.tools.registry import Ask
from billing.entitlements import require

logger = structlog.get_logger(__name__)

MOST_BYTES = 8 * 1024
PER_MINUTE = 20
PER_DAY = 500
TITLE_LENGTH = 80


def engine() -> Engine:
    """What answers. The analyst needs no key, so it is always there."""
    return Analyst()


def ask(
    business: Business, user: User, text: str, *, now: datetime, conversation_id: uuid.UUID | None = None
) -> Message:
    """Answer a question in a conversation of the person who asks; returns the answer's message.

    Errors: InvalidInput for an empty question, TooLarge beyond 8 kB, TooMany beyond the person's limits, NotEntitled
    beyond the plan's questions of the month, NotYours for a conversation that is not theirs.
    """
    question = _checked(text)
    _within_limits(business, user, now=now)
    conversation = _conversation(business, user, conversation_id, title=question, now=now)
    seq = (conversation.messages.aggregate(last=Max("seq"))["last"] or 0) + 1
    Message.objects.create(
        business=business, conversation=conversation, seq=seq, role=Message.Role.USER, text=question, created_at=now
    )
    started = time.perf_counter()
    answering = engine()
    draft = answering.answer(Question(question, conversation.context), Ask(business, user, now))
    answer = _keep(conversation, user, draft, question, seq=seq + 1, now=now, engine_name=answering.name)
    elapsed = int((time.perf_counter() - started) * 1000)
    _keep_calls(answer, user, draft, now=now, milliseconds=elapsed)
    conversation.context = draft.context or conversation.context
    conversation.updated_at = now
    conversation.save(update_fields=["context", "updated_at"])
    record(
        "agent.chat.answered", business=business, actor=user, subject=answer, intent=draft.intent,
        tools=len(draft.results), abstained=draft.abstained,
    )  # fmt: skip
    return answer


def archive(business: Business, user: User, conversation_id: uuid.UUID, *, now: datetime) -> Conversation:
    """Take a conversation out of the list. Errors: NotYours when it is not the person's."""
    conversation = Conversation.objects.of(business).of_user(user).filter(pk=conversation_id).first()
    if conversation is None:
        raise NotYours("There is no such conversation.")
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


def _checked(text: str) -> str:
    if len(text.encode()) > MOST_BYTES:
        raise TooLarge("A question may have at most 8 kB.", limit=MOST_BYTES)
    if "\x00" in text:
        raise InvalidInput("A question is text.", field="message")
    stripped = text.strip()
    if not stripped:
        raise InvalidInput("Ask something.", field="message")
    return stripped


def _within_limits(business: Business, user: User, *, now: datetime) -> None:
    """Count the person's own questions in this business; the tables are the truth, so every process agrees."""
    asked = Message.objects.of(business).filter(role=Message.Role.USER, conversation__user_id=user.pk)
    for window, most in ((timedelta(minutes=1), PER_MINUTE), (timedelta(days=1), PER_DAY)):
        if asked.filter(created_at__gt=now - window).count() >= most:
            raise TooMany("That is a lot of questions. Wait a little.", retry_after=window)
    require(business, "agent_questions", at=now, used=questions_this_month(business, now=now))


def questions_this_month(business: Business, *, now: datetime) -> int:
    """How many questions all members asked since the first of the month, UTC; what the plan counts."""
    month = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Message.objects.of(business).filter(role=Message.Role.USER, created_at__gte=month).count()


def _conversation(
    business: Business, user: User, conversation_id: uuid.UUID | None, *, title: str, now: datetime
) -> Conversation:
    if conversation_id is None:
        short = " ".join(title.split())
        short = short if len(short) <= TITLE_LENGTH else f"{short[: TITLE_LENGTH - 1].rstrip()}…"
        return Conversation.objects.create(business=business, user=user, title=short, created_at=now, updated_at=now)
    # Locked, so that two questions at once get two numbers.
    mine = Conversation.objects.of(business).of_user(user).select_for_update()
    found = mine.filter(pk=conversation_id).first()
    if found is None:
        raise NotYours("There is no such conversation.")
    return found


def _keep(
    conversation: Conversation, user: User, draft: Draft, question: str, *, seq: int, now: datetime, engine_name: str
) -> Message:
    text, grounding = draft.markdown(), check(draft.markdown(), draft.pool(question))
    status = Message.Status.ABSTAINED if draft.abstained else Message.Status.FINAL
    if not grounding.holds:
        # A number without a source is a mistake of ours, so it is left out and looked into.
        logger.error("answer held an untraced number", intent=draft.intent, unmatched=len(grounding.unmatched))
        text = without(text, [missing.sentence for missing in grounding.unmatched])
        text = text or "I could not trace every number of this answer, so I do not give it."
        status = Message.Status.REPLACED
    return Message.objects.create(
        business_id=conversation.business_id,
        conversation=conversation,
        seq=seq,
        role=Message.Role.ASSISTANT,
        text=text,
        status=status,
        engine=engine_name,
        intent=draft.intent,
        evidence=[_evidence(cited.as_json()) for cited in draft.cited],
        citations=[{"doc_id": doc, "title": page_of(doc).title} for doc in draft.docs],
        suggestions=list(draft.suggestions),
        grounding=_outcome(grounding),
        created_at=now,
    )


def _keep_calls(answer: Message, user: User, draft: Draft, *, now: datetime, milliseconds: int) -> None:
    """Every tool call with its arguments and what came back; they share the time of the answer."""
    share = milliseconds // max(1, len(draft.results))
    ToolCall.objects.bulk_create(
        ToolCall(
            business_id=answer.business_id, message=answer, user=user, call=result.call, tool=result.tool, args=args,
            status=result.status, result=result.as_json(), rows=len(result.rows), milliseconds=share, created_at=now,
        )
        for result, args in draft.results
    )  # fmt: skip


def _evidence(body: dict[str, object]) -> dict[str, object]:
    """What a chip shows: reference, name, value as printed, sample size, as-of."""
    return {name: body[name] for name in ("id", "metric", "label", "printed", "n", "as_of", "url")}


def _outcome(grounding: Grounding) -> dict[str, object]:
    return {
        "figures": grounding.figures,
        "matched": grounding.matched,
        "unmatched": [asdict(missing) for missing in grounding.unmatched],
    }
