"""What stands in the drawer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.urls import NoReverseMatch, reverse

from accounts.models import Business, User
from recommendations.models import Notification, NotificationRead

SHOWN = 30


@dataclass(frozen=True, slots=True)
class Line:
    """A notification as the drawer prints it; `url` is empty where there is nothing to open."""

    title: str
    text: str
    at: datetime
    url: str
    unread: bool
    needs_attention: bool

    @property
    def tone(self) -> str:
        return "bad" if self.needs_attention else "accent"


def drawer(business: Business, user: User) -> tuple[Line, ...]:
    """What stands now, alerts first, then the newest. One query. Empty: no lines."""
    seen = NotificationRead.objects.of(business).filter(notification=OuterRef("pk"), user=user)
    rows = Notification.objects.of(business).standing().annotate(seen=Exists(seen))
    return tuple(
        Line(
            title=row.title,
            text=row.text,
            at=row.created_at,
            url=address(row, business),
            unread=not row.seen,
            needs_attention=row.level == Notification.Level.ALERT,
        )
        for row in rows.order_by("level", "-created_at", "pk")[:SHOWN]
    )


def unread_count(business: Business, user: User) -> int:
    return Notification.objects.of(business).standing().unread_by(user).count()


def address(row: Notification, business: Business) -> str:
    """The path of what a notification is about; empty where there is nothing to open."""
    if not row.url_name:
        return ""
    try:
        return reverse(row.url_name, args=[business.slug, row.url_id] if row.url_id else [business.slug])
    except NoReverseMatch:
        return ""
