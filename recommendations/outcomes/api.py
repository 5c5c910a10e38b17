"""Outcomes over the API: what the page shows, and a report by whoever carried the advice out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict

from accounts.access import api_business
from accounts.models import User
from accounts.requests import BusinessRequest
from recommendations.board.services import decide
from recommendations.notifications.services import announce_urgent
from recommendations.outcomes.queries import Judged, outcome_of
from recommendations.revisions import asked_revision

router = Router(tags=["Recommendations"])


class OutcomeOut(Schema):
    """How the outcome is judged, and what came of it.

    `state`: `none` until the advice is taken, then `planned` or `unmeasurable`, and `measured` in the end.
    `result`: `worked`, `no_effect`, `harmed` or `unknowable`. `effect` is after less before with its 90 % interval.
    """

    recommendation_id: UUID
    rule: str
    status: str
    state: str
    result: str | None
    reason: str
    metric: str
    method: str
    effect: dict[str, Any] | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    baseline: dict[str, Any] | None
    minimum_detectable: str | None
    before_from: date | None
    before_until: date | None
    after_from: date | None
    after_until: date | None
    due_on: date | None
    controls: list[str]
    measured_at: datetime | None


class ReportIn(Schema):
    """What an automation tells: whether it did what was advised."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["done", "failed"]
    reason: str = ""
    revision: int | None = None
    business_id: UUID | None = None


@router.get("/recommendations/{recommendation_id}/outcome", response=OutcomeOut, summary="Outcome")
def get_outcome(request: HttpRequest, recommendation_id: UUID, business_id: UUID | None = None) -> OutcomeOut:
    """How the outcome is judged, and what came of it."""
    business = api_business(request, business_id, permission="read:analytics")
    return outcome_shape(outcome_of(business, recommendation_id), as_of=entered(request).now)


@router.post("/recommendations/{recommendation_id}/outcome", response=OutcomeOut, summary="Report done or failed")
def report_outcome(
    request: HttpRequest, recommendation_id: UUID, body: ReportIn, business_id: UUID | None = None
) -> OutcomeOut:
    """For automations: say that what was advised was done, or could not be. Saying it twice changes nothing."""
    business = api_business(request, body.business_id or business_id, permission="write:recommendations")
    now = entered(request).now
    row = decide(
        business,
        recommendation_id,
        body.status,
        actor=request.user if isinstance(request.user, User) else None,
        at=now,
        reason=body.reason,
        revision=asked_revision(request, body.revision),
    )
    announce_urgent(business, desk=row.desk, as_of=now)
    return outcome_shape(outcome_of(business, recommendation_id), as_of=now)


def outcome_shape(found: Judged, *, as_of: datetime) -> OutcomeOut:
    """Plan and outcome as the API prints them; what is not known yet is null."""
    plan, outcome = found.plan, found.outcome
    return OutcomeOut(
        recommendation_id=found.row.pk,
        rule=found.row.rule,
        status=found.row.status_at(as_of),
        state=found.state or "none",
        result=outcome.result if outcome else "unknowable" if found.state == "unmeasurable" else None,
        reason=(outcome.reason if outcome else "") or (plan.reason if plan else ""),
        effect=outcome.effect if outcome else None,
        before=outcome.before if outcome else None,
        after=outcome.after if outcome else None,
        measured_at=outcome.measured_at if outcome else None,
        metric=plan.metric if plan else "",
        method=plan.method if plan else "",
        baseline=plan.baseline_figure if plan else None,
        minimum_detectable=f"{plan.minimum.normalize():f}" if plan and plan.minimum is not None else None,
        controls=plan.controls if plan else [],
        **{name: getattr(plan, name, None) for name in DATES},
    )


DATES = ("before_from", "before_until", "after_from", "after_until", "due_on")


def entered(request: HttpRequest) -> BusinessRequest:
    """The request after its business was bound."""
    return request  # type: ignore[return-value]
