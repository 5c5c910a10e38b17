"""Asks a case the way the chat does: a stored run, taken up by a worker's job where a model answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from accounts import jobs
from accounts.models import Business, Job, User
from accounts.tenancy import acting_for
from agent.chat import services
from agent.chat.tasks import answer_question
from agent.evals.model import Case
from agent.evals.world import NOW
from agent.models import AgentRun

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Asked:
    """The run of a case's question, as the tables hold it, and how long it took from taking it to its stored end."""

    case: Case
    run: AgentRun
    milliseconds: float


def ask(case: Case, business: Business, *, clock: Clock = time.perf_counter) -> Asked:
    """Ask what came before, then the question, in a conversation of a person of its own, as of the world's moment.

    Outside any transaction. A person of its own, because the chat limits how much one person asks in a minute.
    Errors: those of `services.ask`, which no case may cause.
    """
    user, _ = User.objects.get_or_create(email=f"{case.id}@evals.example", defaults={"name": case.id})
    conversation = None
    for earlier in case.after:
        conversation = _answered(business, user, earlier, conversation).conversation_id
    began = clock()
    run = _answered(business, user, case.question, conversation)
    return Asked(case, run, (clock() - began) * 1000)


def _answered(business: Business, user: User, question: str, conversation: object) -> AgentRun:
    with acting_for(business):
        run = services.ask(business, user, question, now=NOW, conversation_id=conversation)  # type: ignore[arg-type]
    if run.is_open:
        _work(run)
    ended: AgentRun = AgentRun.objects.of(business).select_related("question", "answer").get(pk=run.pk)
    return ended


def _work(run: AgentRun) -> None:
    """Do the run's job here, as a worker would, at the world's moment."""
    waiting = Job.objects.filter(name=answer_question.name, state=Job.State.QUEUED, args__run_id=str(run.pk))
    waiting.update(due_at=NOW)
    jobs.work(waiting.get().pk, now=NOW)
