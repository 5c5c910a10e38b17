"""A stand-in for a model in tests of the chat: it says what it is told to, and tells it piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from accounts.tenancy import acting_for
from agent.analyst.engine import Analyst
from agent.engines import Answer, Event, Question, Tell, silent
from agent.llm.configuration import ANTHROPIC, ModelChoice
from agent.llm.desk import Stopped
from agent.models import AgentRun
from agent.tools.registry import Ask


@dataclass(slots=True)
class ScriptedModel:
    """Tells `pieces` of text and answers as the analyst would; `between` is called before each piece."""

    pieces: Sequence[str] = ("Your funding ", "readiness is …")
    between: Callable[[], Any] = lambda: None
    notice: str = ""
    partial: bool = False
    asked: list[str] = field(default_factory=list)

    def answer_run(
        self, run: AgentRun, question: Question, ask: Ask, *, tell: Tell = silent, stopped: Callable[[], bool]
    ) -> Answer:
        self.asked.append(question.text)
        with acting_for(ask.business, writable=False):
            draft = Analyst().answer(question, ask)
        for result, _ in draft.results:
            tell(Event.tool(result))
        for piece in self.pieces:
            self.between()
            if stopped():
                raise Stopped
            tell(Event.text(piece))
        with acting_for(run.business):
            fields = {"engine": "model/1", "model": "scripted", "fallback": "provider" if self.notice else ""}
            AgentRun.objects.of(run.business).filter(pk=run.pk).update(**fields)
        return Answer(draft, "model/1", "scripted", notice=self.notice, partial=self.partial)


def use(model: ScriptedModel, monkeypatch: pytest.MonkeyPatch) -> ScriptedModel:
    """Let `model` answer what the chat hands to a worker."""
    choice = ModelChoice(ANTHROPIC, "scripted", "http://127.0.0.1:9", "key")
    monkeypatch.setattr("agent.chat.services.chosen_model", lambda: choice)
    monkeypatch.setattr("agent.chat.views.chosen_model", lambda: choice)
    monkeypatch.setattr("agent.chat.tasks.answer_run", model.answer_run)
    return model
