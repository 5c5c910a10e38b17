"""Recommendations over the API: the same query as the page, and the same service behind its buttons."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict

from accounts.access import api_business
from accounts.models import User
from accounts.requests import BusinessRequest
from recommendations.board.queries import MOST, PAGE, Filters, listed
from recommendations.board.services import decide
from recommendations.models import Recommendation
from recommendations.notifications.services import announce_urgent

router = Router(tags=["Recommendations"])
ROUTERS = [("", router)]


class GainOut(Schema):
    """What reaching the target would do to the readiness score, recomputed. Decimals are text."""

    points: str
    score: int
    lifts: list[str]


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
    urgency: int
    deadline: datetime | None
    snoozed_until: datetime | None
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


class RecommendationsOut(Schema):
    recommendations: list[RecommendationOut]
    next_cursor: str | None


class DecisionIn(Schema):
    """`snoozed_until` belongs to `snoozed`. With `revision`, a row that changed meanwhile answers 409."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["accepted", "dismissed", "snoozed", "done", "open"]
    snoozed_until: datetime | None = None
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
    sort: str = "-weight",
    cursor: str = "",
    limit: int = PAGE,
) -> RecommendationsOut:
    """Most important first. `status` is one of the states or `all`; `limit` is at most 100."""
    business = api_business(request, business_id, permission="read:analytics")
    now = _now(request)
    filters = Filters(status=status, priority=priority, rule=rule, sort=sort)
    page = listed(business, filters=filters, as_of=now, cursor=cursor, limit=max(1, min(limit, MOST)))
    return RecommendationsOut(
        recommendations=[shape(row, as_of=now) for row in page.rows], next_cursor=page.next_cursor or None
    )


@router.patch("/recommendations/{recommendation_id}", response=RecommendationOut, summary="Decide")
def decide_recommendation(
    request: HttpRequest, recommendation_id: UUID, body: DecisionIn, business_id: UUID | None = None
) -> RecommendationOut:
    """Accept, dismiss, snooze, mark as done, or open again."""
    business = api_business(request, body.business_id or business_id, permission="write:recommendations")
    now = _now(request)
    row = decide(
        business,
        recommendation_id,
        body.status,
        actor=request.user if isinstance(request.user, User) else None,
        at=now,
        until=body.snoozed_until,
        reason=body.reason,
        revision=body.revision,
    )
    announce_urgent(business, desk=row.desk, as_of=now)
    return shape(row, as_of=now)


def shape(row: Recommendation, *, as_of: datetime) -> RecommendationOut:
    """A row as the API prints it; a snooze that has run out is open."""
    gain = None
    if row.gain is not None:
        gain = GainOut(points=f"{row.gain:f}", score=row.gain_score or 0, lifts=row.gain_caps)
    return RecommendationOut(
        description=row.body,
        gain=gain,
        status=row.status_at(as_of),
        **{name: getattr(row, name) for name in SAME},
    )


SAME = tuple(set(RecommendationOut.model_fields) - {"description", "gain", "status"})


def _now(request: HttpRequest) -> datetime:
    entered: BusinessRequest = request  # type: ignore[assignment]
    return entered.now
