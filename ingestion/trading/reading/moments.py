"""Times as brokers and spreadsheets write them. Whether 03/04 is March or April is decided for a whole column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from ingestion.trading.reading.model import Decision, Hints, Question
from ingestion.trading.reading.numbers import BadValue, is_null, text_of
from ingestion.trading.reading.zones import OFFSET, Zone, parse_zone

DAY_FIRST, MONTH_FIRST = "dmy", "mdy"
YEAR_FIRST = re.compile(r"(\d{4})([-./])(\d{1,2})\2(\d{1,2})")
YEAR_LAST = re.compile(r"(\d{1,2})([-./])(\d{1,2})\2(\d{4}|\d{2})")
DAY_NAMED = re.compile(r"(\d{1,2})[-. ]+([A-Za-zéûäç]{3,10})\.?[-, ]+(\d{4}|\d{2})")
MONTH_NAMED = re.compile(r"([A-Za-z]{3,10})\.?[- ]+(\d{1,2}),?[- ]+(\d{4})")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[;,T ]*(\d{2}):?(\d{2}):?(\d{2})(?:\s*([A-Z]{3}|[-+]\d{2}:?\d{2}))?)?")
EPOCH = re.compile(r"\d{10}|\d{13}|\d{16}")
SERIAL = re.compile(r"[2-7]\d{4}(?:[.,]\d+)?")
CLOCK = re.compile(
    r"[ T;,]*(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp]\.?\s?[Mm]\.?)?"
    r"\s*(Z|UTC|GMT|(?:UTC|GMT)?\s*[-+\u2212]\d{1,2}(?::?\d{2})?|E[SD]T|C[SD]T)?\s*(?:\[[^\]]*\])?"
)
NAMED_OFFSETS = {"EST": "-05:00", "EDT": "-04:00", "CST": "-06:00", "CDT": "-05:00", "Z": "UTC"}
_MONTHS = (
    "jan janv gen ene|feb févr fev fevr fév|mar mär mrz mars|apr avr abr|may mai mag|jun juin giu|"
    "jul juil lug|aug août aou ago|sep sept set|oct okt ott out|nov|dec dez déc dic"
)
MONTH_NAMES = {name: number for number, names in enumerate(_MONTHS.split("|"), start=1) for name in names.split()}
DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall clock
EARLIEST, LATEST = 1990, 2100
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Wall:
    """What a clock showed, and the zone if the cell says it."""

    at: datetime
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in UTC, the text it was read from, and whether the clock showed that time twice or never."""

    at: datetime
    text: str
    ambiguous: bool = False


def to_wall(cell: str, order: str = "") -> Wall | None:
    """What the clock showed, None for an empty cell. `order` is needed for 03/04/2026 only. Errors: BadValue."""
    if len(cell) > LONGEST:
        raise BadValue("bad_time", f"“{cell.strip()[:40]}…” is no date or time.")
    text = " ".join(text_of(cell).replace("\u00a0", " ").replace("\u202f", " ").split())
    if is_null(text):
        return None
    wall = _parsed(text, order)
    if wall is None:
        hint = " A spreadsheet could not show it." if text.startswith("#") else ""
        raise BadValue("bad_time", f"“{text[:40]}” is no date or time.{hint}")
    return wall


def to_moment(cell: str, order: str, zone: Zone) -> Moment | None:
    """The moment in UTC; a zone in the cell wins over `zone`. Errors: BadValue."""
    wall = to_wall(cell, order)
    if wall is None:
        return None
    at, ambiguous = (parse_zone(wall.zone) if wall.zone else zone).to_utc(wall.at)
    return Moment(at, cell.strip(), ambiguous)


def to_date(cell: str, order: str = "") -> date | None:
    """Errors: BadValue."""
    wall = to_wall(cell, order)
    return None if wall is None else wall.at.date()


def has_zone(cell: str) -> bool:
    """Whether the cell carries its own offset, so that no zone need be known."""
    text = text_of(cell[:LONGEST])
    if EPOCH.fullmatch(text):
        return True
    if match := COMPACT.fullmatch(text):
        return bool(match[7])
    head = _date_part(text, DAY_FIRST)
    clock = CLOCK.fullmatch(text[head[1] :]) if head else None
    return bool(clock and clock[6])


def decide_dates(
    cells: Iterable[str],
    *,
    column: str,
    hints: Hints,
    default: str = "",
    siblings: Iterable[str] = (),
    period: tuple[date, date] | None = None,
) -> Decision | Question:
    """Whether a column writes the day or the month first: `dmy` or `mdy`; `ymd` where every cell says it itself.

    In this order: an answer; a part above 12; the file's period; cells that are in order under one reading only; what
    the format always does; the table's other columns. Else it is asked.
    """
    key = f"dates:{column}"
    if (answer := hints.answers.get(key)) in (DAY_FIRST, MONTH_FIRST):
        return Decision(key, answer, "person", "You said so.")
    open_cells: list[str] = []
    proofs: dict[str, str] = {}
    for cell in cells:
        match = YEAR_LAST.match(text_of(cell)) if "/" in cell or "-" in cell or "." in cell else None
        if not match:
            continue
        first, second = int(match[1]), int(match[3])
        if first > 12 >= second or (match[2] == "." and second <= 12):
            proofs.setdefault(DAY_FIRST, cell.strip()[:40])
        elif second > 12 >= first:
            proofs.setdefault(MONTH_FIRST, cell.strip()[:40])
        elif first != second:
            open_cells.append(cell)
    if len(proofs) == 1:
        order, cell = next(iter(proofs.items()))
        return Decision(key, order, "evidence", f"“{cell}” can be read in one way only.")
    if len(proofs) > 1:
        return _question(key, column, f"“{proofs[DAY_FIRST]}” and “{proofs[MONTH_FIRST]}” follow different rules.")
    if not open_cells:
        return Decision(key, default or "ymd", "evidence", "Every date can be read in one way only.")
    if order := _by_period(open_cells, period) or _by_order(open_cells):
        return Decision(key, order, "evidence", "Only so do the dates fit the file.")
    if default:
        return Decision(key, default, "format", "This format always writes dates so.")
    known = {order for order in siblings if order in (DAY_FIRST, MONTH_FIRST)}
    if len(known) == 1:
        return Decision(key, known.pop(), "evidence", "The other columns of the table write dates so.")
    return _question(key, column, f"“{open_cells[0].strip()[:40]}” can be read in two ways.")


@lru_cache(maxsize=50_000)
def _parsed(text: str, order: str) -> Wall | None:
    head = _date_part(text, order)
    if head is None:
        return _bare(text)
    day, end = head
    rest = text[end:].strip(" ,")
    if not rest:
        return Wall(datetime(day.year, day.month, day.day))  # noqa: DTZ001 - a wall clock
    clock = CLOCK.fullmatch(rest)
    return _with_clock(day, clock) if clock else None


def _date_part(text: str, order: str) -> tuple[date, int] | None:
    """The date a text begins with, and where it ends."""
    if match := YEAR_FIRST.match(text):
        return _day(match[1], match[3], match[4], match.end())
    if match := YEAR_LAST.match(text):
        first, second = match[1], match[3]
        by_value = _by_value(int(first), match[2], int(second))
        if order in (DAY_FIRST, MONTH_FIRST) and by_value and by_value != order:
            return None
        is_day_first = (order or by_value) == DAY_FIRST
        day, month = (first, second) if is_day_first else (second, first)
        return _day(match[4], month, day, match.end())
    if match := DAY_NAMED.match(text):
        return _named_day(match[3], match[2], match[1], match.end())
    if match := MONTH_NAMED.match(text):
        return _named_day(match[3], match[1], match[2], match.end())
    return None


def _by_value(first: int, mark: str, second: int) -> str:
    """The order a single date gives away. With dots, nobody writes the month first."""
    if first > 12 or (mark == "." and second <= 12):
        return DAY_FIRST
    return MONTH_FIRST if second > 12 else ""


def _bare(text: str) -> Wall | None:
    """Digits only: compact dates, seconds or milliseconds since 1970, a spreadsheet's day count."""
    if EPOCH.fullmatch(text):
        seconds = int(text) / 10 ** (len(text) - 10)
        at = datetime.fromtimestamp(seconds, UTC)
        return Wall(at.replace(tzinfo=None), "UTC") if EARLIEST <= at.year < LATEST else None
    if match := COMPACT.fullmatch(text):
        head = _day(match[1], match[2], match[3], 0)
        if head and match[4]:
            return _at(head[0], int(match[4]), int(match[5]), int(match[6]), 0, _zone_text(match[7]))
        return Wall(datetime(head[0].year, head[0].month, head[0].day)) if head else None  # noqa: DTZ001
    if SERIAL.fullmatch(text):
        return Wall(DAY_ZERO + timedelta(seconds=round(float(text.replace(",", ".")) * 86_400)))
    return None


def _with_clock(day: date, clock: re.Match[str]) -> Wall | None:
    hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
    if half := (clock[5] or "").lower():
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    zone = _zone_text(clock[6])
    micro = int(((clock[4] or "") + "000000")[:6])
    return _at(day, hour, minute, second, micro, zone)


def _zone_text(text: str | None) -> str:
    zone = (text or "").strip().upper()
    return NAMED_OFFSETS.get(zone, zone)


def _at(day: date, hour: int, minute: int, second: int, micro: int, zone: str) -> Wall | None:
    if zone and zone not in ("UTC", "GMT") and not _is_offset(zone):
        return None
    try:
        return Wall(datetime(day.year, day.month, day.day, hour, minute, second, micro), zone)  # noqa: DTZ001
    except ValueError:
        return None


def _is_offset(zone: str) -> bool:
    match = OFFSET.fullmatch(zone)
    return bool(match and int(match[2]) <= 14 and int(match[3] or 0) <= 59)


def _named_day(year: str, month: str, day: str, end: int) -> tuple[date, int] | None:
    name = month.lower().rstrip(".")
    number = MONTH_NAMES.get(name) or MONTH_NAMES.get(name[:4]) or MONTH_NAMES.get(name[:3])
    return _day(year, str(number), day, end) if number else None


def _day(year: str, month: str, day: str, end: int) -> tuple[date, int] | None:
    full = int(year) + (2000 if len(year) == 2 else 0)
    if not EARLIEST <= full < LATEST:
        return None
    try:
        return date(full, int(month), int(day)), end
    except ValueError:
        return None


def _by_period(cells: Sequence[str], period: tuple[date, date] | None) -> str:
    if period is None:
        return ""
    fits = [
        order
        for order in (DAY_FIRST, MONTH_FIRST)
        if all((head := _date_part(text_of(cell), order)) and period[0] <= head[0] <= period[1] for cell in cells)
    ]
    return fits[0] if len(fits) == 1 else ""


def _by_order(cells: Sequence[str]) -> str:
    """The one reading under which at least three different days never go back, or never go forth."""
    fits = []
    for order in (DAY_FIRST, MONTH_FIRST):
        heads = [_date_part(text_of(cell), order) for cell in cells]
        days = [head[0] for head in heads if head]
        if len(set(days)) >= 3 and len(days) == len(cells) and days in (sorted(days), sorted(days, reverse=True)):
            fits.append(order)
    return fits[0] if len(fits) == 1 else ""


def _question(key: str, column: str, because: str) -> Question:
    return Question(
        key,
        f"How does the column “{column}” write dates?",
        ((DAY_FIRST, "Day first: 03/04 is 3 April"), (MONTH_FIRST, "Month first: 03/04 is 4 March")),
        because,
    )
