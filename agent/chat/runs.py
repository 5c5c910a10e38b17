"""The life of a run: taken, told, settled, stopped or given up. Each writes its events in the order they happened.

Whoever writes to a run holds its row first, and only while the run is open. So a stopped run gets no further event,
an answer is kept once, and events leave no gap in their numbers.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max

from accounts.errors import NotYours
from accounts.events import record
from accounts.models import Business, User
from agent.analyst.engine import Analyst
from agent.chat.answers import keep
from agent.engines import Answer, Event, Question
from agent.llm.answering import Stopped
from agent.models import AgentRun, Message, RunEvent
from agent.tools.registry import Ask
from agent.verified.answers import answer_verified

State = AgentRun.State
INTERRUPTED = "The work on this answer was interrupted, so the deterministic analyst answered."
GIVEN_UP = "This question could not be answered. It was not your question; ask again."


def take(business: Business, run_id: uuid.UUID, *, now: datetime) -> tuple[AgentRun | None, bool]:
    """Take a run up for answering: `(run, whether somebody had taken it before)`. None when it ended or is gone."""
    run = _open(business, run_id)
    if run is None:
        return None, False
    again = run.state == State.RUNNING
    run.state, run.started_at = State.RUNNING, now
    run.save(update_fields=["state", "started_at"])
    return run, again


def tell(run: AgentRun, events: Iterable[Event], *, now: datetime) -> None:
    """Write what happened. Errors: Stopped when the run has ended meanwhile."""
    _held(run)
    _write(run, events, now=now)


def settle(
    run: AgentRun, answer: Answer, *, now: datetime, milliseconds: int, events: Iterable[Event] = (), state: str = ""
) -> Message:
    """Keep the answer and end the run. Errors: Stopped when the run has ended meanwhile."""
    _held(run)
    kept = keep(run, answer, now=now, milliseconds=milliseconds)
    _write(run, [*events, *_unsaid(run, answer.notice), Event(RunEvent.Kind.ENDED, {})], now=now)
    run.answer, run.state, run.ended_at, run.total_ms = kept, state or State.DONE, now, milliseconds
    run.save(update_fields=["answer", "state", "ended_at", "total_ms"])
    conversation = run.conversation
    conversation.context = answer.draft.context or conversation.context
    conversation.updated_at = now
    conversation.save(update_fields=["context", "updated_at"])
    record(
        "agent.chat.answered", business=run.business, actor=run.user, subject=kept, intent=answer.draft.intent,
        tools=len(answer.draft.results), abstained=answer.draft.abstained, engine=answer.engine,
        fallback=answer.fallback, milliseconds=milliseconds, verified=bool(answer.verified),
    )  # fmt: skip
    return kept


def answer_here(run: AgentRun, *, now: datetime, interrupted: bool = False) -> Message:
    """Let the analyst answer inside the caller's transaction, which takes milliseconds.

    `interrupted` is for a run whose worker was lost: it fails, and yet has an answer. The model is not asked twice.
    """
    started, told = time.perf_counter(), list[Event]()
    asking = Question(run.question.text, run.conversation.context)
    draft = Analyst().answer(asking, Ask(run.business, run.user, now), told.append)
    answer = Answer(draft, Analyst.name, notice=INTERRUPTED if interrupted else "")
    run.error = "The worker was lost while it answered." if interrupted else ""
    ended_as = State.FAILED if interrupted else State.DONE
    return _settle_here(run, answer, told, now=now, started=started, state=ended_as)


def answer_as_verified(run: AgentRun, *, now: datetime) -> bool:
    """Let the plan answer that a member verified for this question, which takes milliseconds and costs nothing.

    False where there is none, or none that works; then the run is as it was.
    """
    started, told = time.perf_counter(), list[Event]()
    answer = answer_verified(run.question.text, Ask(run.business, run.user, now), told.append)
    if answer is None:
        return False
    _settle_here(run, answer, told, now=now, started=started, state=State.DONE)
    return True


def stop(business: Business, user: User, run_id: uuid.UUID, *, now: datetime) -> AgentRun:
    """End a run of the person's own without an answer; one that has ended already stays as it is. Errors: NotYours."""
    run = AgentRun.objects.of(business).filter(pk=run_id, user_id=user.pk).first()
    if run is None:
        raise NotYours("There is no such run.")
    if _open(business, run_id) is not None:
        _end(run, State.CANCELLED, now=now)
        record("agent.chat.stopped", business=business, actor=user, subject=run)
    return run


def give_up(business: Business, run_id: uuid.UUID, *, now: datetime, error: str) -> bool:
    """End a run that nobody will answer; False when it has ended."""
    run = _open(business, run_id)
    if run is None:
        return False
    run.error = error[:300]
    run.save(update_fields=["error"])
    _write(run, [Event.notice(GIVEN_UP)], now=now)
    _end(run, State.FAILED, now=now)
    return True


def is_open(run: AgentRun) -> bool:
    """Whether the run still waits or goes on, as the table says now."""
    return AgentRun.objects.of(run.business).filter(pk=run.pk, state__in=AgentRun.OPEN).exists()


def _settle_here(
    run: AgentRun, answer: Answer, told: list[Event], *, now: datetime, started: float, state: State
) -> Message:
    """Keep what the analyst answered in the caller's transaction; `started` is by the performance counter."""
    run.engine, run.model, run.started_at = Analyst.name, "", run.started_at or now
    run.save(update_fields=["engine", "model", "error", "started_at"])
    milliseconds = int((time.perf_counter() - started) * 1000)
    return settle(run, answer, now=now, milliseconds=milliseconds, events=told, state=state)


def _unsaid(run: AgentRun, notice: str) -> list[Event]:
    """The notice, unless the run has said it already."""
    told = RunEvent.objects.of(run.business).filter(run=run, kind=RunEvent.Kind.NOTICE, body__text=notice)
    return [Event.notice(notice)] if notice and not told.exists() else []


def _end(run: AgentRun, state: AgentRun.State, *, now: datetime) -> None:
    _write(run, [Event(RunEvent.Kind.ENDED, {})], now=now)
    run.state, run.ended_at = state, now
    run.save(update_fields=["state", "ended_at"])


def _open(business: Business, run_id: uuid.UUID) -> AgentRun | None:
    """The run, held until the transaction ends; None when it has ended or does not exist."""
    related = AgentRun.objects.of(business).select_related("business", "conversation", "question", "user")
    open_one = related.select_for_update(of=("self",)).filter(pk=run_id, state__in=AgentRun.OPEN)
    found: AgentRun | None = open_one.first()
    return found


def _held(run: AgentRun) -> None:
    if _open(run.business, run.pk) is None:
        raise Stopped


def _write(run: AgentRun, events: Iterable[Event], *, now: datetime) -> None:
    last = RunEvent.objects.of(run.business).filter(run=run).aggregate(last=Max("seq"))["last"] or 0
    RunEvent.objects.bulk_create(
        RunEvent(business_id=run.business_id, run=run, seq=seq, kind=event.kind, body=event.body, at=now)
        for seq, event in enumerate(events, last + 1)
    )
