"""The gates of the plan, as the ground floor asks them: pages and calls of desks, export, work, and members."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, cast

from django.http import HttpRequest

from accounts.gates import register_gate, register_limit
from accounts.models import Business
from accounts.requests import BusinessRequest
from billing.entitlements import Entitlements, entitlements, require, require_work
from billing.entitlements.services import refusal
from billing.features import desk_feature

SAFE: Final = ("GET", "HEAD", "OPTIONS")
#: Permissions under which a request that changes something is new work. Ending, paying and tidying up never are.
WORK: Final = frozenset({"write:recommendations", "use:agent"})
#: The longest month, so that twelve of them hold the period "12m".
MONTH: Final = timedelta(days=31)
NEEDS: Final = {"export:data": "exports"}


def register() -> None:
    register_gate(plan_gate)
    register_limit("members", member_limit)


def plan_gate(request: HttpRequest, desk: str, permission: str) -> None:
    """What the plan lacks is a 402 that says so. What was there before a payment failed can still be read."""
    entered = cast(BusinessRequest, request)
    found = entitlements(entered.business, at=entered.now)
    feature = desk_feature(desk) if desk else NEEDS.get(permission, "")
    if feature and not found.has(feature):
        raise refusal(entered.business, feature, found)
    if desk:
        _look_back(entered, found)
    if permission in WORK and request.method not in SAFE:
        require_work(entered.business, at=entered.now)


def _look_back(request: BusinessRequest, found: Entitlements) -> None:
    """A desk shows as many months as the plan has; what is older stays kept, for a plan that shows it."""
    months = found.limit("history_months")
    if months is not None and request.period.starts_at < request.now - months * MONTH:
        raise refusal(request.business, "history_months", found)


def member_limit(business: Business, used: int, now: datetime) -> None:
    require(business, "members", at=now, used=used)
