"""E*TRADE: transactions of an account, by day without times. The account stands above the table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from ingestion.trading.reading.formats.base import Cells, Column, Outcome, Table, TableFormat, What, accept, other
from ingestion.trading.reading.formats.cash import cash_kind
from ingestion.trading.reading.formats.common import fill_of
from ingestion.trading.reading.model import Kind, Line, ParsedCash, StatedAccount
from ingestion.trading.reading.moments import MONTH_FIRST
from ingestion.trading.reading.numbers import POINT
from ingestion.trading.reading.rows import Document

ACTIONS = {"bought": 1, "bought to open": 1, "bought to cover": 1, "bought to close": 1, "sold": -1, "sold short": -1,
           "sold to open": -1, "sold to close": -1}  # fmt: skip
NUMBER = re.compile(r"For Account:[,\s]*[#X*]*(\d{3,})", re.IGNORECASE)
CLASSES = {"eq": "stocks", "optn": "options"}


class Etrade(TableFormat):
    key: ClassVar[str] = "etrade"
    label: ClassVar[str] = "E*TRADE transactions"
    zone: ClassVar[str] = "America/New_York"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("at", "TransactionDate", What.MOMENT, dates=MONTH_FIRST),
        Column("action", "TransactionType"),
        Column("class", "SecurityType"),
        Column("symbol", "Symbol"),
        Column("quantity", "Quantity", What.DECIMAL, decimals=POINT),
        Column("amount", "Amount", What.DECIMAL, decimals=POINT),
        Column("price", "Price", What.DECIMAL, decimals=POINT),
        Column("commission", "Commission", What.DECIMAL, decimals=POINT),
        Column("description", "Description"),
    )

    def fits(self, cells: Cells) -> bool:
        return bool(cells.text("action")) and "/" in cells.text("at")

    def record(self, cells: Cells) -> Outcome:
        action = cells.text("action").lower()
        at = cells.moment("at")
        if action not in ACTIONS:
            amount = cells.maybe("amount")
            if not amount:
                return other(Kind.UNKNOWN, "unknown_type", "Kept, and not read as a trade.")
            kind = "financing" if "dividend" in action or "interest" in action else cash_kind(action, amount)
            return accept(Kind.CASH, ParsedCash(kind, amount, at.at, at.text, "usd", comment=cells.text("description")))
        asset = CLASSES.get(cells.text("class").lower(), "stocks")
        fill = fill_of(
            cells,
            side=ACTIONS[action],
            quantity=abs(cells.decimal("quantity")),
            effect="open" if "open" in action else "close" if "close" in action or "cover" in action else "",
            commission=cells.cost("commission"),
            currency="usd",
            multiplier=Decimal(100) if asset == "options" else Decimal(1),
            asset_class=asset,
        )
        return accept(Kind.EXECUTION, fill)

    def account(self, document: Document, table: Table, lines: Sequence[Line]) -> StatedAccount:
        above = " ".join(" ".join(row.cells) for row in document.rows[: table.match.index])
        number = NUMBER.search(above)
        return StatedAccount(
            numbers=(number[1],) if number else (), broker="E*TRADE", currency="usd", mode="netting",
            zone="America/New_York",
        )  # fmt: skip
