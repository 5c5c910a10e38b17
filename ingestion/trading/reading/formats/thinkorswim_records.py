"""From rows of thinkorswim's sections to fills, cash and costs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from ingestion.trading.reading.contracts import multiplier_of
from ingestion.trading.reading.formats.base import BadValue, Cells, Outcome, accept, is_null, other
from ingestion.trading.reading.formats.cash import cash_kind
from ingestion.trading.reading.model import Kind, ParsedCash, ParsedExecution
from ingestion.trading.reading.numbers import to_decimal

EFFECTS = {"TO OPEN": "open", "TO CLOSE": "close", "OPEN": "open", "CLOSE": "close"}
OPTIONS = frozenset({"CALL", "PUT"})
KINDS = {"DOI": "financing", "JRN": "transfer", "INT": "financing", "CRC": "adjustment"}
NO_CASH = frozenset({"RAD"})  # securities received or delivered: assignments, expiries
TRADED = re.compile(r"(?:^|\s)(BOT|SOLD)\s+([-+]?[\d,.]+)\s+(.+?)\s+@([-\d,.]+)", re.IGNORECASE)
SHARES_OF_AN_OPTION = Decimal(100)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one trade cost, as the cash section tells it."""

    number: int  # of the line
    at: datetime
    symbol: str
    quantity: Decimal
    price: Decimal
    commission: Decimal
    fees: Decimal


@dataclass(slots=True)
class TradeRow:
    """Legs of one order share the time, effect and side-by-side rows of their first leg."""

    first: dict[int, Cells] = field(default_factory=dict)  # row number → first leg
    _last: Cells | None = None

    def see(self, cells: Cells, index: int) -> None:
        if not is_null(cells.text("at")):
            self._last = cells
        if self._last is not None:
            self.first[cells.row.number] = self._last

    def execution(self, cells: Cells) -> Outcome:
        first = self.first.get(cells.row.number)
        if first is None:
            raise BadValue("no_first_leg", "This leg has no time, and no leg above it has one.")
        at, quantity = first.moment("at"), cells.decimal("quantity")
        if not quantity:
            raise BadValue("bad_quantity", "A quantity of 0 cannot be traded.")
        root, kind = cells.needed_text("symbol"), cells.text("type").upper()
        is_option = kind in OPTIONS
        is_future = root.startswith("/")
        symbol = " ".join((root, cells.text("expiry"), cells.text("strike"), kind)) if is_option else root
        return accept(
            Kind.EXECUTION,
            ParsedExecution(
                symbol=symbol,
                side=cells.side("side"),
                quantity=abs(quantity),
                price=cells.decimal("price"),
                at=at.at,
                at_text=at.text,
                effect=EFFECTS.get(cells.text("effect").upper(), ""),
                currency="usd",
                multiplier=_multiplier(root, is_option=is_option, is_future=is_future),
                asset_class="options" if is_option else "futures" if is_future else "stocks",
            ),
        )


@dataclass(slots=True)
class CashRow:
    """Rows of Cash Balance and Futures Statements. Costs of trades are collected, everything else is cash."""

    costs: list[Cost] = field(default_factory=list)

    def cash(self, cells: Cells) -> Outcome:
        kind, text = cells.text("type").upper(), cells.text("description")
        if kind == "BAL":
            return other(Kind.SUMMARY)
        at = cells.moment("at", "time")
        if kind == "TRD":
            self._cost(cells, at.at, text)
            return other(Kind.SUMMARY, "other_level", "The trade itself stands in Account Trade History.")
        amount = cells.money("amount")
        if kind in NO_CASH or not kind or not amount:
            reason = f"“{text[:120]}” is no cash movement we know."
            return other(Kind.UNKNOWN, "unknown_type", reason)
        flow = KINDS.get(kind) or cash_kind("" if kind == "EFN" else text, amount)
        return accept(Kind.CASH, ParsedCash(flow, amount, at.at, at.text, "usd", _reference(cells), comment=text[:255]))

    def _cost(self, cells: Cells, at: datetime, text: str) -> None:
        commission, fees = cells.cost("fees"), cells.cost("misc")
        if not commission and not fees:
            return
        match = TRADED.search(text)
        quantity = to_decimal(match[2]) if match else None
        price = to_decimal(match[4]) if match else None
        words = match[3].split() if match else []
        symbol = next((word for word in words if word.startswith("/") or (word.isupper() and word not in SPREADS)), "")
        self.costs.append(
            Cost(cells.row.number, at, symbol, abs(quantity or Decimal(0)), price or Decimal(0), commission, fees)
        )


SPREADS = frozenset(
    [
        "VERTICAL",
        "CALENDAR",
        "DIAGONAL",
        "BUTTERFLY",
        "CONDOR",
        "STRADDLE",
        "STRANGLE",
        "IRON",
        "COVERED",
        "COLLAR",
        "COMBO",
        "CUSTOM",
        "ROLL",
        "BACKRATIO",
    ]
)


def _reference(cells: Cells) -> str:
    return cells.id("reference").strip('="')


def _multiplier(root: str, *, is_option: bool, is_future: bool) -> Decimal | None:
    if is_future:
        return multiplier_of(root)
    return SHARES_OF_AN_OPTION if is_option else Decimal(1)
