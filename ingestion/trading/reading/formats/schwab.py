"""Schwab: brokerage transactions, by day without times. Trades, and money that moved; the last row adds up.

A date may read “01/06/2026 as of 01/05/2026”: the second is the day of the trade.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from ingestion.trading.reading.formats.base import Cells, Column, Outcome, Table, TableFormat, What, accept, other
from ingestion.trading.reading.formats.cash import cash_kind
from ingestion.trading.reading.model import Kind, Line, ParsedCash, ParsedExecution, StatedAccount
from ingestion.trading.reading.moments import MONTH_FIRST, Moment, to_moment
from ingestion.trading.reading.numbers import POINT
from ingestion.trading.reading.rows import Document

ACTIONS = {"buy": 1, "buy to open": 1, "buy to close": 1, "buy to cover": 1, "sell": -1, "sell short": -1,
           "sell to open": -1, "sell to close": -1}  # fmt: skip
AS_OF = " as of "


class Schwab(TableFormat):
    key: ClassVar[str] = "schwab"
    label: ClassVar[str] = "Schwab transactions"
    zone: ClassVar[str] = "America/New_York"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("at", "Date"),
        Column("action", "Action"),
        Column("symbol", "Symbol"),
        Column("description", "Description"),
        Column("quantity", "Quantity", What.DECIMAL, decimals=POINT),
        Column("price", "Price", What.DECIMAL, decimals=POINT),
        Column("fees", "Fees & Comm", What.DECIMAL, decimals=POINT),
        Column("amount", "Amount", What.DECIMAL, decimals=POINT),
    )

    def fits(self, cells: Cells) -> bool:
        return "/" in cells.text("at") and bool(cells.text("action"))

    def record(self, cells: Cells) -> Outcome:
        if "/" not in cells.text("at"):
            return other(Kind.SUMMARY)
        at, action = _day(cells), cells.text("action").lower()
        if action in ACTIONS:
            return accept(Kind.EXECUTION, _fill(cells, at, action))
        amount = cells.maybe("amount")
        if not amount:
            return other(Kind.UNKNOWN, "unknown_type", "Kept, and not read as a trade.")
        words = f"{cells.text('action')} {cells.text('description')}".strip()
        kind = "financing" if "dividend" in action or "interest" in action else cash_kind(action, amount)
        return accept(Kind.CASH, ParsedCash(kind, amount, at.at, at.text, "usd", comment=words))

    def account(self, document: Document, table: Table, lines: Sequence[Line]) -> StatedAccount:
        return StatedAccount(broker="Schwab", currency="usd", mode="netting", zone="America/New_York")


def _day(cells: Cells) -> Moment:
    text = cells.text("at")
    day = text.split(AS_OF)[-1] if AS_OF in text else text
    found = to_moment(day, MONTH_FIRST, cells.table.conventions.zone_in_use)
    assert found is not None
    return Moment(found.at, text, found.ambiguous)


def _fill(cells: Cells, at: Moment, action: str) -> ParsedExecution:
    symbol = cells.needed_text("symbol")
    is_option = " " in symbol and symbol.split()[-1] in ("C", "P")
    return ParsedExecution(
        symbol=symbol,
        side=ACTIONS[action],
        quantity=abs(cells.decimal("quantity")),
        price=cells.decimal("price"),
        at=at.at,
        at_text=at.text,
        effect="open" if "open" in action else "close" if "close" in action or "cover" in action else "",
        commission=-abs(cells.money("fees")),
        currency="usd",
        multiplier=Decimal(100) if is_option else Decimal(1),
        asset_class="options" if is_option else "stocks",
    )
