"""The tools: read-only, without a tenant argument, registered once for every caller."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from accounts.errors import InvalidInput, NotYours, Problem
from accounts.models import Business, User
from accounts.periods import Period, local_day, parse_period
from agent.tools.envelope import ERROR, ToolResult
from analytics.payments.calendar import add_months

MONTH = re.compile(r"(\d{4})-(\d{2})")
PERIOD_GRAMMAR = "7d, 28d, 90d, 12m, mtd, ytd, a month like 2026-03, or two days like 2026-01-01..2026-03-31"


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks about which business, as of when, and under which call the figures are cited.

    `seen` are the results so far of the same answer: what a later call may refer to.
    """

    business: Business
    user: User | None
    now: datetime
    call: str = "c1"
    seen: tuple[ToolResult, ...] = ()

    @property
    def today(self) -> date:
        return local_day(self.now, self.business.time_zone)

    def period(self, text: str) -> Period:
        """Read the period grammar in the business's own time zone. Errors: InvalidInput, saying the grammar."""
        zone = self.business.time_zone
        if text == "mtd":
            return _until_today(self.today.replace(day=1), self.today, zone)
        if text == "ytd":
            return _until_today(self.today.replace(month=1, day=1), self.today, zone)
        month = MONTH.fullmatch(text)
        if month:
            try:
                first = date(int(month[1]), int(month[2]), 1)
                return Period(first, add_months(first, 1), zone)
            except ValueError:
                raise InvalidInput(f"A period is {PERIOD_GRAMMAR}.", field="period") from None
        return parse_period(text, as_of=self.now, zone=zone)


ToolFunction = Callable[..., ToolResult]


@dataclass(frozen=True, slots=True)
class Tool:
    """A registered tool. `desk` is empty for tools that belong to every business."""

    name: str
    desk: str
    answers: str
    args: type[BaseModel]
    function: ToolFunction

    def schema(self) -> dict[str, Any]:
        """Name, description and argument schema, as MCP and models want them."""
        body = self.args.model_json_schema()
        return {"name": self.name, "description": self.answers, "input_schema": body}


TOOLS: dict[str, Tool] = {}


def tool(name: str, *, desk: str = "", answers: str) -> Callable[[ToolFunction], ToolFunction]:
    """Register `function(ask, **args)`. Its annotated keyword arguments become the argument schema.

    Errors: ValueError for a second registration, or for an argument that names a business.
    """

    def register(function: ToolFunction) -> ToolFunction:
        if name in TOOLS:
            raise ValueError(f"{name} is registered twice")
        TOOLS[name] = Tool(name, desk, answers, _args_model(name, function), function)
        return function

    return register


def tools_of(business: Business) -> list[Tool]:
    """The tools of the business's desks, by name."""
    return [found for _, found in sorted(TOOLS.items()) if not found.desk or found.desk in business.desks]


def call_tool(name: str, ask: Ask, args: dict[str, Any]) -> ToolResult:
    """Run a tool with checked arguments.

    A tool that fails for a reason we know answers with status `error` and says that nothing was computed.
    Errors: NotYours for a tool that does not exist or whose desk is switched off.
    """
    found = TOOLS.get(name)
    if found is None or found not in tools_of(ask.business):
        raise NotYours("There is no such tool.", tool=name)
    try:
        checked = found.args.model_validate(args)
        return found.function(ask, **checked.model_dump())
    except ValidationError as error:
        fields = ", ".join(".".join(str(part) for part in problem["loc"]) for problem in error.errors())
        return failed(name, ask, f"These arguments cannot be used: {fields}. Nothing was computed.")
    except Problem as problem:
        return failed(name, ask, f"{problem.message} Nothing was computed.")


def failed(name: str, ask: Ask, message: str) -> ToolResult:
    return ToolResult(ask.call, name, ask.now, status=ERROR, message=message)


def _args_model(name: str, function: ToolFunction) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    parameters: Sequence[inspect.Parameter] = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    for parameter in parameters:
        if "business" in parameter.name or "tenant" in parameter.name:
            raise ValueError(f"{name} must not take {parameter.name}: the business comes from who asks")
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[parameter.name] = (parameter.annotation, default)
    return create_model(f"{name}_args", __config__=ConfigDict(extra="forbid"), **fields)


def _until_today(start: date, today: date, zone: str) -> Period:
    """From `start` to yesterday; on its first day, that day itself, so that a period is never empty."""
    return Period(start, max(today, start + timedelta(days=1)), zone)
