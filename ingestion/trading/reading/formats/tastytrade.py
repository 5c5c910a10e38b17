"""tastytrade: transaction history. Trades with their multiplier, and money that moved; times carry their offset.

Quantities have no sign, values have; commissions and fees are negative. What was bought or sold to open or to close
says so in the action.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from ingestion.trading.reading.formats.base import Cells, Column, Outcome, Table, TableFormat, What, accept, other
from ingestion.trading.reading.formats.cash import cash_kind
from ingestion.trading.reading.model import Kind, Line, ParsedCash, ParsedExecution, StatedAccount
from ingestion.trading.reading.numbers import POINT
from ingestion.trading.reading.rows import Document

CLASSES = {"equity": "stocks", "equity option": "options", "future": "futures", "future option": "options",
           "cryptocurrency": "crypto"}  # fmt: skip


class Tastytrade(TableFormat):
    key: ClassVar[str] = "tastytrade"
    label: ClassVar[str] = "tastytrade transactions"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("at", "Date", What.MOMENT),
        Column("type", "Type"),
        Column("sub", "Sub Type", needed=False),
        Column("action", "Action"),
        Column("symbol", "Symbol"),
        Column("class", "Instrument Type"),
        Column("description", "Description"),
        Column("value", "Value", What.DECIMAL, decimals=POINT),
        Column("quantity", "Quantity", What.DECIMAL, decimals=POINT),
        Column("price", "Average Price", What.DECIMAL, decimals=POINT),
        Column("commission", "Commissions", What.DECIMAL, decimals=POINT),
        Column("fees", "Fees", What.DECIMAL, decimals=POINT),
        Column("multiplier", "Multiplier", What.DECIMAL, decimals=POINT),
        Column("order", "Order #", What.ID, needed=False),
        Column("currency", "Currency", needed=False),
    )

    def fits(self, cells: Cells) -> bool:
        return cells.text("type").lower() in ("trade", "money movement", "receive deliver")

    def record(self, cells: Cells) -> Outcome:
        kind = cells.text("type").lower()
        if kind == "money movement":
            at, amount = cells.moment("at"), cells.decimal("value") + cells.money("commission") + cells.money("fees")
            words = f"{cells.text('sub')} {cells.text('description')}".strip()
            return accept(Kind.CASH, ParsedCash(cash_kind(words.lower(), amount), amount, at.at, at.text, "usd",
                                                comment=words))  # fmt: skip
        if kind != "trade":
            return other(Kind.UNKNOWN, "unknown_type", "Kept, and not read as a trade.")
        return accept(Kind.EXECUTION, _fill(cells))

    def account(self, document: Document, table: Table, lines: Sequence[Line]) -> StatedAccount:
        return StatedAccount(broker="tastytrade", currency="usd", mode="netting")


def _fill(cells: Cells) -> ParsedExecution:
    """The price is the average a unit; the file prints it with the multiplier taken in."""
    at, action = cells.moment("at"), cells.text("action").lower().replace("_", " ")
    quantity, multiplier = cells.quantity("quantity"), cells.maybe("multiplier") or Decimal(1)
    asset = CLASSES.get(cells.text("class").lower(), "")
    value = cells.maybe("value")
    price = abs(value) / (quantity * multiplier) if value else abs(cells.decimal("price")) / multiplier
    return ParsedExecution(
        symbol=cells.needed_text("symbol"),
        side=1 if action.startswith("buy") else -1 if action.startswith("sell") else cells.side("action"),
        quantity=quantity,
        price=price,
        at=at.at,
        at_text=at.text,
        order_id=cells.id("order"),
        effect="open" if "open" in action else "close" if "close" in action else "",
        commission=-abs(cells.money("commission")),
        fees=-abs(cells.money("fees")),
        currency=(cells.text("currency") or "usd").lower()[:3],
        multiplier=multiplier,
        asset_class=asset,
    )
