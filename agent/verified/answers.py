"""Verified answers: a member stands for how a question is answered; the figures are read anew each time."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import F

from accounts import formats
from accounts.errors import Conflict, InvalidInput, NotYours
from accounts.events import record
from accounts.models import Business, User
from accounts.periods import local_day
from agent.analyst.engine import Analyst
from agent.chat import queries
from agent.engines import Answer, Event, Tell
from agent.models import Message, VerifiedAnswer
from agent.tools.registry import Ask
from agent.verified.plans import Broken, follow, is_verifiable, key_of, stands_alone
from recommendations.wording import visible

NOT_THIS = "Only a complete answer that the deterministic analyst read from your data can be verified."
LEANS = "This question leans on what was asked before it. Ask it in full, and verify that answer."


def verified_answers(business: Business) -> list[VerifiedAnswer]:
    """All of them, the newest first; at most `VerifiedAnswer.MOST`. One query."""
    return list(VerifiedAnswer.objects.of(business).select_related("owner"))


def verified_of(business: Business, pk: int) -> VerifiedAnswer:
    """Errors: NotYours."""
    found: VerifiedAnswer | None = VerifiedAnswer.objects.of(business).filter(pk=pk).first()
    if found is None:
        raise NotYours("There is no such verified answer.")
    return found


def verify(business: Business, user: User, message_id: uuid.UUID, *, note: str, now: datetime) -> VerifiedAnswer:
    """Keep the plan of an answer of the person's own for its question; verifying a question again replaces it.

    Errors: NotYours for any other answer, Conflict for one without a plan, for a question that leans on others, for a
    plan that does not work, and beyond 100; InvalidInput for a long note or question.
    """
    message = queries.answer(business, user, message_id)
    words = _checked(note)
    if not is_verifiable(message):
        raise Conflict(NOT_THIS)
    question = _question_of(message)
    if not stands_alone(message, question, Ask(business, user, message.created_at)):
        raise Conflict(LEANS)
    _try(message, question, Ask(business, user, now))
    kept = _keep(business, key_of(question), question=question, plan=message.slots, note=words, owner=user, now=now)
    message.verified = words_of(kept)
    message.save(update_fields=["verified"])
    return kept


def withdraw(found: VerifiedAnswer, *, user: User | None) -> None:
    """From now on the question is answered as any other. Answers given until then keep saying who stood for them."""
    record("agent.verified.withdrawn", business=found.business, actor=user, subject=found)
    found.delete()


def answer_verified(question: str, ask: Ask, tell: Tell) -> Answer | None:
    """The answer of a verified plan, with figures of now. None where nobody verified the question.

    None too where the plan does not work; then it is marked as broken until it does. One query where there is none.
    """
    found = VerifiedAnswer.objects.of(ask.business).select_related("owner", "business").filter(key=key_of(question))
    kept: VerifiedAnswer | None = found.first()
    if kept is None:
        return None
    try:
        draft = follow(kept.plan, question, ask)
    except Broken as broken:
        _mark(kept, str(broken), ask)
        return None
    for result, _ in draft.results:
        tell(Event.tool(result))
    found.update(uses=F("uses") + 1, last_used_at=ask.now, broken="")
    return Answer(draft, Analyst.name, verified=words_of(kept))


def words_of(kept: VerifiedAnswer) -> str:
    """Who stands for it and since when, with the note: plain text, to be escaped where it is printed."""
    day = formats.day(local_day(kept.verified_at, kept.business.time_zone))
    return f"Verified by {owner_name(kept)} on {day}" + (f": {kept.note}" if kept.note else ".")


def owner_name(kept: VerifiedAnswer) -> str:
    return " ".join(visible(kept.owner.name or kept.owner.email).split()) if kept.owner else "a former member"


def _question_of(message: Message) -> str:
    """Errors: Conflict when it is not kept any more; InvalidInput when it is too long."""
    asked = Message.objects.of(message.business).filter(
        conversation=message.conversation_id, seq=message.seq - 1, role=Message.Role.USER
    )
    text = " ".join(visible(asked.values_list("text", flat=True).first() or "").split())
    key = key_of(text)
    if not key:
        raise Conflict(NOT_THIS)
    if max(len(text), len(key)) > VerifiedAnswer.LONGEST:
        raise InvalidInput(f"A verified question has at most {VerifiedAnswer.LONGEST} characters.", field="question")
    return text


def _checked(note: str) -> str:
    words = " ".join(visible(note).split())
    if len(words) > VerifiedAnswer.LONGEST_NOTE:
        most = VerifiedAnswer.LONGEST_NOTE
        raise InvalidInput(f"The note has {len(words):,} characters; at most {most} are kept.", field="note")
    return words


def _try(message: Message, question: str, ask: Ask) -> None:
    try:
        follow(message.slots, question, ask)
    except Broken as broken:
        raise Conflict(f"This answer cannot be given again. {broken}") from None


def _keep(
    business: Business, key: str, *, question: str, plan: dict[str, str], note: str, owner: User, now: datetime
) -> VerifiedAnswer:
    # Held until the end, so that two at once can neither pass the limit nor keep the same question twice.
    Business.objects.select_for_update(of=("self",), no_key=True).get(pk=business.pk)
    rows = VerifiedAnswer.objects.of(business)
    if not rows.filter(key=key).exists() and rows.count() >= VerifiedAnswer.MOST:
        raise Conflict(f"A business has at most {VerifiedAnswer.MOST} verified answers. Withdraw some first.")
    fields = {
        "question": question, "plan": plan, "note": note, "owner": owner, "verified_at": now,
        "uses": 0, "last_used_at": None, "broken": "",
    }  # fmt: skip
    kept, is_new = VerifiedAnswer.objects.update_or_create(business=business, key=key, defaults=fields)
    name = "agent.verified.added" if is_new else "agent.verified.replaced"
    record(name, business=business, actor=owner, subject=kept, intent=plan["intent"])
    return kept


def _mark(kept: VerifiedAnswer, reason: str, ask: Ask) -> None:
    if kept.broken == reason:
        return
    VerifiedAnswer.objects.of(ask.business).filter(pk=kept.pk).update(broken=reason)
    record("agent.verified.broken", business=ask.business, actor=ask.user, subject=kept, why=reason)
