"""Alerts and the coach's letters by mail: one mail a member and tick with all that came up, each thing told once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q, QuerySet

from accounts import formats
from accounts.events import record
from accounts.models import Business, Member
from recommendations.models import Notification, NotificationTold
from recommendations.notifications.queries import address
from recommendations.preferences.kinds import MailKind
from recommendations.preferences.mails import Draft, compose
from recommendations.preferences.queries import COACH, Preferences, members_with_preferences, preferences_of, reachable

#: What is older was not told in time and is not news any more; longer than any quiet hours.
FRESH = timedelta(days=2)
#: What comes and goes is told again at most so often.
RESTS = timedelta(hours=12)
COACH_STEM = "coach:"
SUBJECTS = {MailKind.ALERTS: "need attention", MailKind.COACH: "your margin of safety"}


@dataclass(frozen=True, slots=True)
class Told:
    """What was told to whom: single notifications, and when each matter (`key`) was told last."""

    once: frozenset[tuple[UUID, UUID]]
    lately: frozenset[tuple[UUID, str]]


def due(business: Business | None = None, *, as_of: datetime) -> list[tuple[Member, MailKind]]:
    """Who should get a mail at `as_of`, and of which kind. Without a business over all of them, for beat.

    Three queries; one where nothing was raised.
    """
    by_business = defaultdict(list)
    for row in _fresh(business, as_of):
        by_business[row.business_id].append(row)
    if not by_business:
        return []
    told = _told(by_business, as_of)
    members = reachable(members_with_preferences().filter(business__in=by_business))
    return [
        (member, kind)
        for member in members
        for kind in (MailKind.ALERTS, MailKind.COACH)
        if _for(member, kind, by_business[member.business_id], told, as_of)
    ]


def draft(business: Business, member_id: int, *, kind: MailKind, as_of: datetime) -> Draft | None:
    """Write down what one member is told now, and make the mail; None when there is nothing, or not now.

    With the member locked everything is asked again: what stands, what was told, what is wanted, whether it is quiet.
    The caller commits, then hands over.
    """
    locked = Member.objects.of(business).select_for_update(no_key=True).filter(pk=member_id).first()
    member = next(iter(reachable(members_with_preferences().filter(pk=member_id))), None) if locked else None
    if member is None:
        return None
    rows = list(_fresh(business, as_of))
    found = _for(member, kind, rows, _told([business.pk], as_of), as_of)
    if not found:
        return None
    told = NotificationTold.objects.bulk_create(
        NotificationTold(business=business, notification=row, user=member.user, at=as_of) for row in found
    )
    mine = NotificationTold.objects.of(business).filter(pk__in=[row.pk for row in told])
    return Draft(
        message(member, kind, found),
        keep=lambda: _keep(mine, member, kind, as_of=as_of),
        undo=mine.delete,
    )


def message(member: Member, kind: MailKind, found: list[Notification]) -> EmailMultiAlternatives:
    """All of it in one mail, oldest first."""
    context = {"lines": [_line(row, member) for row in found], "is_coach": kind is MailKind.COACH}
    subject = found[0].title if len(found) == 1 else f"{formats.plural(len(found), 'thing')} {SUBJECTS[kind]}"
    if kind is MailKind.COACH and len(found) > 1:
        subject = SUBJECTS[kind]
    return compose(
        kind, member, subject=subject, template="recommendations/notifications/mail", context=context,
        key=",".join(sorted(str(row.pk) for row in found)),
    )  # fmt: skip


def _fresh(business: Business | None, as_of: datetime) -> QuerySet[Notification]:
    """Alerts and letters that were raised lately and still stand, oldest first; without a business those of all."""
    mailed = Q(level=Notification.Level.ALERT) | Q(key__startswith=COACH_STEM)
    standing = Notification.objects.standing() if business is None else Notification.objects.of(business).standing()
    rows: QuerySet[Notification] = standing.filter(mailed, created_at__gt=as_of - FRESH, created_at__lte=as_of)
    return rows.order_by("created_at", "pk")


def _told(businesses: Iterable[UUID], as_of: datetime) -> Told:
    rows = NotificationTold.objects.filter(business__in=list(businesses), at__gt=as_of - FRESH - RESTS)
    found = list(rows.values_list("notification_id", "user_id", "notification__key", "at"))
    return Told(
        once=frozenset((notification, user) for notification, user, _, _ in found),
        lately=frozenset((user, key) for _, user, key, at in found if at > as_of - RESTS),
    )


def _for(member: Member, kind: MailKind, rows: list[Notification], told: Told, as_of: datetime) -> list[Notification]:
    """What one member has to be told now; nothing in their quiet hours, and nothing from before they came."""
    wanted = preferences_of(member)
    if wanted.hours.is_quiet(as_of):
        return []
    return [
        row
        for row in rows
        if _kind(row) is kind
        and _is_wanted(row, wanted, member)
        and (row.pk, member.user_id) not in told.once
        and (member.user_id, row.key) not in told.lately
        and row.created_at >= member.joined_at
    ]


def _kind(row: Notification) -> MailKind:
    return MailKind.COACH if row.key.startswith(COACH_STEM) else MailKind.ALERTS


def _is_wanted(row: Notification, wanted: Preferences, member: Member) -> bool:
    return wanted.wants(COACH if _kind(row) is MailKind.COACH else row.kind, member.business)


def _line(row: Notification, member: Member) -> dict[str, Any]:
    path = address(row, member.business)
    at = row.created_at.astimezone(ZoneInfo(preferences_of(member).hours.zone))
    return {"row": row, "url": settings.BASE_URL + path if path else "", "at": f"{at:%-d %b %Y, %H:%M}"}


def _keep(rows: QuerySet[NotificationTold], member: Member, kind: MailKind, *, as_of: datetime) -> None:
    count = rows.update(sent_at=as_of)
    record(
        "recommendations.notifications.mailed", business=member.business, actor=member.user, subject=member,
        kind=kind.value, count=count,
    )  # fmt: skip
