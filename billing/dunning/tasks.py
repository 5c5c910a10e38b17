"""When reminders go out."""

from __future__ import annotations

from datetime import timedelta

from accounts.jobs import JobRun, job, periodic
from accounts.models import Business
from billing.dunning.services import send_due
from billing.models import DunningMail


@periodic("billing.dunning.remind_all", queue="notifications", every=timedelta(minutes=30))
def remind_all(run: JobRun) -> dict[str, int]:
    """One job for each business with a reminder due."""
    due = DunningMail.objects.filter(sent_at=None, stopped_at=None, due_at__lte=run.as_of)
    names = due.values_list("business_id", flat=True).distinct()
    for business in Business.objects.filter(pk__in=names):
        remind.enqueue(business, dedupe="remind")
    return {"businesses": len(names)}


@job("billing.dunning.remind", queue="notifications", max_attempts=5)
def remind(run: JobRun) -> dict[str, int]:
    assert run.business is not None
    return {"sent": send_due(run.business, now=run.as_of)}
