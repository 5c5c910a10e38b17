"""Where higher apps say no: what a business may use is decided above this floor and asked for here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest

from accounts.models import Business

#: `(request, desk, permission)` of a request that has entered a business; `desk` is empty outside a desk.
Gate = Callable[[HttpRequest, str, str], None]
#: `(business, used, now)`, asked before one more of something is made.
Limit = Callable[[Business, int, datetime], None]

_gates: list[Gate] = []
_limits: dict[str, Limit] = {}


def register_gate(gate: Gate) -> None:
    """Let `gate` raise a Problem for a request that access allows but the plan does not. Asked in every request."""
    if gate not in _gates:
        _gates.append(gate)


def register_limit(what: str, limit: Limit) -> None:
    """Let `limit` raise a Problem before one more of `what` ("members") is made; a second call replaces the first."""
    _limits[what] = limit


def pass_gates(request: HttpRequest, *, desk: str, permission: str) -> None:
    """Errors: whatever a gate raises; nothing where no app has registered one."""
    for gate in _gates:
        gate(request, desk, permission)


def ask_limit(what: str, business: Business, *, used: int, now: datetime) -> None:
    """Ask for one more beside `used`. Errors: whatever the limit raises."""
    if what in _limits:
        _limits[what](business, used, now)
