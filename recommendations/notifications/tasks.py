"""Looking after sources and failed work: at once when a job is given up, and every fifteen minutes; and the mails."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.jobs import JobRun, job, on_failure, periodic
from accounts.models import Business, Job
from accounts.tenancy import acting_for, tenant_transaction
from ingestion.models import Source
from recommendations.notifications import mailing
from recommendations.notifications.services import watch_jobs, watch_sources
from recommendations.preferences.kinds import MailKind
from recommendations.preferences.mails import hand_over


@job("recommendations.watch", queue="notifications", max_attempts=3)
def watch(run: JobRun) -> dict[str, int]:
    """Bring the alerts of one business in line with the state of its sources and jobs."""
    assert run.business is not None
    return {
        "sources": watch_sources(run.business, as_of=run.as_of),
        "jobs": watch_jobs(run.business, as_of=run.as_of),
    }


@periodic("recommendations.watch_all", queue="notifications", every=timedelta(minutes=15))
def watch_all(run: JobRun) -> dict[str, int]:
    """One job for each business that has a source."""
    with_sources = Business.objects.filter(pk__in=Source.objects.values("business_id")).order_by("pk")
    for business in with_sources.iterator():
        watch.enqueue(business, dedupe="watch")
    return {"businesses": with_sources.count()}


@periodic("recommendations.alert_mails", queue="notifications", every=timedelta(minutes=15))
def mail_all(run: JobRun) -> dict[str, int]:
    """One job for each member who has something to be told and is not in their quiet hours."""
    found = mailing.due(as_of=run.as_of)
    for member, kind in found:
        mail.enqueue(member.business, dedupe=f"{member.pk}:{kind}", member_id=member.pk, kind=kind.value)
    return {"mails": len(found)}


@job("recommendations.alert_mail", queue="notifications", max_attempts=5, stepwise=True)
def mail(run: JobRun, *, member_id: int, kind: str) -> dict[str, int]:
    """One mail to one member with everything that came up; what is over by now is left out."""
    business = run.business
    assert business is not None
    with run.step():
        made = mailing.draft(business, member_id, kind=MailKind(kind), as_of=run.as_of)
    # What follows the hand-over is written whether or not the lease still holds: it has happened.
    return {"sent": int(made is not None and hand_over(made, step=lambda: acting_for(business)))}


@on_failure
def tell(failed: Job, code: str, message: str) -> None:
    """Raise the alert in the moment a job of a business is given up."""
    if failed.business is None or failed.name == watch.name:
        return
    with tenant_transaction(business_id=failed.business.pk):
        watch_sources(failed.business, as_of=timezone.now())
        watch_jobs(failed.business, as_of=timezone.now())
