"""The job that answers a question in a worker, and the look for runs that nobody will end."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from accounts.jobs import JobRun, job, on_failure, periodic
from accounts.models import Business, Job
from accounts.tenancy import tenant_transaction
from agent.chat import runs
from agent.engines import Event, Question
from agent.llm.answering import Stopped, answer_run
from agent.models import AgentRun, RunEvent
from agent.tools.registry import Ask

#: Text is written at most this often; a page asks about as often.
TEXT_EVERY = 0.4
#: A run has 60 s and a lease another 60; one that is still open after this was lost together with its job.
LOST_AFTER = timedelta(minutes=10)


@job("agent.chat.answer", queue="agent", max_attempts=3, stepwise=True)
def answer_question(job_run: JobRun, *, run_id: str) -> dict[str, str]:
    """Answer the question of one run. A run that was taken before is not put to the model again."""
    business = job_run.business
    assert business is not None
    with job_run.step():
        run, again = runs.take(business, uuid.UUID(run_id), now=job_run.as_of)
        if run is None:
            return {"state": "ended"}
        if again:
            runs.answer_here(run, now=job_run.as_of, interrupted=True)
            return {"state": run.state}
    return {"state": _answer(job_run, business, run)}


@on_failure
def let_go(failed: Job, code: str, message: str) -> None:
    """End the run whose job was given up, so that nobody watches it for ever."""
    if failed.name != answer_question.name or failed.business is None:
        return
    with tenant_transaction(business_id=failed.business.pk):
        runs.give_up(failed.business, uuid.UUID(failed.args["run_id"]), now=timezone.now(), error=f"{code}: {message}")


@periodic("agent.chat.end_lost", queue="notifications", every=timedelta(minutes=5))
def end_lost(job_run: JobRun) -> dict[str, int]:
    """End runs whose worker was lost in every attempt; nobody is told of those."""
    old = AgentRun.objects.filter(state__in=AgentRun.OPEN, created_at__lt=job_run.as_of - LOST_AFTER)
    ended = [
        runs.give_up(run.business, run.pk, now=job_run.as_of, error="No worker ended it.")
        for run in old.select_related("business")
    ]
    return {"ended": sum(ended)}


@dataclass(slots=True)
class Teller:
    """Writes a run's events as they happen, each in a step of the job; pieces of text are gathered for a moment."""

    job_run: JobRun
    run: AgentRun
    started: float
    clock: Callable[[], float] = time.perf_counter
    _pieces: list[str] = field(default_factory=list)
    _written_at: float = 0.0
    _has_text: bool = False

    def __call__(self, event: Event) -> None:
        if event.kind != RunEvent.Kind.TEXT:
            self._write(event)
            return
        self._pieces.append(event.body["text"])
        if self.clock() - self._written_at >= TEXT_EVERY:
            self._write()

    def _write(self, *events: Event) -> None:
        """Errors: Stopped when the run has ended meanwhile."""
        text = "".join(self._pieces)
        told = [*([Event.text(text)] if text else []), *events]
        with self.job_run.step():
            runs.tell(self.run, told, now=timezone.now())
            if text and not self._has_text:
                self.run.first_text_ms = int((self.clock() - self.started) * 1000)
                self.run.save(update_fields=["first_text_ms"])
        if text:
            self._pieces, self._written_at, self._has_text = [], self.clock(), True


def _answer(job_run: JobRun, business: Business, run: AgentRun) -> str:
    """Let the engine answer and keep what it says. What is left of its text needs no event: the answer is there."""
    started = time.perf_counter()
    question = Question(run.question.text, run.conversation.context)

    def stopped() -> bool:
        with job_run.step():
            return not runs.is_open(run)

    try:
        answer = answer_run(
            run, question, Ask(business, run.user, job_run.as_of),
            tell=Teller(job_run, run, started), stopped=stopped,
        )  # fmt: skip
        with job_run.step():
            milliseconds = int((time.perf_counter() - started) * 1000)
            runs.settle(run, answer, now=timezone.now(), milliseconds=milliseconds)
    except Stopped:
        return AgentRun.State.CANCELLED
    return AgentRun.State.DONE
