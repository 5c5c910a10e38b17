"""Days and periods as a business counts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.errors import InvalidInput

LENGTHS = {"7d": 7, "28d": 28, "90d": 90, "12m": 365}
LABELS = {"7d": "Last 7 days", "28d": "Last 28 days", "90d": "Last 90 days", "12m": "Last 12 months"}
DEFAULT = "90d"
LONGEST = timedelta(days=366 * 10)


def local_day(moment: datetime, zone: str) -> date:
    """The calendar day of an aware `moment` in the business's time zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def day_start(day: date, zone: str) -> datetime:
    """The first moment of `day` in the business's time zone, in UTC."""
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """Half-open range of days [start, end) in a business's own time zone."""

    start: date
    end: date
    zone: str
    key: str = "custom"

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        """The last day inside."""
        return self.end - timedelta(days=1)

    @property
    def label(self) -> str:
        return LABELS.get(self.key) or f"{self.start:%-d %b %Y} – {self.last:%-d %b %Y}"

    @property
    def text(self) -> str:
        """The form that `parse_period` reads, for URLs."""
        return self.key if self.key != "custom" else f"{self.start}..{self.last}"

    @property
    def starts_at(self) -> datetime:
        return day_start(self.start, self.zone)

    @property
    def ends_at(self) -> datetime:
        return day_start(self.end, self.zone)

    def previous(self) -> Period:
        """The period of the same length that ends where this one begins."""
        return Period(self.start - (self.end - self.start), self.start, self.zone)

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end


def asked_period(query: Mapping[str, str]) -> str:
    """What an address asks for: its `period`, or the two date fields of the picker where scripts are off."""
    first, last = query.get("from", ""), query.get("to", "")
    return f"{first}..{last}" if first and last else query.get("period", "")


def parse_period(text: str, *, as_of: datetime, zone: str) -> Period:
    """Read `28d`, `12m` or `2026-01-01..2026-03-31` (both days included).

    Window: named periods end with yesterday, the last whole day before `as_of` in `zone`.
    Empty:  an empty text is the default period.
    Errors: InvalidInput for anything else, for an end before its start, and for more than ten years.
    """
    today = local_day(as_of, zone)
    key = text or DEFAULT
    if key in LENGTHS:
        return Period(today - timedelta(days=LENGTHS[key]), today, zone, key)
    first, separator, last = key.partition("..")
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1)
    except (ValueError, OverflowError):
        separator = ""
    if not separator or not start < end or end - start > LONGEST:
        raise InvalidInput(
            "A period is 7d, 28d, 90d, 12m or two days like 2026-01-01..2026-03-31.",
            field="period",
            value=text[:40],
        )
    return Period(start, end, zone)
