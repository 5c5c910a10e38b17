"""The daily and the weekly mail: once a member and period, in their own morning, and nothing when there is nothing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from accounts.events import record
from accounts.models import Business, Member
from recommendations.digests.decisions import DEEDS, deed_url
from recommendations.digests.news import Item, News, news
from recommendations.models import Digest
from recommendations.outcomes.queries import Judged
from recommendations.preferences.kinds import MailKind
from recommendations.preferences.mails import Draft, compose
from recommendations.preferences.queries import Advice, members_with_preferences, preferences_of, reachable

MOST = 5
MONDAY = 0
Due = tuple[Member, MailKind, date]


def due(business: Business | None = None, *, as_of: datetime) -> list[Due]:
    """Whose mail should go out at `as_of` and was not dealt with yet, with its kind and the member's own day.

    Without a business over all of them, for beat. Two queries.
    """
    members = members_with_preferences()
    if business is not None:
        members = members.filter(business=business)
    found = [(member, *period) for member in reachable(members) if (period := due_period(member, as_of=as_of))]
    rows = Digest.objects.filter(day__in={day for _, _, day in found})
    rows = rows.of(business) if business is not None else rows
    done = set(rows.values_list("business_id", "user_id", "kind", "day"))
    return [one for one in found if (one[0].business_id, one[0].user_id, one[1].value, one[2]) not in done]


def due_period(member: Member, *, as_of: datetime) -> tuple[MailKind, date] | None:
    """The mail whose time it is for one member; None outside their mornings, in quiet hours and for who wants none."""
    wanted = preferences_of(member)
    day = wanted.hours.mail_day(as_of)
    if day is None or wanted.advice == Advice.NEVER:
        return None
    if wanted.advice == Advice.WEEKLY:
        return (MailKind.WEEKLY, day) if day.weekday() == MONDAY else None
    return MailKind.DAILY, day


def draft(business: Business, member_id: int, *, kind: MailKind, day: date, as_of: datetime) -> Draft | None:
    """Write the row of one mail and make the mail; None when there is nothing to send, or somebody did it already.

    Whether it is still wanted, allowed and the time for it is asked again here, with the member locked: between the
    moment a mail was planned and this one people leave, unsubscribe and go to bed. The caller commits, then hands over.
    """
    locked = Member.objects.of(business).select_for_update(no_key=True).filter(pk=member_id).first()
    if locked is None:
        return None
    member = next(iter(reachable(members_with_preferences().filter(pk=member_id))), None)
    if member is None or due_period(member, as_of=as_of) != (kind, day):
        return None
    return _written(member, kind=kind, day=day, as_of=as_of)


def _written(member: Member, *, kind: MailKind, day: date, as_of: datetime) -> Draft | None:
    business, found = member.business, news(member, kind, as_of=as_of)
    row, created = Digest.objects.get_or_create(
        business=business, user=member.user, kind=kind.value, day=day,
        defaults={
            "recommendations": [item.told for item in found.items[:MOST]],
            "covers_until": as_of,
            "handed_at": as_of if found else None,
        },
    )  # fmt: skip
    if not created or not found:
        return None
    return Draft(
        message(member, found, row),
        keep=lambda: _keep(row, member, found, as_of=as_of),
        undo=row.delete,
    )


def _keep(row: Digest, member: Member, found: News, *, as_of: datetime) -> None:
    row.sent_at = as_of
    row.save(update_fields=["sent_at"])
    record(
        "recommendations.digest.sent", business=member.business, actor=member.user, subject=row,
        kind=row.kind, count=len(found.items), outcomes=len(found.outcomes),
    )  # fmt: skip


def message(member: Member, found: News, row: Digest) -> EmailMultiAlternatives:
    """The mail: the first few of each, with buttons for members who may decide."""
    business = member.business
    list_url = settings.BASE_URL + reverse("recommendations:list", kwargs={"business": business.slug})
    context = {
        "day": row.day,
        "is_weekly": row.kind == MailKind.WEEKLY,
        "items": [_shown(item, member, row, list_url) for item in found.items[:MOST]],
        "more": max(0, len(found.items) - MOST),
        "outcomes": [(judged, _outcome_url(business, judged)) for judged in found.outcomes[:MOST]],
        "more_outcomes": max(0, len(found.outcomes) - MOST),
        "list_url": list_url,
    }
    kind = MailKind(row.kind)
    return compose(
        kind, member, subject=_subject(found), template="recommendations/digests/mail", context=context,
        key=f"{row.day}",
    )  # fmt: skip


def _shown(item: Item, member: Member, row: Digest, list_url: str) -> dict[str, Any]:
    may = member.may("write:recommendations")
    deeds = [(word, deed_url(member, item.row, deed, row)) for deed, word in DEEDS.items()] if may else []
    return {"item": item, "row": item.row, "url": f"{list_url}{item.row.pk}/", "deeds": deeds}


def _outcome_url(business: Business, judged: Judged) -> str:
    return settings.BASE_URL + reverse("recommendations:outcome", args=[business.slug, judged.row.pk])


def _subject(found: News) -> str:
    if not found.items:
        first = found.outcomes[0]
        return f"{first.row.title}: {first.short}" if len(found.outcomes) == 1 else "what was measured"
    more = len(found.items) - 1
    return f"{found.items[0].row.title}{f', and {more} more' if more else ''}"
