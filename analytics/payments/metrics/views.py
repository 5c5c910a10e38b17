"""The metrics page: a period in figures against the one before, and where the business stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import desk_view
from accounts.requests import BusinessRequest
from analytics.evidence.csv_file import csv_response
from analytics.evidence.links import evidence_url
from analytics.figures import Figure
from analytics.payments.metrics.queries import MetricSummary, metric_summary
from analytics.series.model import change_of

STRIP = ("payments.net", "payments.gross", "payments.refunds", "payments.cost", "payments.charges")
TRENDS = {
    "payments.net": "net",
    "payments.gross": "gross",
    "payments.refunds": "refunds",
    "payments.cost": "cost",
    "payments.charges": "charges",
}
EXPLAINED = {"payments.net": "What changed net revenue", "payments.gross": "What changed sales"}
GROUPS = (
    ("Revenue", ("take_rate", "avg_monthly_net", "growth", "revenue_cv", "weekly_cv", "history_months")),
    ("Risk", ("dispute_activity", "dispute_ratio", "refund_ratio_90", "failed_payment_rate", "open_dispute_exposure")),
    ("Customers", ("active_customers_90", "top1_share", "top10_share", "hhi")),
    ("Cash", ("payout_fail_rate", "payout_regularity", "days_since_last_payment", "held_funds")),
    (
        "Subscriptions",
        ("mrr", "arr", "mrr_new", "mrr_expansion", "mrr_contraction", "mrr_churn", "mrr_reactivation", "mrr_at_risk",
         "quick_ratio", "net_revenue_retention", "subscribers"),
    ),
)  # fmt: skip


@desk_view("payments", permission="read:analytics")
def metrics_page(request: BusinessRequest) -> HttpResponse:
    summary = metric_summary(request.business, period=request.period, as_of=request.now)
    context = {
        "summary": summary,
        "state": summary.state,
        "strip": strip(request, summary),
        "groups": groups(request, summary),
        "revenue_rows": [
            {"start": b.start, "net": b.net, "before_net": b.before_net, "gross": b.gross} for b in summary.buckets
        ],
        "activity_rows": [{"start": b.start, "charges": b.charges, "failed": b.failed} for b in summary.buckets],
        "changes": changes(request) if summary.snapshot_id else (),
        "may_export": request.member.may("export:data"),
    }
    return render(request, "payments/metrics/page.html", context)


@desk_view("payments", permission="export:data")
def period_file(request: BusinessRequest) -> HttpResponse:
    """The period's buckets as CSV: money in minor units."""
    summary = metric_summary(request.business, period=request.period, as_of=request.now)
    name = f"metrics-{summary.period.start}-to-{summary.period.end}"
    return csv_response(period_rows(summary), name=name)


def changes(request: BusinessRequest) -> list[dict[str, Any]]:
    """What the changes of revenue and sales against the period before are made of."""
    found = (change_of(request.business, key, period=request.period, as_of=request.now) for key in EXPLAINED)
    return [{"title": EXPLAINED[change.metric], "change": change} for change in found]


def strip(request: BusinessRequest, summary: MetricSummary) -> list[dict[str, Any]]:
    """The period's figures with the one before, their trend and their evidence."""
    return [
        {
            "figure": summary.totals[key],
            "before": summary.before[key],
            "trend": [getattr(bucket, TRENDS[key]) for bucket in summary.buckets],
            "url": evidence_url(request.business, "period", summary.period.text, key),
        }
        for key in STRIP
    ]


def groups(request: BusinessRequest, summary: MetricSummary) -> list[dict[str, Any]]:
    """The snapshot's figures by topic, each with its evidence; a topic without figures is left out."""
    made = []
    for title, names in GROUPS:
        figures = [summary.latest[f"payments.{name}"] for name in names if f"payments.{name}" in summary.latest]
        rows = [{"figure": figure, "url": _url(request, summary, figure)} for figure in figures]
        made += [{"title": title, "rows": rows}] if rows else []
    return made


def period_rows(summary: MetricSummary) -> Iterator[list[str]]:
    names = ("gross", "refunds", "disputes", "net", "cost", "charges", "failed")
    yield ["from", *names, "currency"]
    for bucket in summary.buckets:
        amounts = (str(getattr(bucket, name)) for name in names)
        yield [bucket.start.isoformat(), *amounts, summary.currency]


def _url(request: BusinessRequest, summary: MetricSummary, figure: Figure) -> str:
    return evidence_url(request.business, "metrics", summary.snapshot_id, figure.metric)
