"""Runs a tool for a caller: as the tenant, reading only, within a time limit, and leaves a record of it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import OperationalError, close_old_connections, connection

from accounts.errors import NotYours
from accounts.models import Business, User
from accounts.tenancy import acting_for
from agent.mcp.callers import Caller
from agent.models import ToolCall
from agent.tools.envelope import ToolResult
from agent.tools.registry import Ask, Tool, call_tool, failed, tools_of

P = ParamSpec("P")
T = TypeVar("T")

STATEMENT_TIMEOUT = "3s"
#: References stay short, so that an answer can cite them: four letters of an alphabet in which no two look the same.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def in_thread(function: Callable[P, T]) -> Callable[P, T]:
    """For work on a thread of the server: give the connection back, or each thread would keep one for good."""

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            close_old_connections()

    return wrapped


@in_thread
def tools_for(caller: Caller) -> list[Tool]:
    """The tools of the caller's desks, by name."""
    with acting_for(Business(pk=caller.business_id), writable=False):
        return tools_of(_business(caller))


@in_thread
def run_tool(caller: Caller, name: str, args: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    """Call a tool for `caller`; returns its envelope with whole addresses.

    A tool that fails, takes too long or does not exist answers with status `error` and says that nothing was computed.
    """
    call = "".join(secrets.choice(LETTERS) for _ in range(4))
    started = time.perf_counter()
    result = _read(caller, name, args, call, now=now)
    body = with_addresses(result.as_json(), settings.BASE_URL)
    elapsed = int((time.perf_counter() - started) * 1000)
    _remember(caller, name, args, result, body, now=now, milliseconds=elapsed)
    return body


def with_addresses(body: Any, base: str) -> Any:
    """The same JSON with every `url` whole: a client elsewhere cannot follow a path."""
    if isinstance(body, list):
        return [with_addresses(item, base) for item in body]
    if not isinstance(body, dict):
        return body
    whole = {key: with_addresses(value, base) for key, value in body.items()}
    url = whole.get("url")
    return whole | {"url": base + url} if isinstance(url, str) and url.startswith("/") else whole


def _read(caller: Caller, name: str, args: dict[str, Any], call: str, *, now: datetime) -> ToolResult:
    nobody = Ask(Business(pk=caller.business_id), None, now, call)
    try:
        with acting_for(Business(pk=caller.business_id), writable=False):
            with connection.cursor() as cursor:
                cursor.execute("select set_config('statement_timeout', %s, true)", [STATEMENT_TIMEOUT])
            user = User.objects.filter(pk=caller.user_id).first() if caller.user_id else None
            return call_tool(name, Ask(_business(caller), user, now, call), args)
    except NotYours as problem:
        return failed(name, nobody, f"{problem.message} Nothing was computed.")
    except OperationalError:
        return failed(name, nobody, "This took too long, so it was stopped. Nothing was computed.")


def _business(caller: Caller) -> Business:
    found: Business | None = Business.objects.filter(pk=caller.business_id).first()
    if found is None:
        raise NotYours("There is no such business.")
    return found


def _remember(
    caller: Caller,
    name: str,
    args: dict[str, Any],
    result: ToolResult,
    body: dict[str, Any],
    *,
    now: datetime,
    milliseconds: int,
) -> None:
    with acting_for(Business(pk=caller.business_id)):
        ToolCall.objects.create(
            business_id=caller.business_id,
            channel=ToolCall.Channel.MCP,
            client=caller.client[:120],
            user_id=caller.user_id,
            call=result.call,
            tool=name[:60],
            args=args,
            status=result.status,
            result=body,
            rows=len(result.rows),
            milliseconds=milliseconds,
            created_at=now,
        )
