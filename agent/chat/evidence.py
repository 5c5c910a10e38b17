"""The figures of an answer as evidence pages show them; computed again by calling the same tools."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.errors import NotYours
from accounts.models import Business
from agent.models import Message, ToolCall
from agent.tools.envelope import ToolResult
from agent.tools.registry import Ask, call_tool
from analytics.evidence.queries import Kept, keeper
from analytics.figures import Figure, from_json

KIND = "answer"


@keeper(KIND)
def kept_answer(business: Business, key: str, *, as_of: datetime) -> Kept:
    """The figures behind one answer, by reference. Errors: NotYours for an id that is none of this business."""
    try:
        answer = Message.objects.of(business).filter(pk=UUID(key), role=Message.Role.ASSISTANT).first()
    except ValueError:
        answer = None
    if answer is None:
        raise NotYours("There is no such answer.")
    calls = sorted(ToolCall.objects.of(business).filter(message=answer), key=lambda made: (len(made.call), made.call))
    figures = {ref: figure for call in calls for ref, figure in _figures(call.result)}
    return Kept("Answer", figures, lambda: _again(business, calls), computed_at=answer.created_at)


def _again(business: Business, calls: list[ToolCall]) -> dict[str, Figure]:
    """The same calls as of the moment of the answer, on today's data."""
    results: tuple[ToolResult, ...] = ()
    for call in calls:
        ask = Ask(business, None, call.created_at, call.call, results)
        results = (*results, call_tool(call.tool, ask, call.args))
    return {cited.id: cited.figure for result in results for cited in result.all_figures}


def _figures(result: dict[str, Any]) -> Iterator[tuple[str, Figure]]:
    rows = (cited for row in result.get("rows", ()) for cited in row["figures"])
    for cited in (*result.get("figures", ()), *rows):
        yield cited["id"], from_json(cited)
