"""Reads stored scores. Nothing here computes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from accounts.models import Business
from accounts.periods import local_day
from analytics.figures import Figure
from analytics.models import ReadinessSnapshot
from analytics.payments.metrics.model import Metrics
from analytics.payments.readiness.calc import (
    DISCLAIMER,
    MODEL_IN_USE,
    Cap,
    Component,
    Confidence,
    Score,
    shown_contributions,
)
from analytics.registry import metric_of


@dataclass(frozen=True, slots=True)
class Readiness:
    """The latest score as of a moment, with everything that explains it.

    Empty: `snapshot_id` is None when nothing was computed yet; `score.score` is None when nothing was ever sold.
    """

    snapshot_id: int | None
    metrics_id: int | None
    computed_at: datetime | None
    score: Score
    metrics: Metrics
    band: tuple[int, int] | None
    trend: str
    delta: int | None
    disclaimer: str = DISCLAIMER

    @property
    def figure(self) -> Figure:
        """The score as a figure; it stands on the number of payments in a year."""
        gap = "" if self.score.score is not None else metric_of("payments.readiness").gap_sentence(0)
        low, high = self.band or (None, None)
        return Figure(
            metric="payments.readiness",
            value=self.score.score,
            n=self.metrics.payments_365,
            as_of=self.score.as_of,
            low=None if low is None else Decimal(low),
            high=None if high is None else Decimal(high),
            gap=gap,
        )

    @property
    def shown(self) -> dict[str, Decimal]:
        """Contributions by component, rounded for display so that they add up to the rounded total."""
        parts = self.score.components
        return dict(zip((part.key for part in parts), shown_contributions(parts), strict=True))


@dataclass(frozen=True, slots=True)
class PastScore:
    """One point of the history."""

    as_of: date
    score: int | None
    tier: str
    model: str
    confidence_level: str
    low: int | None
    high: int | None


def readiness(business: Business, *, as_of: datetime) -> Readiness:
    """The newest live score that is not later than `as_of`. One query."""
    day = local_day(as_of, business.time_zone)
    live = ReadinessSnapshot.objects.of(business).live().filter(model=MODEL_IN_USE, as_of__lte=day)
    row = live.select_related("metrics").newest_first().first()
    if row is None:
        return _nothing_yet(business, day)
    metrics = row.metrics.metrics
    return Readiness(
        snapshot_id=row.pk,
        metrics_id=row.metrics_id,
        computed_at=row.computed_at,
        score=stored_score(row, metrics),
        metrics=metrics,
        band=None if row.band_low is None or row.band_high is None else (row.band_low, row.band_high),
        trend=row.trend,
        delta=row.delta,
    )


def readiness_history(business: Business, *, as_of: datetime, limit: int = 24) -> tuple[PastScore, ...]:
    """The score as of each month start, and the newest one, ascending; the `limit` latest. One query.

    All points are of the model in use: a new model scores its own history.
    """
    day = local_day(as_of, business.time_zone)
    live = ReadinessSnapshot.objects.of(business).live().filter(model=MODEL_IN_USE, as_of__lte=day)
    newest = live.newest_first().values("as_of")[:1]
    points = live.filter(Q(as_of__day=1) | Q(as_of__in=newest)).newest_first()
    columns = ("as_of", "score", "tier", "model", "confidence_level", "band_low", "band_high")
    return tuple(PastScore(*row) for row in reversed(points.values_list(*columns)[:limit]))


def stored_score(row: ReadinessSnapshot, metrics: Metrics) -> Score:
    """The score as it was computed then."""
    margin = (1 - row.confidence) * 15
    return Score(
        model=row.model,
        as_of=row.as_of,
        score=row.score,
        tier=row.tier,
        raw=row.raw,
        components=tuple(_component(body) for body in row.components),
        caps=tuple(_cap(body) for body in row.caps),
        confidence=Confidence(row.confidence, row.confidence_level, margin),
        history_months=metrics.history_months,
    )


def _component(body: Mapping[str, Any]) -> Component:
    evidence = body["evidence"]
    return Component(
        key=body["key"],
        label=body["label"],
        weight=body["weight"],
        points=Decimal(body["points"]),
        contribution=Decimal(body["contribution"]),
        lost=Decimal(body["lost"]),
        assumed=body["assumed"],
        evidence=tuple((name, _evidence(name, value)) for name, value in evidence),
    )


def _evidence(name: str, value: str | int | None) -> Decimal | int | str | None:
    is_text = Metrics.__dataclass_fields__[name].type == "str"
    return Decimal(value) if isinstance(value, str) and not is_text else value


def _cap(body: Mapping[str, Any]) -> Cap:
    return Cap(body["key"], body["limit"], body["because"], Decimal(body["lost"]), body["binding"])


def _nothing_yet(business: Business, day: date) -> Readiness:
    empty = Metrics(as_of=day, currency=business.currency)
    nothing = Score(
        model=MODEL_IN_USE,
        as_of=day,
        score=None,
        tier="insufficient_data",
        raw=None,
        components=(),
        caps=(),
        confidence=Confidence(Decimal(0), "low", Decimal(15)),
        history_months=None,
    )
    return Readiness(None, None, None, nothing, empty, None, "", None)
