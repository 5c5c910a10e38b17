"""Writes readiness snapshots from metric snapshots. Superseded, never edited; equal inputs write nothing."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from typing import Any

from accounts.events import record
from accounts.models import Business
from analytics.figures import canonical, number_text
from analytics.models import MetricSnapshot, PaymentsFreshness, ReadinessSnapshot
from analytics.payments.metrics.model import MODEL_VERSION
from analytics.payments.readiness.calc import MODEL_IN_USE, Cap, Component, Score, Trend, score, trend

COMPARED_WITH = timedelta(days=30)


def recompute_readiness(business: Business, *, as_of: datetime) -> int:
    """Score every live metric snapshot that has no live score of its own values; returns how many were written.

    A new model scores the whole history again, so that one series is always of one model.
    """
    waiting = _unscored(business)
    scores = {snapshot.as_of: score(snapshot.metrics) for snapshot in waiting}
    for snapshot in waiting:
        before = scores.get(snapshot.as_of - COMPARED_WITH) or _score_on(business, snapshot.as_of - COMPARED_WITH)
        _snapshot(business, snapshot, scores[snapshot.as_of], before, now=as_of)
    PaymentsFreshness.objects.of(business).update(readiness_model=MODEL_IN_USE)
    if waiting:
        record("payments.readiness.recomputed", business=business, written=len(waiting), model=MODEL_IN_USE)
    return len(waiting)


def _unscored(business: Business) -> list[MetricSnapshot]:
    live = MetricSnapshot.objects.of(business).live().filter(model_version=MODEL_VERSION)
    scored = ReadinessSnapshot.objects.of(business).live().filter(model=MODEL_IN_USE)
    return list(live.exclude(pk__in=scored.values("metrics_id")).order_by("as_of"))


def _score_on(business: Business, day: date) -> Score | None:
    live = MetricSnapshot.objects.of(business).live().filter(as_of=day, model_version=MODEL_VERSION).first()
    return score(live.metrics) if live else None


def _snapshot(
    business: Business, snapshot: MetricSnapshot, result: Score, before: Score | None, *, now: datetime
) -> None:
    """Write the score of one metric snapshot; the live one of the same day steps back."""
    mine = ReadinessSnapshot.objects.of(business).live().filter(as_of=snapshot.as_of, model=result.model)
    mine.update(superseded_at=now)
    ReadinessSnapshot.objects.create(
        business=business,
        metrics=snapshot,
        as_of=snapshot.as_of,
        inputs_hash=_fingerprint(snapshot, before),
        computed_at=now,
        **_columns(result, trend(result, before)),
    )


def _columns(result: Score, change: Trend) -> dict[str, Any]:
    band = result.band or (None, None)
    return {
        "model": result.model,
        "score": result.score,
        "tier": result.tier,
        "raw": result.raw,
        "components": [component_json(part) for part in result.components],
        "caps": [cap_json(cap) for cap in result.caps],
        "confidence": result.confidence.value,
        "confidence_level": result.confidence.level,
        "band_low": band[0],
        "band_high": band[1],
        "trend": change.direction or "",
        "delta": change.delta,
    }


def component_json(part: Component) -> dict[str, Any]:
    return {
        "key": part.key,
        "label": part.label,
        "weight": part.weight,
        "points": number_text(part.points),
        "contribution": number_text(part.contribution),
        "lost": number_text(part.lost),
        "assumed": part.assumed,
        # Pairs, because a JSON object does not keep its order.
        "evidence": [[name, value if isinstance(value, str) else number_text(value)] for name, value in part.evidence],
    }


def cap_json(cap: Cap) -> dict[str, Any]:
    return {
        "key": cap.key,
        "limit": cap.limit,
        "because": cap.because,
        "lost": number_text(cap.lost),
        "binding": cap.binding,
    }


def _fingerprint(snapshot: MetricSnapshot, before: Score | None) -> str:
    content = canonical([MODEL_IN_USE, snapshot.values, before.score if before else None])
    return hashlib.sha256(content).hexdigest()
