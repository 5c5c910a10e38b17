"""The way in for the chat: one run, answered by the model that may, and by the analyst where none may."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from accounts.tenancy import acting_for
from agent.analyst.draft import Draft
from agent.analyst.engine import Analyst
from agent.engines import Answer, Event, Question, Tell, silent
from agent.llm.budgets import hold
from agent.llm.configuration import ModelChoice, chosen_model
from agent.llm.desk import Stopped as Stopped
from agent.llm.draft import Written
from agent.llm.engine import INTENT, ModelEngine
from agent.llm.ledger import Ledger
from agent.llm.limits import Refused, most_of_a_run
from agent.llm.prices import price_of
from agent.llm.prompt import PROMPT_VERSION
from agent.models import AgentRun
from agent.tools.registry import Ask

logger = structlog.get_logger(__name__)


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
    choice = chosen_model()
    if choice is None:
        answer = _analysed(question, ask, tell)
        _note(run, answer)
        return answer
    engine: ModelEngine | None = None
    try:
        engine = ModelEngine(_ledger(run, choice, ask), stopped)
        draft = engine.answer(question, ask, tell)
        answer = Answer(
            draft, engine.name, choice.model, partial=engine.is_partial, repaired=engine.is_repaired,
            rejected=engine.rejected, removed=draft.removed if isinstance(draft, Written) else 0,
        )  # fmt: skip
    except Stopped:
        _note(run, Answer(Draft(INTENT, ()), choice.provider, choice.model), engine)
        raise
    except Refused as refused:
        logger.warning("the analyst answers in place of a model", fallback=refused.fallback, error=refused.error)
        tell(Event.notice(refused.notice))
        answer = _analysed(question, ask, tell, instead=refused, rejected=engine.rejected if engine else "")
    _note(run, answer, engine)
    return answer


def _ledger(run: AgentRun, choice: ModelChoice, ask: Ask) -> Ledger:
    """Hold back what the run can cost. Errors: Refused without a price, beyond the budget, or beside two others."""
    with acting_for(ask.business):
        price = price_of(choice.provider, choice.model, on=ask.now.date())
        if price is None:
            raise Refused(AgentRun.Fallback.UNPRICED, error=f"No price for {choice.model}.")
        held = hold(run, most_of_a_run(price.tiers), now=ask.now)
    return Ledger(run, held, choice, price, ask.now)


def _analysed(
    question: Question, ask: Ask, tell: Tell, *, instead: Refused | None = None, rejected: str = ""
) -> Answer:
    """The analyst's answer; its events follow when its transaction is over."""
    with acting_for(ask.business, writable=False):
        draft = Analyst().answer(question, ask)
    for result, _ in draft.results:
        tell(Event.tool(result))
    if instead is None:
        return Answer(draft, Analyst.name)
    return Answer(
        draft, Analyst.name, fallback=instead.fallback, notice=instead.notice, error=instead.error, rejected=rejected
    )


def _note(run: AgentRun, answer: Answer, engine: ModelEngine | None = None) -> None:
    """What wrote the answer, on the run's row."""
    fields = {
        "engine": answer.engine,
        "model": answer.model,
        "prompt_version": PROMPT_VERSION if engine else "",
        "fallback": answer.fallback,
        "error": answer.error[:300],
        "history": engine.history if engine else [],
    }
    with acting_for(run.business):
        AgentRun.objects.of(run.business).filter(pk=run.pk).update(**fields)
