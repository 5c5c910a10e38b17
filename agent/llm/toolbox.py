"""The registered tools, as a model calls them: no business to choose, errors as results, data framed as data."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.db import OperationalError, connection
from pydantic_ai.framing import register_tag, wrap

from accounts.errors import NotYours
from accounts.tenancy import acting_for
from agent.llm.draft import storable
from agent.tools.envelope import Cited, ToolResult
from agent.tools.registry import Ask, Tool, call_tool, failed, tools_of
from recommendations.wording import printed

STATEMENT_TIMEOUT = "3s"
MOST_BYTES = 20_000
DATA = register_tag("desk_data")


@dataclass(slots=True)
class Toolbox:
    """The tools of one run, and what they gave so far. Each call is a transaction of its own that only reads."""

    ask: Ask
    calls: list[tuple[ToolResult, dict[str, Any]]] = field(default_factory=list)

    @property
    def results(self) -> tuple[ToolResult, ...]:
        return tuple(result for result, _ in self.calls)

    def tools(self) -> list[Tool]:
        return tools_of(self.ask.business)

    def call(self, name: str, args: dict[str, Any]) -> ToolResult:
        """Run a tool. What a model gets wrong comes back to it as an error; so does what takes too long."""
        args = storable(args)
        ask = Ask(self.ask.business, self.ask.user, self.ask.now, f"c{len(self.calls) + 1}", self.results)
        try:
            with acting_for(ask.business, writable=False):
                with connection.cursor() as cursor:
                    cursor.execute("select set_config('statement_timeout', %s, true)", [STATEMENT_TIMEOUT])
                result = call_tool(name, ask, args)
        except NotYours as problem:
            result = failed(name, ask, f"{problem.message} Nothing was computed.")
        except OperationalError:
            result = failed(name, ask, "This took too long, so it was stopped. Nothing was computed.")
        self.calls.append((result, args))
        return result


def for_model(result: ToolResult) -> str:
    """A result as a model reads it: the figures as people read them, framed so that no text in it can end the frame.

    A result above 20 kB loses rows from its end, and says so.
    """
    rows = len(result.rows)
    body = _body(result, rows)
    while rows and len(body.encode()) > MOST_BYTES:
        rows //= 2
        body = _body(result, rows)
    return wrap(DATA, body, tool=result.tool)


def _body(result: ToolResult, rows: int) -> str:
    whole = result.as_json()
    names = ("status", "message", "period", "facts", "warnings", "total_rows", "passages")
    body = {name: whole[name] for name in names if whole.get(name)}
    body["as_of"] = result.as_of.date().isoformat()
    body["figures"] = [_figure(cited) for cited in result.figures]
    body["rows"] = [
        {"ref": row.ref, "label": row.label, "text": row.text, "figures": [_figure(cited) for cited in row.figures]}
        | ({"at": row.at.isoformat()} if row.at else {})
        for row in result.rows[:rows]
    ]
    if result.total_rows > rows:
        body["truncated"] = True
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _figure(cited: Cited) -> dict[str, Any]:
    figure = cited.figure
    body = {"id": cited.id, "metric": figure.metric, "label": cited.label, "printed": printed(figure), "n": figure.n}
    return body | ({"gap": figure.gap} if figure.gap else {})
