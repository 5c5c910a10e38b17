"""Metrics over time and what changed them, over the API: the same queries as the tools and the pages."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from ninja import Router, Schema

from accounts.access import api_business
from accounts.models import Business
from accounts.requests import BusinessRequest
from analytics.schemas import FigureOut, PeriodOut, figure_out, period_out
from analytics.series.model import Change, Part, Series, change_of, series_of

router = Router(tags=["Metrics"])


class PointOut(Schema):
    start: date
    figure: FigureOut


class SeriesOut(Schema):
    """A metric in steps, ascending. `missing` are currencies left out for want of an exchange rate."""

    metric: str
    period: PeriodOut
    grain: str
    points: list[PointOut]
    missing: list[str]


class PartOut(Schema):
    """`contribution` is the part of the change that is its own."""

    key: str
    label: str
    contribution: FigureOut
    now: FigureOut | None
    before: FigureOut | None


class ChangeOut(Schema):
    """A metric against the period of the same length before; the contributions add up to the change exactly."""

    metric: str
    period: PeriodOut
    by: str
    now: FigureOut
    before: FigureOut
    parts: list[PartOut]
    missing: list[str]


@router.get("/metrics/series", response=SeriesOut, summary="A metric by day, week or month")
def get_series(
    request: BusinessRequest,
    metric: str,
    business_id: UUID | None = None,
    period: str = "",
    grain: str = "",
    account: str = "",
) -> dict[str, Any]:
    """`grain` is day, week or month; left out, the one that suits the period. At most 60 steps."""
    business = _business(request, business_id, metric)
    return series_out(
        business,
        series_of(business, metric, period=request.period, as_of=request.now, grain=grain, account=account),
    )


@router.get("/metrics/changes", response=ChangeOut, summary="What a change is made of")
def get_change(
    request: BusinessRequest,
    metric: str,
    business_id: UUID | None = None,
    period: str = "",
    by: str = "",
    account: str = "",
) -> dict[str, Any]:
    """`by` is one of the metric's dimensions; an unknown one is answered with those that there are."""
    business = _business(request, business_id, metric)
    return change_out(
        business, change_of(business, metric, period=request.period, as_of=request.now, by=by, account=account)
    )


def series_out(business: Business, found: Series) -> dict[str, Any]:
    points = [{"start": point.start, "figure": figure_out(business, point.figure)} for point in found.points]
    return {
        "metric": found.metric,
        "period": period_out(found.period),
        "grain": found.grain,
        "points": points,
        "missing": list(found.missing),
    }


def change_out(business: Business, found: Change) -> dict[str, Any]:
    return {
        "metric": found.metric,
        "period": period_out(found.period),
        "by": found.by,
        "now": figure_out(business, found.now),
        "before": figure_out(business, found.before),
        "parts": [_part(business, part) for part in found.parts],
        "missing": list(found.missing),
    }


def _part(business: Business, part: Part) -> dict[str, Any]:
    figures = {"contribution": part.contribution, "now": part.now, "before": part.before}
    known = {name: figure_out(business, figure) if figure else None for name, figure in figures.items()}
    return {"key": part.key, "label": part.label, **known}


def _business(request: BusinessRequest, business_id: UUID | None, metric: str) -> Business:
    desk = metric.split(".")[0]
    return api_business(
        request, business_id, permission="read:analytics", desk=desk if desk in ("payments", "trading") else "payments"
    )
