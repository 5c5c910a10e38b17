"""Metrics over the API: the same queries as the page."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from accounts.access import api_business
from accounts.errors import InvalidInput
from accounts.models import Business
from accounts.requests import BusinessRequest
from analytics.payments.metrics.model import Metrics
from analytics.payments.metrics.queries import MetricSummary, PastMetrics, metric_history, metric_summary
from analytics.schemas import FigureOut, PeriodOut, figure_out, period_out, text

router = Router(tags=["Payments"])


class MetricsOut(Schema):
    """The latest metrics. Sums are of `period`; everything else is as of `as_of`. Decimals are text."""

    business_id: UUID
    as_of: date | None
    period: PeriodOut
    currency: str
    has_data: bool
    partial: list[str]
    revenue_total: int
    revenue_gross: int
    refunds: int
    fees: int
    volatility: str | None
    weekly_variation: str | None
    growth: str | None
    chargeback_ratio: str | None
    refund_ratio: str | None
    failed_payment_rate: str | None
    payout_fail_rate: str | None
    history_months: int | None
    mrr: int | None
    figures: dict[str, FigureOut]


class PastMetricsOut(Schema):
    as_of: date
    revenue_total: int
    revenue_gross: int
    volatility: str | None
    growth: str | None
    chargeback_ratio: str | None
    refund_ratio: str | None
    history_months: int | None


class MetricHistoryOut(Schema):
    """Ascending. Sums are of the 30 days before `as_of`."""

    metrics: list[PastMetricsOut]


@router.get("/metrics", response=MetricsOut, summary="Latest metrics of a business")
def get_metrics(request: BusinessRequest, business_id: UUID | None = None, period: str = "") -> dict[str, Any]:
    """`period` is 7d, 28d, 90d, 12m or two days such as 2026-01-01..2026-03-31; 90d when left out."""
    business = _business(request, business_id)
    return metrics_out(business, metric_summary(business, period=request.period, as_of=request.now))


@router.get("/metrics/history", response=MetricHistoryOut, summary="Metrics as of past days")
def get_metric_history(
    request: BusinessRequest,
    business_id: UUID | None = None,
    start_date: date | None = None,
    end_date: date | None = None,
) -> dict[str, Any]:
    """Every stored day from `start_date` to `end_date`, both included: month starts since the first charge, then
    days.
    """
    business = _business(request, business_id)
    if start_date and end_date and end_date < start_date:
        raise InvalidInput("end_date lies before start_date.", field="end_date")
    history = metric_history(business, as_of=request.now, start=start_date, end=end_date)
    return {"metrics": [_past(point) for point in history]}


def metrics_out(business: Business, summary: MetricSummary) -> dict[str, Any]:
    known = summary.metrics or Metrics(as_of=summary.period.end, currency=business.currency)
    totals = summary.totals
    figures = {
        **{key: figure_out(business, figure, kind="period", key=summary.period.text) for key, figure in totals.items()},
        **{
            key: figure_out(business, figure, kind="metrics", key=summary.snapshot_id)
            for key, figure in summary.latest.items()
        },
    }
    return {
        "business_id": business.pk,
        "as_of": summary.snapshot_as_of,
        "period": period_out(summary.period),
        "currency": summary.currency,
        "has_data": known.has_data,
        "partial": list(summary.partial),
        "revenue_total": totals["payments.net"].value,
        "revenue_gross": totals["payments.gross"].value,
        "refunds": totals["payments.refunds"].value,
        "fees": totals["payments.cost"].value,
        "weekly_variation": text(known.weekly_cv),
        "failed_payment_rate": text(known.failed_payment_rate),
        "payout_fail_rate": text(known.payout_fail_rate),
        "mrr": known.mrr,
        "figures": figures,
        **_shared(known),
    }


def _past(point: PastMetrics) -> dict[str, Any]:
    known = point.metrics
    return {
        "as_of": point.as_of,
        "revenue_total": known.revenue_net_30,
        "revenue_gross": known.revenue_gross_30,
        **_shared(known),
    }


def _shared(known: Metrics) -> dict[str, Any]:
    return {
        "volatility": text(known.revenue_cv),
        "growth": text(known.growth),
        "chargeback_ratio": text(known.dispute_activity),
        "refund_ratio": text(known.refund_ratio_90),
        "history_months": known.history_months,
    }


def _business(request: HttpRequest, business_id: UUID | None) -> Business:
    return api_business(request, business_id, permission="read:analytics", desk="payments")
