"""Zones of statement times, clock changes, and the session a moment belongs to. No zone is ever assumed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from ingestion.trading.reading.model import Decision, Hints, Question

OFFSET = re.compile(r"(?:UTC|GMT)?\s*([-+\u2212])\s*(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
SHIFTED = re.compile(r"([A-Za-z_]+/[A-Za-z_/]+)([-+]\d{2}:\d{2})")
OFFERED = (
    ("UTC", "UTC"),
    ("America/New_York", "New York"),
    ("America/Chicago", "Chicago"),
    ("Europe/London", "London"),
    ("Europe/Berlin", "Frankfurt, Paris, Madrid, Prague"),
    ("America/New_York+07:00", "Server time UTC+2/+3, clock changes of New York"),
    ("Europe/Athens", "Server time UTC+2/+3, clock changes of Europe"),
    ("+02:00", "Always UTC+2"),
    ("+03:00", "Always UTC+3"),
    ("Asia/Singapore", "Singapore"),
    ("Australia/Sydney", "Sydney"),
)


class UnknownZone(ValueError):
    """A text that names no zone."""


@dataclass(frozen=True, slots=True)
class Zone:
    """An IANA zone, a fixed offset, or an IANA zone shifted by hours (servers that follow New York's clock changes)."""

    text: str
    tz: tzinfo
    shift: timedelta = timedelta(0)

    def to_utc(self, wall: datetime) -> tuple[datetime, bool]:
        """The moment in UTC, and whether the wall clock showed it twice or never (a clock change)."""
        local = (wall - self.shift).replace(tzinfo=self.tz)
        if isinstance(self.tz, timezone):
            return local.astimezone(UTC), False
        ambiguous = local.utcoffset() != local.replace(fold=1).utcoffset()
        return local.astimezone(UTC), ambiguous


@dataclass(frozen=True, slots=True)
class Roll:
    """When a new session begins: at `at` in `zone`. From noon on, the evening belongs to the next day."""

    at: time
    zone: str

    def session_date(self, moment: datetime) -> date:
        """The session an aware moment belongs to."""
        zone = parse_zone(self.zone)
        local = moment.astimezone(zone.tz) + zone.shift
        if self.at.hour >= 12:
            return local.date() + timedelta(days=1) if local.time() >= self.at else local.date()
        return local.date() - timedelta(days=1) if local.time() < self.at else local.date()


FUTURES = Roll(time(17), "America/Chicago")
FX = Roll(time(17), "America/New_York")
CRYPTO = Roll(time(0), "UTC")
STOCKS = Roll(time(0), "America/New_York")
ROLLS = {"futures": FUTURES, "fx": FX, "cfd": FX, "crypto": CRYPTO, "stocks": STOCKS, "options": STOCKS}


@lru_cache(maxsize=256)
def parse_zone(text: str) -> Zone:
    """Errors: UnknownZone."""
    text = text.strip()
    if text.upper() in ("UTC", "GMT", "Z"):
        return Zone("UTC", UTC)
    if match := OFFSET.fullmatch(text):
        hours, minutes = int(match[2]), int(match[3] or 0)
        if hours > 14 or minutes > 59:
            raise UnknownZone(text)
        sign = 1 if match[1] == "+" else -1
        label = f"{'+' if sign > 0 else '-'}{hours:02d}:{minutes:02d}"
        return Zone(label, timezone(sign * timedelta(hours=hours, minutes=minutes)))
    if match := SHIFTED.fullmatch(text):
        shift = parse_zone(match[2]).tz.utcoffset(None) or timedelta(0)
        return Zone(text, _named(match[1]), shift)
    return Zone(text, _named(text))


def _named(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise UnknownZone(name) from None


def is_zone(text: str) -> bool:
    try:
        parse_zone(text)
    except UnknownZone:
        return False
    return True


def decide_zone(
    *, hints: Hints, in_cells: bool = False, in_header: str = "", of_format: str = ""
) -> Decision | Question:
    """Whose zone holds: offset in the cells, then the header's, the format's, an answer, the account's; else ask."""
    if in_cells:
        return Decision("zone", "cell", "cell", "Every time carries its offset.")
    if in_header and is_zone(in_header):
        return Decision("zone", parse_zone(in_header).text, "header", f"The header says {in_header}.")
    if of_format:
        return Decision("zone", of_format, "format", "This format always writes times so.")
    answer = hints.answers.get("zone", "")
    if answer and is_zone(answer):
        return Decision("zone", answer, "person", "You said so.")
    if hints.zone and is_zone(hints.zone):
        return Decision("zone", hints.zone, "account", "The account is set to this zone.")
    return Question(
        "zone",
        "Which clock do the times of this file follow?",
        OFFERED,
        "The file does not say. A broker's server is often, but not always, at UTC+2 in winter and UTC+3 in summer.",
    )
