"""Saying no, with what is missing and where to get it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse

from accounts.errors import Problem
from accounts.formats import plural
from accounts.models import Business
from billing.entitlements.calc import Entitlements
from billing.entitlements.queries import entitlements
from billing.features import FEATURES, SWITCH
from billing.models import Plan
from billing.plans.queries import is_open

READ_ONLY = "A payment is missing, so everything can be read and nothing new is done. An owner can pay under Plan."


class NotEntitled(Problem):
    """The plan does not cover it. `details` name the feature, the limit, the plan that has it and where to get it."""

    code = "not_entitled"
    status = 402


def is_entitled(business: Business, feature: str, *, at: datetime) -> bool:
    """Whether new work with `feature` may begin."""
    return entitlements(business, at=at).may_work(feature)


def require(business: Business, feature: str, *, at: datetime, used: int | None = None) -> Entitlements:
    """Allow one more of `feature`, or the switch itself. Errors: NotEntitled.

    `used` is how many of a limit are in use now; a limit without it must only be above zero.
    """
    found = entitlements(business, at=at)
    fits = found.may_work(feature) if used is None else found.has_room(feature, used)
    if not fits:
        raise refusal(business, feature, found, used=used)
    return found


def require_work(business: Business, *, at: datetime) -> None:
    """Allow any new work. Errors: NotEntitled while a missing payment makes the business read-only."""
    if entitlements(business, at=at).is_read_only:
        raise NotEntitled(READ_ONLY, feature="", reason="read_only", **_address(business))


def refusal(business: Business, feature: str, found: Entitlements, *, used: int | None = None) -> NotEntitled:
    """The answer to a business that may not, in words that name the plan which may."""
    if found.is_read_only and found.has(feature):
        return NotEntitled(READ_ONLY, feature=feature, reason="read_only", **_address(business))
    better = plan_with(feature, more_than=found.limit(feature))
    details: dict[str, Any] = {"feature": feature, "reason": "plan", "used": used, "limit": found.limit(feature)}
    offer = {"plan": better.key, "plan_name": better.name} if better else {}
    return NotEntitled(_sentence(feature, found, better), **details, **offer, **_address(business))


def plan_with(feature: str, *, more_than: int | None = 0) -> Plan | None:
    """The first plan on sale that has more of `feature`; the plan of one desk before the plan of all."""
    on_sale = Plan.objects.filter(retired_at=None, is_public=True, kind=Plan.Kind.SUBSCRIPTION)
    for plan in on_sale.prefetch_related("features").order_by("order"):
        has_more = any(
            held.key == feature and (held.value is None or held.value > (more_than or 0))
            for held in plan.features.all()
        )
        if has_more and is_open(plan):
            return plan
    return None


def _sentence(feature: str, found: Entitlements, better: Plan | None) -> str:
    known = FEATURES[feature]
    if known.kind == SWITCH:
        said = f"{known.label} is not part of your plan."
    elif feature == "history_months":
        said = f"Your plan shows {plural(found.limit(feature) or 0, known.noun, known.nouns)}. What is older is kept."
    else:
        said = f"Your plan has {plural(found.limit(feature) or 0, known.noun, known.nouns)}, and all of it is in use."
    return f"{said} The {better.name} plan has it." if better else f"{said} Ask us about it."


def _address(business: Business) -> dict[str, str]:
    try:
        return {"url": reverse("billing:plan", kwargs={"business": business.slug})}
    except NoReverseMatch:
        return {}
