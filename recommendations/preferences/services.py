"""Writing what a member wants: one service for the page, the API and the links in mails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import available_timezones

from accounts.errors import InvalidInput
from accounts.events import record
from accounts.models import Member
from recommendations.models import MailPreference
from recommendations.preferences.kinds import MailKind
from recommendations.preferences.queries import ALERTS, COACH, Advice, preferences_of

#: The least that quiet hours must leave of a day, so that a mail that waits finds its moment.
OPEN_FOR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a member chose. `told` holds kinds of alerts, and `coach`; an empty `time_zone` is the business's."""

    advice: str = Advice.DAILY
    told: frozenset[str] = frozenset((*ALERTS, COACH))
    quiet_from: time | None = None
    quiet_until: time | None = None
    time_zone: str = ""

    def checked(self) -> Choice:
        """Errors: InvalidInput, naming the field, for what cannot be chosen."""
        if self.advice not in Advice.values:
            raise InvalidInput(f"Advice comes {', '.join(Advice.values)}.", field="advice", value=self.advice[:20])
        unknown = sorted(self.told - {*ALERTS, COACH})
        if unknown:
            known = ", ".join((*ALERTS, COACH))
            raise InvalidInput(f"Mails are of the kinds {known}.", field="told", value=unknown[0][:20])
        if self.time_zone and self.time_zone not in available_timezones():
            raise InvalidInput("There is no such time zone.", field="time_zone", value=self.time_zone[:40])
        _check_window(self.quiet_from, self.quiet_until)
        return self


def choice_of(member: Member) -> Choice:
    """What holds now, as it would be chosen."""
    found = preferences_of(member)
    return Choice(found.advice, found.told, found.hours.quiet_from, found.hours.quiet_until, found.zone)


def choose(member: Member, choice: Choice, *, at: datetime) -> bool:
    """Keep what a member chose; returns False when it held already. Errors: InvalidInput, naming the field."""
    choice.checked()
    if choice == choice_of(member):
        return False
    values = {
        "business": member.business,
        "advice": choice.advice,
        "quiet_from": choice.quiet_from,
        "quiet_until": choice.quiet_until,
        "time_zone": choice.time_zone,
        "changed_at": at,
        **{f"tells_{kind}": kind in choice.told for kind in (*ALERTS, COACH)},
    }
    row, _ = MailPreference.objects.update_or_create(member=member, defaults=values)
    member.mail_preference = row
    record("recommendations.preferences.changed", business=member.business, actor=member.user, subject=row)
    return True


def stop(member: Member, kind: MailKind, *, at: datetime) -> bool:
    """End one kind of mail and leave the others as they are; returns False when it had ended already.

    A link of a daily mail ends nothing once its member has chosen the weekly one, and the other way round.
    """
    now = choice_of(member)
    if kind in (MailKind.DAILY, MailKind.WEEKLY):
        advice, told = (Advice.NEVER.value if now.advice == kind.value else now.advice), now.told
    else:
        advice, told = now.advice, now.told - kind.covers
    return choose(member, Choice(advice, told, now.quiet_from, now.quiet_until, now.time_zone), at=at)


def _check_window(quiet_from: time | None, quiet_until: time | None) -> None:
    if quiet_from is None and quiet_until is None:
        return
    if quiet_from is None:
        raise InvalidInput("Say from when as well, or leave both empty.", field="quiet_from")
    if quiet_until is None:
        raise InvalidInput("Say until when as well, or leave both empty.", field="quiet_until")
    open_for = _since_midnight(quiet_from) - _since_midnight(quiet_until)
    if quiet_from != quiet_until and (open_for if open_for > timedelta(0) else open_for + DAY) < OPEN_FOR:
        raise InvalidInput(
            "Leave at least one hour of the day. To get no mails, switch them off above.", field="quiet_until"
        )


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)
