"""Finds the figure behind a reference: in the same answer, or in an earlier call of the same person over MCP."""

from __future__ import annotations

from accounts.errors import InvalidInput
from agent.models import ToolCall
from agent.tools.envelope import Cited
from agent.tools.registry import Ask
from analytics.figures import from_json


def cited_as(ask: Ask, ref: str) -> Cited:
    """The figure that is cited as `ref`, such as `c1.f3`.

    Errors: InvalidInput for a reference that no call of this person gave.
    """
    seen = (cited for result in ask.seen for cited in result.all_figures)
    found = next((cited for cited in seen if cited.id == ref), None) or _remembered(ask, ref)
    if found is None:
        raise InvalidInput(f"No figure is cited as {ref[:20]!r}.", field="evidence")
    return found


def _remembered(ask: Ask, ref: str) -> Cited | None:
    calls = ToolCall.objects.of(ask.business).filter(
        channel=ToolCall.Channel.MCP, user=ask.user, call=ref.split(".")[0]
    )
    newest = calls.order_by("-created_at").first()
    if newest is None:
        return None
    rows = (body for row in newest.result.get("rows", ()) for body in row["figures"])
    bodies = (body for body in (*newest.result.get("figures", ()), *rows) if body["id"] == ref)
    return next((Cited(ref, from_json(body), body["label"], body.get("url", "")) for body in bodies), None)
