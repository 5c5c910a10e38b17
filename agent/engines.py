"""What answers questions: the deterministic analyst, or a model. Both are classes behind one protocol.

Whatever answers, its numbers are checked, its tool calls are kept, and the analyst stands in where a model cannot.
`agent.llm.answering.answer_run` is the one way in for the chat.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from agent.analyst.draft import Draft
from agent.models import AgentRun, RunEvent
from agent.tools.envelope import ToolResult
from agent.tools.registry import Ask


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, and what the conversation was about before (see `Draft.context`)."""

    text: str
    context: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens while a question is answered; kind and body are those of `RunEvent`."""

    kind: RunEvent.Kind
    body: dict[str, Any]

    @classmethod
    def tool(cls, result: ToolResult) -> Event:
        words = result.tool.removeprefix("get_").replace("_", " ")
        label = words[:1].upper() + words[1:]
        return cls(RunEvent.Kind.TOOL, {"tool": result.tool, "label": label, "status": result.status})

    @classmethod
    def text(cls, piece: str) -> Event:
        return cls(RunEvent.Kind.TEXT, {"text": piece})

    @classmethod
    def notice(cls, words: str) -> Event:
        return cls(RunEvent.Kind.NOTICE, {"text": words})


#: Receives the events as they happen, on the thread that asked for the answer and outside any transaction. What it
#: raises stops the run.
Tell = Callable[[Event], None]


def silent(event: Event) -> None:
    """Nobody listens."""


class Engine(Protocol):
    """Answers a question about one business by calling tools, and tells what it does meanwhile."""

    name: str

    def answer(self, question: Question, ask: Ask, tell: Tell = silent) -> Draft: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """A draft whose every number holds, and how it came about.

    `engine` and `model` are what wrote it. `fallback` says why the analyst did so in place of a model, `notice` the
    same for the person who asked, and `error` for staff. A `partial` draft was cut short by the provider. `rejected`
    is a model's text whose numbers could not be traced; it is for review and never shown. `removed` counts citations
    of pages that no tool gave. `verified` says who stands for the plan that was followed.
    """

    draft: Draft
    engine: str
    model: str = ""
    fallback: AgentRun.Fallback = AgentRun.Fallback.NONE
    notice: str = ""
    error: str = ""
    partial: bool = False
    repaired: bool = False
    rejected: str = ""
    removed: int = 0
    verified: str = ""

    @property
    def review(self) -> dict[str, Any]:
        """What a message's `grounding` keeps beside its counts: what had to be done to the model's text."""
        kept = {"repaired": self.repaired, "rejected": self.rejected, "citations_removed": self.removed}
        return {name: value for name, value in kept.items() if value}
