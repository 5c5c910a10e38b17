"""The engine that asks a model: it answers with tools, and its text is checked, repaired once, or not used."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from pydantic_ai.exceptions import ModelHTTPError, UsageLimitExceeded

from accounts.tenancy import acting_for
from agent.analyst.draft import Draft
from agent.analyst.suggestions import suggestions
from agent.engines import Event, Question, Tell, silent
from agent.grounding import Grounding, check
from agent.llm.desk import RunDesk
from agent.llm.draft import Written, written
from agent.llm.items import Failed
from agent.llm.ledger import Ledger
from agent.llm.limits import Refused
from agent.llm.prompt import instructions, repair
from agent.llm.providers import opened, settings_of
from agent.llm.replay import earlier_turns
from agent.llm.session import OpenModel, Session, TooLarge
from agent.llm.toolbox import Toolbox
from agent.models import AgentRun
from agent.tools.registry import Ask

INTENT = "model"
CHECKING = "A figure could not be traced, so the model was asked once more."


@dataclass(slots=True)
class ModelEngine:
    """Answers one run with the chosen model. Afterwards the fields say how it went, also when it was refused.

    `rejected` is a text that held untraced figures; `history` the provider's messages.
    """

    ledger: Ledger
    stopped: Callable[[], bool]
    clock: Callable[[], float] = time.monotonic
    open_model: OpenModel | None = None
    is_partial: bool = False
    is_repaired: bool = False
    rejected: str = ""
    history: list[Any] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.ledger.choice.provider

    def answer(self, question: Question, ask: Ask, tell: Tell = silent) -> Draft:
        """Errors: Refused when the analyst has to answer; what `tell` raises; Stopped."""
        toolbox = Toolbox(ask)
        desk = RunDesk(toolbox, self.ledger, tell, self.stopped, self.clock)
        with acting_for(ask.business, writable=False):
            session = Session(
                self.open_model or partial(opened, self.ledger.choice),
                instructions(ask),
                toolbox.tools(),
                settings_of(self.ledger.choice),
                messages=earlier_turns(self.ledger.run),
            )
        refused = False
        desk.start()
        try:
            draft = self._checked(session, desk, question, ask)
        except Failed as failed:
            refused = isinstance(failed.cause, ModelHTTPError)
            raise _as_refused(failed) from failed
        finally:
            self.history = session.history()
            self.ledger.close(refused=refused)
        with acting_for(ask.business, writable=False):
            return replace(draft, suggestions=suggestions(ask))

    def _checked(self, session: Session, desk: RunDesk, question: Question, ask: Ask) -> Written:
        """The model's draft with every figure traced, after one repair at most."""
        draft, grounding = self._drafted(session, desk, question.text, question)
        if grounding.holds:
            return draft
        self.rejected = draft.text
        desk.tell(Event.notice(CHECKING))
        desk.quiet = True
        offending = [(missing.text, missing.sentence) for missing in grounding.unmatched]
        draft, grounding = self._drafted(session, desk, repair(offending), question, removed=draft.removed)
        if not grounding.holds:
            self.rejected = draft.text
            raise Refused(AgentRun.Fallback.UNGROUNDED, error=f"{len(grounding.unmatched)} figures untraced.")
        self.is_repaired = True
        return draft

    def _drafted(
        self, session: Session, desk: RunDesk, prompt: str, question: Question, *, removed: int = 0
    ) -> tuple[Written, Grounding]:
        text = session.talk(prompt, desk)
        self.is_partial = desk.finish_reason in ("", "length")
        draft = written(Written(INTENT, (), tuple(desk.toolbox.calls), text=text, removed=removed))
        if not draft.text:
            raise Refused(AgentRun.Fallback.PROVIDER, error="The model gave no words.")
        return draft, check(draft.markdown(), draft.pool(question.text))


def _as_refused(failed: Failed) -> Refused:
    is_limit = isinstance(failed.cause, UsageLimitExceeded | TooLarge)
    fallback = AgentRun.Fallback.LIMIT if is_limit else AgentRun.Fallback.PROVIDER
    return Refused(fallback, error=str(failed)[:300])
