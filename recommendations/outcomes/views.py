"""The outcome of one recommendation: what was planned, what came of it, and how its rule fares."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import formats
from accounts.access import business_view
from accounts.requests import BusinessRequest
from analytics.evidence.links import evidence_url
from analytics.registry import METRICS
from recommendations.outcomes.evidence import KIND
from recommendations.outcomes.queries import Judged, outcome_of
from recommendations.outcomes.records import TrackRecord, track_records
from recommendations.registry import RULES

NAMES = (("before", "Before"), ("after", "After"))


@require_safe
@business_view(permission="read:analytics")
def outcome(request: BusinessRequest, recommendation: UUID) -> HttpResponse:
    """What came of a recommendation, or how that will be found out."""
    found = outcome_of(request.business, recommendation)
    plan = found.plan
    context = {
        "found": found,
        "rule": RULES.get(found.row.rule),
        "metric": METRICS.get(plan.metric) if plan else None,
        "values": _values(request, found),
        "effect_url": evidence_url(request.business, KIND, found.row.pk, "effect") if found.effect_words else "",
        "record": record_words(track_records(request.business).get(found.row.rule)),
    }
    return render(request, "recommendations/outcomes/page.html", context)


def record_words(record: TrackRecord | None) -> str:
    """`3 of 12 measured outcomes worked, 25% (90% interval 10% to 49%).`; empty without a measured one."""
    if record is None or record.rate is None or record.interval is None:
        return ""
    low, high = (formats.percent(Decimal(str(end)), 0) for end in record.interval)
    measured = formats.plural(record.measured, "measured outcome")
    demoted = " Its advice counts half until that changes." if record.is_demoted else ""
    share = formats.percent(record.rate, 0)
    return f"{record.worked} of {measured} worked: {share} (90% interval {low} to {high}).{demoted}"


def _values(request: BusinessRequest, found: Judged) -> list[tuple[str, object, str]]:
    """The frozen baseline, and what was measured on either side, each with its evidence."""
    figures = found.outcome.figures() if found.outcome else {}
    baseline = found.plan.baseline_value() if found.plan else None
    rows = [("baseline", "Before, as it stood on the day", baseline)]
    rows += [(name, label, figures.get(name)) for name, label in NAMES]
    return [
        (label, replace(figure, note=""), evidence_url(request.business, KIND, found.row.pk, name))
        for name, label, figure in rows
        if figure is not None
    ]
