"""Readings by hand, and a far side that gives them: each file of a test is a text that stands for a reading."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Business
from ingestion.models import Source, Statement
from ingestion.trading.reading.document import Unreadable
from ingestion.trading.reading.model import (
    Decision,
    Hints,
    Kind,
    Line,
    Parsed,
    ParsedCash,
    ParsedExecution,
    ParsedTrade,
    Reading,
    StatedAccount,
)
from ingestion.trading.statements.receive import receive

START = datetime(2026, 3, 2, 14, tzinfo=UTC)


def parsed_trade(minute: int = 0, gross: str = "10", **fields: Any) -> ParsedTrade:
    """A long MNQ of five minutes that opened `minute` minutes after START."""
    opened = START + timedelta(minutes=minute)
    known: dict[str, Any] = {
        "symbol": "MNQM6",
        "direction": 1,
        "quantity": Decimal(1),
        "entry_price": Decimal(20000) + minute,
        "exit_price": Decimal(20000) + minute + Decimal(gross) / 2,
        "opened_at": opened,
        "closed_at": opened + timedelta(minutes=5),
        "opened_text": opened.isoformat(),
        "closed_text": (opened + timedelta(minutes=5)).isoformat(),
        "gross": Decimal(gross),
        "commission": Decimal("-1.24"),
        "multiplier": Decimal(2),
    }
    return ParsedTrade(**(known | fields))


def parsed_fill(minute: int, side: int, price: str = "20000", quantity: str = "1", **fields: Any) -> ParsedExecution:
    at = START + timedelta(minutes=minute)
    known: dict[str, Any] = {"symbol": "MNQM6", "at_text": at.isoformat(), "multiplier": Decimal(2)}
    known |= {"side": side, "quantity": Decimal(quantity), "price": Decimal(price), "at": at}
    return ParsedExecution(**(known | fields))


def parsed_cash(amount: str = "1000", minute: int = -60, **fields: Any) -> ParsedCash:
    at = START + timedelta(minutes=minute)
    known: dict[str, Any] = {"kind": "deposit", "amount": Decimal(amount), "at": at, "at_text": ""}
    return ParsedCash(**(known | fields))


KINDS = {ParsedTrade: Kind.TRADE, ParsedExecution: Kind.EXECUTION, ParsedCash: Kind.CASH}


def reading_of(*records: Parsed | Line, form: str = "projectx", **fields: Any) -> Reading:
    """A file of a header and a line for each record; lines given as such are taken as they are."""
    lines = [Line(1, ("Id", "Symbol"), Kind.HEADER)]
    for number, one in enumerate(records, start=2):
        if isinstance(one, Line):
            lines.append(replace(one, number=number))
        else:
            lines.append(Line(number, (str(number), getattr(one, "symbol", "")), KINDS[type(one)], records=(one,)))
    known: dict[str, Any] = {
        "label": form.upper(),
        "version": "1",
        "confidence": Decimal("0.9"),
        "encoding": "utf-8",
        "delimiter": ",",
        "header": ("Id", "Symbol"),
        "account": StatedAccount(("ACC-1001",), currency="usd"),
        "decisions": (Decision("zone", "cell", "cell", ""),),
    }
    return Reading(form, lines=tuple(lines), **(known | fields))


def bad_line(
    code: str = "bad_number", reason: str = "“=1+2” is no number.", cells: tuple[str, ...] = ("=1+2",)
) -> Line:
    return Line(0, cells, Kind.BAD, reason_code=code, reason=reason)


class FarSide:
    """Stands in for the reader: gives the reading a text was registered for, and what it was told beforehand."""

    def __init__(self) -> None:
        self.readings: dict[bytes, Any] = {}
        self.hints: list[Hints] = []

    def file(self, name: str, reading: Any) -> bytes:
        """The bytes that stand for `reading`: a Reading, a function from hints to one, or an error."""
        data = name.encode()
        self.readings[data] = reading
        return data

    def read(self, data: bytes, *, filename: str = "", hints: Hints | None = None) -> Reading:
        self.hints.append(hints or Hints())
        found = self.readings.get(bytes(data))
        if found is None:
            raise Unreadable("not_a_statement", "This is no statement.")
        if isinstance(found, Exception):
            raise found
        reading: Reading = found(hints or Hints()) if callable(found) else found
        return reading


def upload(business: Business, data: bytes, *, way: str = "file", account: Source | None = None) -> Statement:
    """Receive a file as its owner does."""
    statement, _ = receive(
        business, data=data, filename="statement.csv", way=way, user=None, now=timezone.now(), account=account
    )
    return statement
