"""Moments as Stripe writes them: whole seconds since 1970, UTC; business days are the account's own."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE, HOUR, DAY = 60, 3600, 86_400


def epoch(moment: datetime) -> int:
    """Seconds since 1970 of an aware datetime."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime names no moment")
    return int(moment.timestamp())


def moment_of(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def present() -> datetime:
    """Now, to the whole second. For command lines only: everything else is told its moment."""
    return datetime.now(UTC).replace(microsecond=0)


def local_date(seconds: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(seconds, zone).date()


def local_midnight(day: date, zone: ZoneInfo) -> int:
    """The first second of `day` where the account lives."""
    return epoch(datetime.combine(day, time(), zone))


def utc_midnight(seconds: int) -> int:
    return seconds - seconds % DAY


def days(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    for step in range((last - first).days + 1):
        yield first + timedelta(days=step)


def months_before(day: date, count: int) -> date:
    return months_after(day, -count)


def months_after(day: date, count: int) -> date:
    """The same day `count` months on, or the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 + count
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def cycle(anchor: int, interval: str, count: int, number: int) -> int:
    """Start of billing period `number` (0 is the anchor); month ends are clamped, as Stripe does."""
    start = moment_of(anchor)
    if interval in ("day", "week"):
        return anchor + number * count * (DAY if interval == "day" else 7 * DAY)
    months = number * count * (12 if interval == "year" else 1)
    return epoch(datetime.combine(months_after(start.date(), months), start.time(), UTC))


def business_days_after(seconds: int, count: int) -> int:
    """UTC midnight `count` working days after the day of `seconds`."""
    day = moment_of(seconds).date()
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return epoch(datetime.combine(day, time(), UTC))
