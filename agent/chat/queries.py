"""Reading conversations: a person sees their own and nobody else's."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from accounts.errors import NotYours
from accounts.models import Business, User
from agent.models import AgentRun, Conversation, Feedback, Message, RunEvent, ToolCall

SHOWN = 30
MOST_MESSAGES = 200
LONGEST_SEARCH = 80


@dataclass(frozen=True, slots=True)
class Turn:
    """One place in a conversation: a question, its answer, or the run of a question that has none (yet).

    `notices` are what the run had to say; `feedback` is the person's own word on the answer.
    """

    seq: int
    message: Message | None = None
    run: AgentRun | None = None
    events: tuple[RunEvent, ...] = ()
    feedback: Feedback | None = None

    @property
    def notices(self) -> tuple[str, ...]:
        return tuple(event.body.get("text", "") for event in self.events if event.kind == RunEvent.Kind.NOTICE)

    @property
    def last_word(self) -> str:
        return last_word(self.run, self.events)


def last_word(of: AgentRun | None, told: Iterable[RunEvent]) -> str:
    """What a run had to say in the end, where its answer is not the one that was meant; the rest was for the way."""
    if of is None or not (of.fallback or of.state == AgentRun.State.FAILED):
        return ""
    notices = [event.body.get("text", "") for event in told if event.kind == RunEvent.Kind.NOTICE]
    return notices[-1] if notices else ""


def conversations(business: Business, user: User, *, search: str = "") -> tuple[Conversation, ...]:
    """The person's newest conversations whose title holds every word of `search`. One query."""
    mine = Conversation.objects.of(business).of_user(user)
    for word in search[:LONGEST_SEARCH].replace("\x00", "").split():
        mine = mine.filter(title__icontains=word)
    return tuple(mine.order_by("-updated_at", "pk")[:SHOWN])


def conversation(business: Business, user: User, conversation_id: uuid.UUID) -> Conversation:
    """Errors: NotYours when it does not exist or is somebody else's."""
    found = Conversation.objects.of(business).of_user(user).filter(pk=conversation_id).first()
    if found is None:
        raise NotYours("There is no such conversation.")
    return found


def messages(business: Business, of: Conversation) -> tuple[Message, ...]:
    """The newest messages of a conversation, oldest first. One query."""
    newest = Message.objects.of(business).filter(conversation=of).order_by("-seq")[:MOST_MESSAGES]
    return tuple(reversed(newest))


def turns(business: Business, user: User, of: Conversation) -> tuple[Turn, ...]:
    """The conversation as a page shows it, oldest first. Four queries."""
    said = messages(business, of)
    first = said[0].seq if said else 0
    runs = AgentRun.objects.of(business).filter(conversation=of, question__seq__gte=first).select_related("question")
    return _turns(business, user, said, tuple(runs))


def turns_of_run(business: Business, user: User, run: AgentRun) -> tuple[Turn, ...]:
    """The question of a run, and its answer or the run itself. Four queries."""
    said = Message.objects.of(business).filter(pk__in=[run.question_id, run.answer_id]).order_by("seq")
    return _turns(business, user, tuple(said), (run,))


def run(business: Business, user: User, run_id: uuid.UUID) -> AgentRun:
    """A run of the person's own, in a conversation that is not archived. Errors: NotYours."""
    mine = AgentRun.objects.of(business).filter(pk=run_id, conversation__user_id=user.pk)
    found: AgentRun | None = (
        mine.filter(conversation__archived_at=None).select_related("question", "answer", "conversation").first()
    )
    if found is None:
        raise NotYours("There is no such run.")
    return found


def events(business: Business, of: AgentRun, *, after: int = 0) -> tuple[RunEvent, ...]:
    """What happened in a run behind the event numbered `after`, in order. One query."""
    return tuple(RunEvent.objects.of(business).filter(run=of, seq__gt=after).order_by("seq"))


def answer(business: Business, user: User, message_id: uuid.UUID) -> Message:
    """An answer of the person's own. Errors: NotYours."""
    found = (
        Message.objects.of(business)
        .filter(pk=message_id, conversation__user_id=user.pk, role=Message.Role.ASSISTANT)
        .select_related("conversation")
        .first()
    )
    if found is None:
        raise NotYours("There is no such answer.")
    return found


def tool_calls(business: Business, message: Message) -> tuple[ToolCall, ...]:
    """What was read for an answer, in order. One query."""
    return tuple(ToolCall.objects.of(business).filter(message=message).order_by("call"))


def _turns(business: Business, user: User, said: tuple[Message, ...], runs: tuple[AgentRun, ...]) -> tuple[Turn, ...]:
    told = _told(business, runs)
    words = Feedback.objects.of(business).filter(user=user, message__in=[message.pk for message in said])
    feedback = {found.message_id: found for found in words}
    run_of = {one.answer_id: one for one in runs if one.answer_id}
    found = [
        Turn(message.seq, message, run_of.get(message.pk), _of(told, run_of.get(message.pk)), feedback.get(message.pk))
        for message in said
    ]
    found += [Turn(one.question.seq + 1, None, one, _of(told, one)) for one in runs if one.answer_id is None]
    return tuple(sorted(found, key=lambda turn: turn.seq))


def _told(business: Business, runs: Iterable[AgentRun]) -> dict[uuid.UUID, list[RunEvent]]:
    """All events of runs that are shown as runs, and the notices of those that have an answer. One query."""
    ids = [one.pk for one in runs]
    wanted = Q(kind=RunEvent.Kind.NOTICE) | Q(run__answer=None)
    found: dict[uuid.UUID, list[RunEvent]] = {}
    for event in RunEvent.objects.of(business).filter(wanted, run__in=ids).order_by("run_id", "seq"):
        found.setdefault(event.run_id, []).append(event)
    return found


def _of(told: dict[uuid.UUID, list[RunEvent]], run: AgentRun | None) -> tuple[RunEvent, ...]:
    return tuple(told.get(run.pk, ())) if run else ()
