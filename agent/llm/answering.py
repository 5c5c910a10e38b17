"""The way in for the chat: one run, answered by the engine that may, and by the analyst where none may."""

from __future__ import annotations

from collections.abc import Callable

from accounts.tenancy import acting_for
from agent.analyst.engine import Analyst
from agent.engines import Answer, Event, Question, Tell, silent
from agent.models import AgentRun
from agent.tools.registry import Ask


class Stopped(Exception):
    """The person stopped the run."""


def never() -> bool:
    """Nobody stops the run."""
    return False


def answer_run(
    run: AgentRun, question: Question, ask: Ask, *, tell: Tell = silent, stopped: Callable[[], bool] = never
) -> Answer:
    """Answer the question of `run`, and tell what happens meanwhile.

    Call it outside any transaction, as the tenant or between the steps of a job: it opens short transactions of its
    own, and `tell` may open one too. It writes tokens, budget, and of the run's fields `engine`, `model`,
    `prompt_version`, `fallback`, `error` and `history`; states, times and messages are the caller's. `stopped` is
    asked about once a second while a model works.
    Errors: whatever `tell` raises, after the provider was let go and the budget settled; `Stopped` when `stopped`
    said so. Providers that fail, limits and budgets are no errors: the analyst answers.
    """
    with acting_for(ask.business, writable=False):
        draft = Analyst().answer(question, ask)
    for result, _ in draft.results:
        tell(Event.tool(result))
    fields = {"engine": Analyst.name, "model": "", "prompt_version": "", "fallback": "", "error": ""}
    with acting_for(ask.business):
        AgentRun.objects.of(ask.business).filter(pk=run.pk).update(**fields)
    return Answer(draft, Analyst.name)
