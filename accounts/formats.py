"""How a number is read by people: the one table of short and long forms, by unit.

Rounding is half up, as invoices are. A missing value is an em dash; zero is 0. The minus sign is a true minus.
The units are those of the metric registry, plus a few that only screens use.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from accounts.money import MINUS, format_money

DASH = "—"
NARROW = "\u202f"
NBSP = "\u00a0"

Number = Decimal | int


def number(value: Number | None, places: int = 0) -> str:
    """`1,234.5`; as many decimals as `places` says."""
    if value is None:
        return DASH
    rounded = _round(Decimal(value), places)
    return f"{MINUS if rounded < 0 else ''}{abs(rounded):,.{places}f}"


def compact(value: Number | None) -> str:
    """Counts in a KPI: `942`, `9,420`, `94.2k`, `1.3M`."""
    if value is None:
        return DASH
    amount = Decimal(value)
    for limit, divisor, suffix in ((10**9, 10**9, "B"), (10**6, 10**6, "M"), (10**4, 10**3, "k")):
        if abs(amount) >= limit:
            return f"{number(amount / divisor, 1)}{suffix}"
    return number(amount)


def percent(fraction: Number | None, places: int = 1) -> str:
    """A fraction as a percentage: `0.0072` with one place is `0.7%`; under 1 % it takes one place more."""
    if fraction is None:
        return DASH
    value = Decimal(fraction) * 100
    if places == 1 and value and abs(value) < 1:
        places = 2
    return f"{number(value, places)}%"


def points_of_percent(fraction: Number | None) -> str:
    """A difference of two rates, in percentage points and always signed: `+0.07 pp`."""
    if fraction is None:
        return DASH
    value = Decimal(fraction) * 100
    return f"{signed(value, 2 if abs(value) < 1 else 1)}{NBSP}pp"


def signed(value: Number | None, places: int = 0) -> str:
    """A change: `+3`, `−3`, `0`."""
    if value is None:
        return DASH
    rounded = _round(Decimal(value), places)
    return f"{'+' if rounded > 0 else ''}{number(rounded, places)}"


def duration(seconds: Number | timedelta | None) -> str:
    """Two units at most: `45s`, `3m 05s`, `2h 07m`, `4d 03h`."""
    if seconds is None:
        return DASH
    whole = int(_round(Decimal(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds), 0))
    for size, unit, smaller, part in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "m"), (60, "m", 1, "s")):
        if whole >= size:
            return f"{whole // size}{unit}{NBSP}{whole % size // smaller:02d}{part}"
    return f"{whole}s"


def money(minor: Number | None, currency: str, *, short: bool = False) -> str:
    """Minor units of `currency`; a mean of amounts is rounded to a whole minor unit first."""
    if minor is None:
        return DASH
    return format_money(int(_round(Decimal(minor), 0)), currency, short=short)


def day(value: date | datetime | None, zone: str = "") -> str:
    """`15 Jun 2026`."""
    return f"{value:%-d %b %Y}" if value else DASH


def month(value: date | datetime | None) -> str:
    """`Jun 2026`."""
    return f"{value:%b %Y}" if value else DASH


def plural(count: Number, word: str, words: str = "") -> str:
    """`1 charge`, `2 charges`."""
    return f"{number(count)}{NBSP}{word if count == 1 else words or word + 's'}"


_LONG: dict[str, Callable[[Number], str]] = {
    "rate": lambda value: percent(value, 2),
    "count": number,
    "months": lambda value: plural(_round(Decimal(value), 0), "month"),
    "days": lambda value: plural(_round(Decimal(value), 0), "day"),
    "index": lambda value: number(value, 2),
    "points": lambda value: number(value, 1),
    "seconds": duration,
}
_SHORT: dict[str, Callable[[Number], str]] = {
    **_LONG,
    "rate": percent,
    "count": compact,
    "points": lambda value: number(value, 1 if Decimal(value) % 1 else 0),
}


def by_unit(value: Number | None, unit: str, *, currency: str = "", short: bool = False) -> str:
    """The long (table, tooltip) or short (KPI) form of a value in `unit`.

    Errors: KeyError for an unknown unit, UnknownCurrency for money without a known currency.
    """
    if value is None:
        return DASH
    if unit == "money":
        return money(value, currency, short=short)
    return (_SHORT if short else _LONG)[unit](value)


def _round(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
