"""Sending what waits: at once when it is queued, and every minute whatever is due."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from accounts.jobs import JobRun, job, periodic
from recommendations.models import OutboundEndpoint, OutboundMessage
from recommendations.outbound.delivery import attempt

AT_ONCE = 500
KEPT_FOR = timedelta(days=30)


@job("recommendations.outbound.deliver", queue="notifications", max_attempts=3, stepwise=True)
def deliver(run: JobRun, *, message: str) -> dict[str, str]:
    """One attempt; a failed one is due again by the message's own schedule, not by the job's."""
    return {"state": attempt(run.step, UUID(message), now=run.as_of)}


@periodic("recommendations.outbound.sweep", queue="notifications", every=timedelta(minutes=1))
def sweep(run: JobRun) -> dict[str, int]:
    """One job for each message that is due at an active endpoint, the oldest first."""
    due = OutboundMessage.objects.filter(
        state=OutboundMessage.State.WAITING, due_at__lte=run.as_of, endpoint__state=OutboundEndpoint.State.ACTIVE
    )
    rows = list(due.order_by("due_at").select_related("business")[:AT_ONCE])
    for row in rows:
        deliver.enqueue(row.business, dedupe=str(row.pk), message=str(row.pk))
    return {"due": len(rows)}


@periodic("recommendations.outbound.prune", queue="notifications", every=timedelta(days=1))
def prune(run: JobRun) -> dict[str, int]:
    """Forget delivered messages after thirty days."""
    old = OutboundMessage.objects.filter(state=OutboundMessage.State.DELIVERED, ended_at__lt=run.as_of - KEPT_FOR)
    return {"deleted": old.delete()[0]}
