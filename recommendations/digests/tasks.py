"""When digests go out: every hour those businesses whose morning it is."""

from __future__ import annotations

from datetime import date, timedelta

from accounts.jobs import JobRun, job, periodic
from accounts.models import Business, Member
from recommendations.digests.services import due_day, recipients, send_digest
from recommendations.models import Digest


@periodic("recommendations.digest_all", queue="notifications", every=timedelta(hours=1))
def digest_all(run: JobRun) -> dict[str, int]:
    """One job for each business whose morning has come."""
    enqueued = 0
    for business in Business.objects.order_by("pk").iterator():
        day = due_day(business, as_of=run.as_of)
        if day is not None:
            digest.enqueue(business, dedupe=f"{day}", day=day.isoformat())
            enqueued += 1
    return {"businesses": enqueued}


@job("recommendations.digest", queue="notifications", max_attempts=3)
def digest(run: JobRun, *, day: str) -> dict[str, int]:
    """One mail job for each member who wants it and has not been written to on this day."""
    assert run.business is not None
    written = set(Digest.objects.of(run.business).filter(day=day).values_list("user_id", flat=True))
    members = [member for member in recipients(run.business) if member.user_id not in written]
    for member in members:
        send.enqueue(run.business, dedupe=f"{member.pk}:{day}", member_id=member.pk, day=day)
    return {"members": len(members)}


@job("recommendations.send_digest", queue="notifications", max_attempts=5)
def send(run: JobRun, *, member_id: int, day: str) -> dict[str, int]:
    """The mail to one member; a failure of one never holds up another."""
    assert run.business is not None
    member = (
        Member.objects.filter(business=run.business, pk=member_id, wants_digest=True).select_related("user").first()
    )
    if member is None:
        return {"sent": 0}
    sent = send_digest(run.business, member, day=date.fromisoformat(day), as_of=run.as_of)
    return {"sent": int(sent is not None and sent.sent_at is not None)}
