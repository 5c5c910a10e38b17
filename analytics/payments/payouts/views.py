"""The payouts page: whether money reaches the bank, and how regularly."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import desk_view
from accounts.requests import BusinessRequest
from analytics.evidence.links import evidence_url
from analytics.payments.payouts.queries import PayoutSummary, payout_list, payout_summary

LATEST = ("payout_fail_rate", "payout_regularity", "held_funds")


@desk_view("payments", permission="read:analytics")
def payouts_page(request: BusinessRequest) -> HttpResponse:
    business, period, now = request.business, request.period, request.now
    summary = payout_summary(business, period=period, as_of=now)
    context = {
        "summary": summary,
        "state": summary.state,
        "strip": strip(request, summary),
        "weeks": [
            {"start": week.start, "amount": week.amount, "paid": week.paid, "failed": week.failed}
            for week in summary.weeks
        ],
        "listed": payout_list(business, period=period, as_of=now, cursor=request.GET.get("cursor", "")),
    }
    return render(request, "payments/payouts/page.html", context)


def strip(request: BusinessRequest, summary: PayoutSummary) -> list[dict[str, Any]]:
    """The period's sum beside the snapshot's rates, each with its evidence."""
    period_url = evidence_url(request.business, "period", summary.period.text, summary.paid_out.metric)
    cells = [{"figure": summary.paid_out, "before": summary.paid_out_before, "url": period_url}]
    for key in (f"payments.{name}" for name in LATEST):
        if key in summary.latest:
            url = evidence_url(request.business, "metrics", summary.snapshot_id, key)
            cells.append({"figure": summary.latest[key], "before": None, "url": url})
    return cells
