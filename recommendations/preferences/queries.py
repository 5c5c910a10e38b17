"""Reading what members want."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import Business, Desk, Member
from recommendations.models import MailPreference
from recommendations.preferences.hours import Hours

Advice = MailPreference.Advice
#: Kinds of alerts, as notifications name them, and the coach's letter.
ALERTS = ("source", "job", "trading")
COACH = "coach"
OF_TRADING = frozenset({"trading", COACH})


@dataclass(frozen=True, slots=True)
class Preferences:
    """What one member wants by mail.

    advice: daily, weekly or never.
    told:   kinds of alerts, and `coach`, that are wanted; whether the business has the trading desk is not asked here.
    hours:  their clock, in `zone` or, where that is empty, in the business's zone.
    """

    advice: str
    told: frozenset[str]
    hours: Hours
    zone: str = ""

    def wants(self, kind: str, business: Business) -> bool:
        """Whether mails of `kind` (an alert's, or `coach`) go out; those of a desk that is off never do."""
        return kind in self.told and (kind not in OF_TRADING or Desk.TRADING in business.desks)


def preferences_of(member: Member) -> Preferences:
    """What `member` wants; the defaults where they never said. No query for members of `reachable`, else one."""
    row: MailPreference | None = getattr(member, "mail_preference", None)
    if row is None:
        return Preferences(Advice.DAILY, frozenset((*ALERTS, COACH)), Hours(member.business.time_zone))
    told = frozenset(kind for kind in (*ALERTS, COACH) if getattr(row, f"tells_{kind}"))
    hours = Hours(row.time_zone or member.business.time_zone, row.quiet_from, row.quiet_until)
    return Preferences(row.advice, told, hours, row.time_zone)


def members_with_preferences() -> QuerySet[Member]:
    """Members with their person, business and preference; narrow it before use. One query."""
    return Member.objects.select_related("user", "business", "mail_preference").order_by("joined_at", "pk")


def reachable(members: QuerySet[Member]) -> Iterable[Member]:
    """Those who may be written to at all: active, and allowed to read what the mails tell."""
    return (
        member
        for member in members.filter(user__is_active=True).iterator(chunk_size=2000)
        if member.may("read:analytics")
    )
