"""What a link in a mail meets when it is opened, and what its button does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from accounts import formats
from accounts.errors import Conflict
from accounts.models import Business, Member
from accounts.periods import local_day
from recommendations.board.services import decide
from recommendations.digests.decisions import DEEDS, SNOOZE, Link, Status
from recommendations.digests.news import figures_of
from recommendations.models import Digest, Recommendation, RecommendationEvent
from recommendations.notifications.services import announce_urgent

DONE = {
    Status.ACCEPTED: "Accepted",
    Status.SNOOZED: "Snoozed for a week",
    Status.DISMISSED: "Dismissed",
}
SAID = {
    Status.ACCEPTED: "How its outcome will be measured is written down now.",
    Status.SNOOZED: "It comes back by itself.",
    Status.DISMISSED: "It stays quiet for a month unless it gets worse.",
}
FROM_MAIL = "From a mail."
OPEN, CHANGED = "open", "changed"


@dataclass(frozen=True, slots=True)
class Meeting:
    """A link and the present. `state` is `open` where the button may be shown; else `heading` and `text` say why not.

    http:     the status to answer with; one for reading, one where somebody pressed the button (`http_pressed`).
    changes:  (label, in the mail, now) of the figures that differ.
    events:   (day, what happened) since the mail.
    """

    state: str
    heading: str
    text: str = ""
    http: int = 200
    http_pressed: int = 409
    member: Member | None = None
    row: Recommendation | None = None
    deed: str = ""
    figures: tuple[tuple[str, str], ...] = ()
    changes: tuple[tuple[str, str, str], ...] = ()
    events: tuple[tuple[str, str], ...] = ()


def meet(link: Link, *, at: datetime) -> Meeting:
    """See what stands behind a link; changes nothing. Six queries at most."""
    members = Member.objects.filter(business_id=link.business, pk=link.member).select_related("business", "user")
    member = members.first()
    if member is None:
        return _no("ended", "This membership has ended", "The mail was written to somebody who has left since.", 404)
    refused = _refused(member, link, at)
    if refused is not None:
        return refused
    row = Recommendation.objects.of(member.business).select_related("decided_by").filter(pk=link.recommendation).first()
    if row is None:
        return replace(_no("gone", "It is no longer there", "This advice was removed.", 404), member=member)
    found = Meeting(OPEN, DEEDS[Status(link.deed)], member=member, row=row, deed=link.deed, figures=figures_of(row))
    if row.revision == link.revision and row.status_at(at) == Status.OPEN:
        return found
    return _since(found, member, row, link, at)


def press(link: Link, *, at: datetime) -> Meeting:
    """Do what the link says, if it still can be done; the answer says how it went. Pressing twice acts once."""
    found = meet(link, at=at)
    if found.state != OPEN or found.member is None:
        return replace(found, http=found.http_pressed)
    member = found.member
    try:
        row = decide(
            member.business, link.recommendation, link.deed, actor=member.user, at=at, reason=FROM_MAIL,
            until=at + SNOOZE if link.deed == Status.SNOOZED else None, revision=link.revision,
        )  # fmt: skip
    except Conflict as conflict:
        again = meet(link, at=at)
        if again.state != OPEN:
            return replace(again, http=again.http_pressed)
        return replace(again, state="refused", heading="Not possible now", text=conflict.message, http=409)
    announce_urgent(member.business, desk=row.desk, as_of=at)
    deed = Status(link.deed)
    return replace(found, state="done", heading=DONE[deed], text=SAID[deed], row=row)


def _refused(member: Member, link: Link, at: datetime) -> Meeting | None:
    """Why this person may not decide; None where they may."""
    if link.expires_at <= at:
        text = f"Buttons in a mail work for 14 days, these until {formats.day(link.expires_at)}."
        return replace(_no("late", "This link is too old", text, 410), member=member)
    if not member.user.is_active:
        return _no("not_allowed", "Not allowed", "This account is switched off.", 403)
    if not member.may("write:recommendations"):
        text = f"As {member.get_role_display().lower()} of {member.business.name} you may read this advice, not decide."
        return replace(_no("not_allowed", "Not allowed", text, 403), member=member)
    return None


def _since(found: Meeting, member: Member, row: Recommendation, link: Link, at: datetime) -> Meeting:
    """The advice is no longer as the mail told it: who decided, how it ended, or what is different now."""
    zone = member.business.time_zone
    status = Status(row.status_at(at))
    who = "You" if row.decided_by_id == member.user_id else str(row.decided_by or "Somebody")
    when = formats.day(local_day(row.decided_at, zone)) if row.decided_at else ""
    if status == link.deed and row.decided_by_id == member.user_id:
        return replace(found, state="done", heading=DONE[status], text=f"You did this on {when}.", http_pressed=200)
    if status in (Status.ACCEPTED, Status.DISMISSED, Status.SNOOZED):
        return replace(found, state="decided", heading="Decided already", text=f"{who} {status.value} it on {when}.")
    if status in (Status.DONE, Status.FAILED):
        return replace(found, state="decided", heading="Decided already", text=f"It was marked as {status.value}.")
    if status == Status.OPEN:
        text = "It is not as this mail told it any more. Please decide on what it says now."
        return replace(
            found, state=CHANGED, heading="It has changed since this mail", text=text,
            changes=_changes(member.business, link, found.figures), events=_events(member.business, link, zone),
        )  # fmt: skip
    reason = row.waiting_reason if status == Status.WAITING else ENDED.get(status, "")
    return replace(found, state="closed", heading="Nothing to decide any more", text=reason)


ENDED = {
    Status.RESOLVED: "Its condition has cleared by itself.",
    Status.EXPIRED: "It ran out before anybody decided.",
}


def _changes(business: Business, link: Link, now: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str, str], ...]:
    """Those figures that the mail told otherwise; none where it is not known any more what it told."""
    digest: Digest | None = Digest.objects.of(business).filter(pk=link.digest).first()
    told = {one["id"]: dict(one["figures"]) for one in digest.recommendations} if digest else {}
    before: dict[str, str] = told.get(str(link.recommendation), {})
    return tuple((label, before[label], value) for label, value in now if before.get(label, value) != value)


def _events(business: Business, link: Link, zone: str) -> tuple[tuple[str, str], ...]:
    """What happened to it since the mail, oldest first, at most ten."""
    told_at = Digest.objects.of(business).filter(pk=link.digest).values_list("covers_until", flat=True).first()
    if told_at is None:
        return ()
    events = RecommendationEvent.objects.of(business).filter(recommendation=link.recommendation, at__gt=told_at)
    rows = events.select_related("actor").order_by("at", "pk")[:10]
    return tuple((formats.day(local_day(event.at, zone)), _what(event)) for event in rows)


def _what(event: RecommendationEvent) -> str:
    return " · ".join(filter(None, (event.get_kind_display(), str(event.actor or ""))))


def _no(state: str, heading: str, text: str, http: int) -> Meeting:
    return Meeting(state, heading, text, http=http, http_pressed=http)
