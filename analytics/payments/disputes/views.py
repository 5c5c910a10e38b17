"""The disputes page: what needs an answer, how many there are, and how far the networks' lines are."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import desk_view
from accounts.requests import BusinessRequest
from analytics.evidence.links import evidence_url
from analytics.payments.disputes.queries import DisputeSummary, dispute_list, dispute_summary

STRIP = ("dispute_activity", "dispute_rate", "win_rate", "open_dispute_exposure")


@desk_view("payments", permission="read:analytics")
def disputes_page(request: BusinessRequest) -> HttpResponse:
    business, period, now = request.business, request.period, request.now
    summary = dispute_summary(business, period=period, as_of=now)
    listed = dispute_list(business, period=period, as_of=now, cursor=request.GET.get("cursor", ""))
    context = {
        "summary": summary,
        "state": summary.state,
        "opened_url": evidence_url(business, "period", period.text, "payments.chargebacks"),
        "strip": strip(request, summary),
        "programmes": programmes(request, summary),
        "months": [
            {"month": m.month, "activity": m.activity, "rate": m.rate, "opened": m.opened, "charges": m.charges}
            for m in summary.months
        ],
        "listed": listed,
    }
    return render(request, "payments/disputes/page.html", context)


def strip(request: BusinessRequest, summary: DisputeSummary) -> list[dict[str, Any]]:
    """The snapshot's dispute figures with their evidence."""
    keys = [f"payments.{name}" for name in STRIP if f"payments.{name}" in summary.latest]
    return [
        {"figure": summary.latest[key], "url": evidence_url(request.business, "metrics", summary.snapshot_id, key)}
        for key in keys
    ]


def programmes(request: BusinessRequest, summary: DisputeSummary) -> list[dict[str, Any]]:
    """The networks' lines with the evidence of each."""
    return [
        {
            "standing": row,
            "url": evidence_url(
                request.business, "metrics", summary.snapshot_id, f"payments.programme_ratio:{row.programme}"
            ),
        }
        for row in summary.programmes
    ]
