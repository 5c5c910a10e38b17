"""Recommendations over the API: the same query as the page, and the same service behind its buttons."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict

from accounts.access import api_business
from accounts.errors import InvalidInput
from accounts.models import User
from accounts.requests import BusinessRequest
from recommendations.board.queries import MOST, PAGE, Filters, listed, one
from recommendations.board.services import decide
from recommendations.models import Recommendation
from recommendations.notifications.services import announce_urgent
from recommendations.outcomes.queries import Judged, judged, outcome_of

router = Router(tags=["Recommendations"])
ROUTERS = [("", router)]


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


class ReportIn(Schema):
    """What an automation tells: whether it did what was advised."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["done", "failed"]
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
        revision=_revision(request, body.revision),
    )
    announce_urgent(business, desk=row.desk, as_of=now)
    response["ETag"] = f'"{row.revision}"'
    return shape(one(business, row.pk), as_of=now)


@router.get("/recommendations/{recommendation_id}/outcome", response=OutcomeOut, summary="Outcome")
def get_outcome(request: HttpRequest, recommendation_id: UUID, business_id: UUID | None = None) -> OutcomeOut:
    """How the outcome is judged, and what came of it."""
    business = api_business(request, business_id, permission="read:analytics")
    return outcome_shape(outcome_of(business, recommendation_id), as_of=_now(request))


@router.post("/recommendations/{recommendation_id}/outcome", response=OutcomeOut, summary="Report done or failed")
def report_outcome(
    request: HttpRequest, recommendation_id: UUID, body: ReportIn, business_id: UUID | None = None
) -> OutcomeOut:
    """For automations: say that what was advised was done, or could not be. Saying it twice changes nothing."""
    business = api_business(request, body.business_id or business_id, permission="write:recommendations")
    now = _now(request)
    row = decide(
        business,
        recommendation_id,
        body.status,
        actor=request.user if isinstance(request.user, User) else None,
        at=now,
        reason=body.reason,
        revision=_revision(request, body.revision),
    )
    announce_urgent(business, desk=row.desk, as_of=now)
    return outcome_shape(outcome_of(business, recommendation_id), as_of=now)


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


def _impact(row: Recommendation) -> ImpactOut | None:
    """Base is the figure whose target is the potential, where the advice has one."""
    if not row.impact:
        return None
    aimed = row.target["metric"] if row.target else ""
    base = next((figure for figure in row.figures if figure["metric"] == aimed), None)
    return ImpactOut(**row.impact, base=base, potential=row.target)


def _revision(request: HttpRequest, given: int | None) -> int | None:
    """The revision of the body, or of `If-Match`. Errors: InvalidInput for a header that holds none of ours."""
    header = request.headers.get("If-Match", "").strip()
    if given is not None or header in ("", "*"):
        return given
    text = header.removeprefix("W/").strip('"')
    if not text.isdecimal() or len(text) > 9:
        raise InvalidInput('If-Match holds the revision, such as "3".', field="If-Match", value=header[:40])
    return int(text)


def _now(request: HttpRequest) -> datetime:
    entered: BusinessRequest = request  # type: ignore[assignment]
    return entered.now
