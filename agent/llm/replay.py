"""What a model learns of the conversation so far: the last turns in words, results reduced to their figures."""

from __future__ import annotations

from typing import Any

from pydantic_ai.framing import wrap
from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, TextPart, UserPromptPart

from agent.grounding import CITED
from agent.llm.toolbox import DATA
from agent.models import AgentRun, Message

TURNS = 3
MOST_CHARACTERS = 2_000
MOST_FIGURES = 20


def earlier_turns(run: AgentRun) -> list[ModelMessage]:
    """The conversation's last turns before the run's question, oldest first. Only answers as they were shown.

    References are taken out: they belong to those answers, and a figure must be read anew before it is cited.
    """
    before = Message.objects.of(run.business).filter(
        conversation_id=run.conversation_id, seq__lt=run.question.seq
    )  # fmt: skip
    rows = list(before.order_by("-seq")[: 2 * TURNS])[::-1]
    messages: list[ModelMessage] = []
    for row in rows:
        if row.role == Message.Role.USER:
            messages.append(ModelRequest(parts=[UserPromptPart(row.text[:MOST_CHARACTERS])]))
        elif messages:
            messages.append(ModelResponse(parts=[TextPart(_reduced(row))]))
    return messages if not messages or isinstance(messages[-1], ModelResponse) else messages[:-1]


def _reduced(answer: Message) -> str:
    text = CITED.sub("", answer.text)[:MOST_CHARACTERS]
    figures = "; ".join(f"{each['label']}: {each['printed']}" for each in _evidence(answer)[:MOST_FIGURES])
    return f"{text}\n\n{wrap(DATA, figures, tool='earlier')}" if figures else text


def _evidence(answer: Message) -> list[dict[str, Any]]:
    return [each for each in answer.evidence if each.get("label") and each.get("printed")]
