"""When digests go out: every quarter of an hour to those members whose morning it is."""

from __future__ import annotations

from datetime import date, timedelta

from accounts.jobs import JobRun, job, periodic
from accounts.models import Business
from accounts.tenancy import acting_for
from recommendations.digests.services import draft, due
from recommendations.models import Digest
from recommendations.preferences.kinds import MailKind
from recommendations.preferences.mails import hand_over

KEPT_FOR = timedelta(days=400)


@periodic("recommendations.digest_all", queue="notifications", every=timedelta(minutes=15))
def digest_all(run: JobRun) -> dict[str, int]:
    """One job for each business with a member whose morning has come and who was not written to yet."""
    businesses = {member.business_id for member, _, _ in due(as_of=run.as_of)}
    for business in Business.objects.filter(pk__in=businesses).order_by("pk"):
        digest.enqueue(business, dedupe="digest")
    return {"businesses": len(businesses)}


@job("recommendations.digest", queue="notifications", max_attempts=3)
def digest(run: JobRun) -> dict[str, int]:
    """One mail job for each of those members."""
    assert run.business is not None
    members = due(run.business, as_of=run.as_of)
    for member, kind, day in members:
        send.enqueue(
            run.business, dedupe=f"{member.pk}:{kind}:{day}", member_id=member.pk, kind=kind.value, day=day.isoformat()
        )
    return {"members": len(members)}


@job("recommendations.send_digest", queue="notifications", max_attempts=5, stepwise=True)
def send(run: JobRun, *, member_id: int, day: str, kind: str = "daily") -> dict[str, int]:
    """The mail to one member; a failure of one never holds up another."""
    business = run.business
    assert business is not None
    with run.step():
        made = draft(business, member_id, kind=MailKind(kind), day=date.fromisoformat(day), as_of=run.as_of)
    # What follows the hand-over is written whether or not the lease still holds: it has happened.
    return {"sent": int(made is not None and hand_over(made, step=lambda: acting_for(business)))}


@periodic("recommendations.digest_prune", queue="notifications", every=timedelta(days=1))
def prune(run: JobRun) -> dict[str, int]:
    """Forget what was told more than thirteen months ago."""
    return {"deleted": Digest.objects.filter(covers_until__lt=run.as_of - KEPT_FOR).delete()[0]}
