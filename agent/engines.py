"""What answers questions. Today that is the deterministic analyst; a model is another class behind the same protocol.

Whatever answers, the chat checks its numbers, keeps its tool calls and falls back to the analyst.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from agent.analyst.draft import Draft
from agent.tools.registry import Ask


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, and what the conversation was about before (see `Draft.context`)."""

    text: str
    context: dict[str, str] = field(default_factory=dict)


class Engine(Protocol):
    """Answers a question about one business by calling tools. Writes nothing."""

    name: str

    def answer(self, question: Question, ask: Ask) -> Draft: ...
