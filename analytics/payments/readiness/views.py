"""The readiness page: the score, why it is what it is, and how it came to be."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import desk_view
from accounts.changes import change
from accounts.requests import BusinessRequest
from analytics.evidence.links import evidence_url
from analytics.payments.evidence import MAIN_METRICS
from analytics.payments.queries import desk_state
from analytics.payments.readiness import wording
from analytics.payments.readiness.queries import PastScore, Readiness, readiness, readiness_history


@desk_view("payments", permission="read:analytics")
def readiness_page(request: BusinessRequest) -> HttpResponse:
    business, now = request.business, request.now
    context = {
        "state": desk_state(business, as_of=now),
        **score_context(request, readiness(business, as_of=now)),
        **history_context(readiness_history(business, as_of=now, limit=36)),
    }
    return render(request, "payments/readiness/page.html", context)


def score_context(request: BusinessRequest, result: Readiness) -> dict[str, Any]:
    """The score card, the breakdown and the reasons, ready to print."""
    score, business = result.score, request.business

    def linked(rows: Any) -> list[dict[str, Any]]:
        return [
            {"row": row, "url": evidence_url(business, "metrics", result.metrics_id, MAIN_METRICS.get(row.key, ""))}
            if row.key
            else {"row": row, "url": ""}
            for row in rows
        ]

    low, high = result.band or (None, None)
    before = None if result.delta is None or score.score is None else score.score - result.delta
    return {
        "readiness": result,
        "score": score,
        "low": low,
        "high": high,
        "headline": wording.headline(score),
        "confidence": wording.confidence_text(score),
        "change": change(score.score, before, unit="points", better="up") if before is not None else None,
        "parts": linked(wording.parts(score, result.shown)),
        "helps": [_reason(entry) for entry in linked(wording.helps(score))],
        "hurts": [_reason(entry) for entry in linked(wording.hurts(score))],
        "score_url": evidence_url(business, "readiness", result.snapshot_id, "payments.readiness"),
    }


def history_context(history: tuple[PastScore, ...]) -> dict[str, Any]:
    """Rows of the chart and the sentence above it."""
    rows = [
        {"as_of": point.as_of, "score": point.score, "low": point.low, "high": point.high, "tier": point.tier}
        for point in history
    ]
    known = [point for point in history if point.score is not None]
    if len(known) < 2:
        return {"history": rows, "history_title": "The score so far", "history_takeaway": ""}
    first, last = known[0], known[-1]
    title = f"The score went from {first.score} to {last.score} since {first.as_of:%b %Y}"
    takeaway = "Each point is computed from what was known on that day; the band narrows as history grows."
    return {"history": rows, "history_title": title, "history_takeaway": takeaway}


def _reason(entry: dict[str, Any]) -> dict[str, Any]:
    row = entry["row"]
    return {"title": row.title, "text": row.text, "points": row.points, "url": entry["url"]}
