"""Numbers and dates as people's spreadsheets write them.

Stripe writes `1234.50` and `2026-09-01 14:03`. A file that went through a spreadsheet may say `1.234,50` or
`8/6/2026 12:00`. One file follows one convention: it is found from the values that allow only one reading, and a file
whose values allow two is refused. Guessing would move money by a factor of a thousand, or to another month.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from accounts.errors import InvalidInput
from accounts.money import exponent
from ingestion.providers.stripe.mapping.fields import Unreadable

NUMBER = re.compile(r"-?\d[\d.,]*")
GROUPED = re.compile(r"-?\d{1,3}([.,])\d{3}")
TIME = r"(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?(?:Z|\+00:00| UTC)?"
ISO = re.compile(rf"(\d{{4}})-(\d{{2}})-(\d{{2}}){TIME}")
DOTTED = re.compile(rf"(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}}){TIME}")
SLASHED = re.compile(rf"(\d{{1,2}})[/-](\d{{1,2}})[/-](\d{{4}}){TIME}")
DAY_FIRST, MONTH_FIRST = "day first", "month first"


@dataclass(frozen=True, slots=True)
class Cell:
    """One value with the line it stands in, for messages that a person can follow."""

    line: int
    text: str
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Conventions:
    """How one file writes decimals and slashed dates."""

    decimal: str = "."
    order: str = MONTH_FIRST

    def minor(self, text: str, currency: str) -> int:
        """Minor units of an amount. Errors: Unreadable for anything that is not an exact amount of `currency`."""
        plain = _plain(text)
        group = _other(self.decimal)
        if not _well_formed(plain, self.decimal, group):
            raise Unreadable("bad_amount", f"{text!r} is not an amount.")
        amount = Decimal(plain.replace(group, "").replace(self.decimal, "."))
        minor = amount.scaleb(exponent(currency))
        if minor != minor.to_integral_value():
            raise Unreadable("bad_amount", f"{text!r} has more decimals than {currency.upper()}.")
        return int(minor)

    def unix(self, text: str) -> int:
        """Seconds since 1970 of a UTC date or date and time. Errors: Unreadable."""
        if match := ISO.fullmatch(text):
            year, month, day, *clock = match.groups()
        elif match := DOTTED.fullmatch(text):
            day, month, year, *clock = match.groups()
        elif match := SLASHED.fullmatch(text):
            left, right, year, *clock = match.groups()
            day, month = (left, right) if self.order == DAY_FIRST else (right, left)
        else:
            raise Unreadable("bad_date", f"{text!r} is not a date.")
        try:
            hour, minute, second = (int(part or 0) for part in clock)
            moment = datetime(int(year), int(month), int(day), hour, minute, second, tzinfo=UTC)
        except ValueError:
            raise Unreadable("bad_date", f"{text!r} is not a date.") from None
        return int(moment.timestamp())


class ConventionFinder:
    """Looks at every amount and date of a file once, and says which convention holds."""

    def __init__(self) -> None:
        self._decimals: dict[str, Cell] = {}
        self._orders: dict[str, Cell] = {}
        self._open_number: Cell | None = None
        self._open_date: Cell | None = None

    def see_amounts(self, cells: Iterable[Cell]) -> None:
        for cell in cells:
            self._see_amount(cell)

    def see_dates(self, cells: Iterable[Cell]) -> None:
        for cell in cells:
            self._see_date(cell)

    def conventions(self) -> Conventions:
        """Errors: InvalidInput when the file mixes conventions, or allows two readings."""
        return Conventions(decimal=self._decimal(), order=self._order())

    def _see_amount(self, cell: Cell) -> None:
        text = _plain(cell.text)
        if not NUMBER.fullmatch(text) or not ("." in text or "," in text):
            return
        if match := GROUPED.fullmatch(text):
            if match[1] == "." and _has_three_decimals(cell.currency):
                self._decimals.setdefault(".", cell)
            elif self._open_number is None:
                self._open_number = cell
            return
        last = max(text.rfind("."), text.rfind(","))
        repeated = text.count(text[last]) > 1
        point, group = (text[last], "") if not repeated else ("", text[last])
        point, group = point or _other(group), group or _other(point)
        if _well_formed(text, point, group):
            self._decimals.setdefault(point, cell)

    def _see_date(self, cell: Cell) -> None:
        match = SLASHED.fullmatch(cell.text)
        if not match:
            return
        first, second = int(match[1]), int(match[2])
        if first > 12 >= second:
            self._orders.setdefault(DAY_FIRST, cell)
        elif second > 12 >= first:
            self._orders.setdefault(MONTH_FIRST, cell)
        elif first != second and self._open_date is None:
            self._open_date = cell

    def _decimal(self) -> str:
        if len(self._decimals) > 1:
            raise _refused("mixed_decimals", "decimals in two ways", *self._decimals.values())
        if self._decimals:
            return next(iter(self._decimals))
        if self._open_number is not None:
            raise _refused("ambiguous_decimals", "an amount that can be read in two ways", self._open_number)
        return "."

    def _order(self) -> str:
        if len(self._orders) > 1:
            raise _refused("mixed_dates", "dates in two ways", *self._orders.values())
        if self._orders:
            return next(iter(self._orders))
        if self._open_date is not None:
            raise _refused("ambiguous_dates", "a date that can be read in two ways", self._open_date)
        return MONTH_FIRST


def _plain(text: str) -> str:
    return text.strip().replace("\u2212", "-").replace("\u00a0", "").replace("\u202f", "")


def _well_formed(text: str, point: str, group: str) -> bool:
    p, g = re.escape(point), re.escape(group)
    return re.fullmatch(rf"-?(?:\d+|\d{{1,3}}(?:{g}\d{{3}})+)(?:{p}\d+)?", text) is not None


def _other(mark: str) -> str:
    return "," if mark == "." else "."


def _has_three_decimals(currency: str) -> bool:
    try:
        return exponent(currency) == 3
    except InvalidInput:
        return False


def _refused(code: str, what: str, *cells: Cell) -> InvalidInput:
    places = " and ".join(f"{cell.text!r} in line {cell.line}" for cell in cells)
    return InvalidInput(
        f"The file writes {what}: {places}. Upload it as Stripe exported it, without opening it in a spreadsheet.",
        code=code,
        lines=[cell.line for cell in cells],
    )
