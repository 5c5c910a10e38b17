"""Recommendations over the API: the same query as the page, and the same service behind its buttons."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict

from accounts.access import api_business
from accounts.models import User
from accounts.requests import BusinessRequest
from recommendations.board.queries import MOST, PAGE, Filters, listed, one
from recommendations.board.services import decide
from recommendations.models import Recommendation
from recommendations.notifications.services import announce_urgent
from recommendations.outcomes.api import OutcomeOut, outcome_shape
from recommendations.outcomes.api import router as outcomes_router
from recommendations.outcomes.queries import judged
from recommendations.preferences.api import router as preferences_router
from recommendations.revisions import asked_revision

router = Router(tags=["Recommendations"])
ROUTERS = [("", router), ("", outcomes_router), ("", preferences_router)]


class GainOut(Schema):
    """What reaching the target would do to the readiness score, recomputed. Decimals are text."""

    points: str
    score: int
    lifts: list[str]


class ImpactOut(Schema):
    """What it would bring a month, with range and method; `ruin` is a chance. Base and potential are figures."""

    value: str
    low: str
    high: str
    unit: str
    currency: str
    method: str
    base: dict[str, Any] | None
    potential: dict[str, Any] | None


class RecommendationOut(Schema):
    id: UUID
    desk: str
    rule: str
    subject: str
    title: str
    description: str
    status: str
    priority: str
    gain: GainOut | None
    confidence: Decimal
    impact: ImpactOut | None
    effort: int
    urgency: int
    deadline: datetime | None
    snoozed_until: datetime | None
    snoozed_until_worse_by: Decimal | None
    expires_at: datetime | None
    waits_for: UUID | None
    waiting_reason: str
    exposure: dict[str, Any] | None
    target: dict[str, Any] | None
    figures: list[dict[str, Any]]
    knowledge: list[str]
    revision: int
    as_of: datetime
    created_at: datetime
    updated_at: datetime
    decided_at: datetime | None
    decision_reason: str
    outcome: OutcomeOut


class RecommendationsOut(Schema):
    recommendations: list[RecommendationOut]
    next_cursor: str | None


class DecisionIn(Schema):
    """`snoozed_until` and `worse_by` belong to `snoozed`, `scope` to `dismissed`: `rule` also mutes the rule.

    With `revision`, or a header `If-Match`, a row that changed meanwhile answers 409.
    """

    model_config = ConfigDict(extra="forbid")

    status: Literal["accepted", "dismissed", "snoozed", "done", "failed", "open"]
    snoozed_until: datetime | None = None
    worse_by: Decimal | None = None
    scope: Literal["", "subject", "rule"] = ""
    reason: str = ""
    revision: int | None = None
    business_id: UUID | None = None


@router.get("/recommendations", response=RecommendationsOut, summary="Recommendations of a business")
def list_recommendations(
    request: HttpRequest,
    business_id: UUID | None = None,
    status: str = "all",
    priority: str = "",
    rule: str = "",
    desk: str = "",
    unsure: bool = False,
    sort: str = "-weight",
    cursor: str = "",
    limit: int = PAGE,
) -> RecommendationsOut:
    """Most important first. `status` is one of the states or `all`; `limit` is at most 100.

    What is less than half sure is left out unless `unsure` is set.
    """
    business = api_business(request, business_id, permission="read:analytics")
    now = _now(request)
    filters = Filters(status=status, priority=priority, rule=rule, sort=sort, desk=desk, unsure=unsure)
    page = listed(business, filters=filters, as_of=now, cursor=cursor, limit=max(1, min(limit, MOST)))
    return RecommendationsOut(
        recommendations=[shape(row, as_of=now) for row in page.rows], next_cursor=page.next_cursor or None
    )


@router.patch("/recommendations/{recommendation_id}", response=RecommendationOut, summary="Decide")
def decide_recommendation(
    request: HttpRequest,
    response: HttpResponse,
    recommendation_id: UUID,
    body: DecisionIn,
    business_id: UUID | None = None,
) -> RecommendationOut:
    """Accept, dismiss, snooze, mark as done or failed, or open again."""
    business = api_business(request, body.business_id or business_id, permission="write:recommendations")
    now = _now(request)
    row = decide(
        business,
        recommendation_id,
        body.status,
        actor=request.user if isinstance(request.user, User) else None,
        at=now,
        until=body.snoozed_until,
        worse_by=body.worse_by,
        scope=body.scope,
        reason=body.reason,
        revision=asked_revision(request, body.revision),
    )
    announce_urgent(business, desk=row.desk, as_of=now)
    response["ETag"] = f'"{row.revision}"'
    return shape(one(business, row.pk), as_of=now)


def shape(row: Recommendation, *, as_of: datetime) -> RecommendationOut:
    """A row as the API prints it; a snooze that has run out is open."""
    gain = None
    if row.gain is not None:
        gain = GainOut(points=f"{row.gain:f}", score=row.gain_score or 0, lifts=row.gain_caps)
    return RecommendationOut(
        description=row.body,
        gain=gain,
        impact=_impact(row),
        waits_for=row.waits_for_id,
        outcome=outcome_shape(judged(row), as_of=as_of),
        status=row.status_at(as_of),
        **{name: getattr(row, name) for name in SAME},
    )


SAME = tuple(set(RecommendationOut.model_fields) - {"description", "gain", "status", "impact", "waits_for", "outcome"})


def _impact(row: Recommendation) -> ImpactOut | None:
    """Base is the figure whose target is the potential, where the advice has one."""
    if not row.impact:
        return None
    aimed = row.target["metric"] if row.target else ""
    base = next((figure for figure in row.figures if figure["metric"] == aimed), None)
    return ImpactOut(**row.impact, base=base, potential=row.target)


def _now(request: HttpRequest) -> datetime:
    entered: BusinessRequest = request  # type: ignore[assignment]
    return entered.now
