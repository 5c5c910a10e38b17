"""Tells members of crucial moments and of the week's margin of safety: once each, in waking hours, not too often."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.events import record
from accounts.models import Business
from recommendations.models import Notification
from recommendations.trading.coach import Letter, iso_week, letter
from recommendations.trading.desk import TradingDesk
from recommendations.trading.moments import Moment
from recommendations.wording import Sentence, clean

KIND = Notification.Kind.TRADING
MOST_A_DAY = 2
QUIET_FROM, QUIET_UNTIL = time(21), time(7)
STANDS = timedelta(days=7)
SUNDAY, EVENING = 6, 18


def tell(business: Business, found: Iterable[Moment], *, as_of: datetime) -> int:
    """Raise what was not told before; returns how many. Writes one event with each.

    Nothing in quiet hours: the next run raises it. At most two a day beside limits, each kind and subject after its
    cooldown, each session once for ever. What was told a week ago leaves the drawer.
    """
    _put_away(business, as_of=as_of)
    if is_quiet(business, as_of=as_of):
        return 0
    told = Notification.objects.of(business).filter(kind=KIND)
    room = MOST_A_DAY - _told_today(business, as_of=as_of)
    raised = 0
    for moment in sorted(found, key=lambda one: not one.is_limit):
        if told.filter(key=moment.key).exists():
            continue
        if told.filter(key__startswith=moment.stem, created_at__gt=as_of - moment.cooldown).exists():
            continue
        if not moment.is_limit:
            if room <= 0:
                continue
            room -= 1
        _raise(business, moment, as_of=as_of)
        raised += 1
    return raised


def coach(business: Business, desk: TradingDesk, *, as_of: datetime) -> int:
    """The week's letter for each account, once an ISO week; returns how many were written."""
    week = iso_week(as_of.astimezone(ZoneInfo(business.time_zone)))
    written = 0
    for account in desk.accounts:
        key = f"coach:{account.id}:{week}"
        if Notification.objects.of(business).filter(kind=KIND, key=key).exists():
            continue
        found = letter(desk, account)
        if found is None:
            continue
        _put_away(business, as_of=as_of, stem=f"coach:{account.id}:")
        row = _write(business, found, key, as_of=as_of)
        record("trading.coach.written", business=business, subject=row, account=account.id, week=week)
        written += 1
    return written


def is_quiet(business: Business, *, as_of: datetime) -> bool:
    """Whether it is night where the business is."""
    local = as_of.astimezone(ZoneInfo(business.time_zone)).time()
    return local >= QUIET_FROM or local < QUIET_UNTIL


def coach_is_due(business: Business, *, as_of: datetime) -> bool:
    """Sunday from 18:00 local time; a run that was missed is made up for until midnight."""
    local = as_of.astimezone(ZoneInfo(business.time_zone))
    return local.weekday() == SUNDAY and local.hour >= EVENING


def _told_today(business: Business, *, as_of: datetime) -> int:
    """Moments of the business's own day that were no limits."""
    zone = ZoneInfo(business.time_zone)
    morning = datetime.combine(as_of.astimezone(zone).date(), time(0), tzinfo=zone)
    rows = Notification.objects.of(business).filter(kind=KIND, key__startswith="moment:", created_at__gte=morning)
    keys = rows.values_list("key", flat=True)
    return sum(not key.startswith(("moment:limit", "moment:floor:")) for key in keys)


def _raise(business: Business, moment: Moment, *, as_of: datetime) -> None:
    row = Notification.objects.create(
        business=business,
        kind=KIND,
        level=Notification.Level.ALERT,
        key=moment.key[:200],
        title=clean(moment.title.text(), limit=200),
        text=_said(moment.text),
        url_name=moment.url_name,
        created_at=as_of,
    )
    record("trading.moments.raised", business=business, subject=row, moment=moment.kind, about=moment.subject)


def _write(business: Business, found: Letter, key: str, *, as_of: datetime) -> Notification:
    return Notification.objects.create(
        business=business,
        kind=KIND,
        level=Notification.Level.NEWS,
        key=key,
        title=clean(found.title.text(), limit=200),
        text=_said(found.text),
        url_name=found.url_name,
        created_at=as_of,
    )


def _said(parts: tuple[Sentence, ...]) -> str:
    return clean(" ".join(part.text() for part in parts), limit=500)


def _put_away(business: Business, *, as_of: datetime, stem: str = "") -> None:
    """Take out of the drawer what has stood for a week, or everything of one stem."""
    standing = Notification.objects.of(business).standing().filter(kind=KIND)
    old = standing.filter(key__startswith=stem) if stem else standing.filter(created_at__lte=as_of - STANDS)
    old.update(resolved_at=as_of)
