"""Readiness over the API: the same queries as the page."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Query, Router, Schema

from accounts.access import api_business
from accounts.models import Business
from accounts.requests import BusinessRequest
from analytics.figures import number_text
from analytics.payments.readiness import wording
from analytics.payments.readiness.calc import Component
from analytics.payments.readiness.queries import Readiness, readiness, readiness_history
from analytics.schemas import FigureOut, figure_out, text

router = Router(tags=["Payments"])


class ComponentOut(Schema):
    """`contribution` = weight × points ÷ 100; the contributions add up to `raw` exactly. Decimals are text."""

    label: str
    weight: int
    points: str
    contribution: str
    lost: str
    assumed: bool
    evidence: dict[str, int | str | None]
    text: str


class CapOut(Schema):
    key: str
    limit: int
    because: str
    lost: str
    binding: bool


class ReasonOut(Schema):
    component: str
    title: str
    text: str
    points: str


class ConfidenceOut(Schema):
    value: str
    level: str
    low: int | None
    high: int | None


class ReadinessOut(Schema):
    """The latest score. `score` is null, and the tier `insufficient_data`, before the first successful charge."""

    business_id: UUID
    as_of: date
    computed_at: datetime | None
    model: str
    score: int | None
    tier: str
    raw: str | None
    components: dict[str, ComponentOut]
    caps: list[CapOut]
    helps: list[ReasonOut]
    hurts: list[ReasonOut]
    confidence: ConfidenceOut
    trend: str | None
    delta: int | None
    headline: str
    disclaimer: str
    figure: FigureOut


class PastScoreOut(Schema):
    as_of: date
    score: int | None
    tier: str
    model: str
    confidence: str
    low: int | None
    high: int | None


class ReadinessHistoryOut(Schema):
    """Ascending: month starts, and the latest day."""

    scores: list[PastScoreOut]


@router.get("/readiness", response=ReadinessOut, summary="Latest readiness score and what it is made of")
def get_readiness(request: BusinessRequest, business_id: UUID | None = None) -> dict[str, Any]:
    business = api_business(request, business_id, permission="read:analytics", desk="payments")
    return readiness_out(business, readiness(business, as_of=request.now))


@router.get("/readiness/history", response=ReadinessHistoryOut, summary="The score as of past days")
def get_readiness_history(
    request: BusinessRequest, business_id: UUID | None = None, limit: int = Query(24, ge=1, le=240)
) -> dict[str, Any]:
    business = api_business(request, business_id, permission="read:analytics", desk="payments")
    points = readiness_history(business, as_of=request.now, limit=limit)
    return {
        "scores": [
            {
                "as_of": point.as_of,
                "score": point.score,
                "tier": point.tier,
                "model": point.model,
                "confidence": point.confidence_level,
                "low": point.low,
                "high": point.high,
            }
            for point in points
        ]
    }


def readiness_out(business: Business, result: Readiness) -> dict[str, Any]:
    score = result.score
    low, high = result.band or (None, None)
    return {
        "business_id": business.pk,
        "as_of": score.as_of,
        "computed_at": result.computed_at,
        "model": score.model,
        "score": score.score,
        "tier": score.tier,
        "raw": text(score.raw),
        "components": {part.key: _component(part) for part in score.components},
        "caps": [
            {"key": c.key, "limit": c.limit, "because": c.because, "lost": text(c.lost), "binding": c.binding}
            for c in score.caps
        ],
        "helps": [_reason(reason) for reason in wording.helps(score)],
        "hurts": [_reason(reason) for reason in wording.hurts(score)],
        "confidence": {
            "value": text(score.confidence.value),
            "level": score.confidence.level,
            "low": low,
            "high": high,
        },
        "trend": result.trend or None,
        "delta": result.delta,
        "headline": wording.headline(score),
        "disclaimer": result.disclaimer,
        "figure": figure_out(business, result.figure, kind="readiness", key=result.snapshot_id),
    }


def _component(part: Component) -> dict[str, Any]:
    return {
        "label": part.label,
        "weight": part.weight,
        "points": text(part.points),
        "contribution": text(part.contribution),
        "lost": text(part.lost),
        "assumed": part.assumed,
        "evidence": {name: v if isinstance(v, str) else number_text(v) for name, v in part.evidence},
        "text": wording.evidence_line(part),
    }


def _reason(reason: wording.Reason) -> dict[str, Any]:
    return {"component": reason.key, "title": reason.title, "text": reason.text, "points": reason.points}
