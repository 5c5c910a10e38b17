"""When outcomes are measured: every morning, for the plans whose horizon is over."""

from __future__ import annotations

from datetime import time, timedelta

from accounts.jobs import JobRun, job, periodic
from accounts.models import Business
from recommendations.models import OutcomePlan
from recommendations.outcomes.services import due_plans, measure


@job("recommendations.outcomes.measure", queue="analytics", max_attempts=5)
def measure_due(run: JobRun) -> dict[str, int]:
    """Measure what is due in one business; what still lacks data is tried again tomorrow."""
    if run.business is None:
        raise TypeError("recommendations.outcomes.measure belongs to a business")
    plans = due_plans(run.business, as_of=run.as_of)
    measured = [plan for plan in plans if measure(run.business, plan, as_of=run.as_of) is not None]
    return {"measured": len(measured), "waiting": len(plans) - len(measured)}


@periodic("recommendations.outcomes.measure_all", queue="analytics", daily_at=time(5))
def measure_all(run: JobRun) -> dict[str, int]:
    """One job for each business with a plan that may be due in its own time zone."""
    soon = (run.as_of + timedelta(days=1)).date()
    due = OutcomePlan.objects.filter(due_on__lte=soon, recommendation__outcome=None).exclude(method="none")
    businesses = Business.objects.filter(pk__in=due.values("business_id")).order_by("pk")
    for business in businesses.iterator():
        measure_due.enqueue(business, dedupe="due")
    return {"businesses": businesses.count()}
