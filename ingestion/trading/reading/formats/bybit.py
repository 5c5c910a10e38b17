"""Bybit: closed profit and loss of derivatives. Times are UTC; there is no time of entry.

The closing direction is “Close Long” in some files; in others it is the side of the closing order, so that Sell closed
a long. Closed P&L is after trading fees and funding, so it does not follow from the prices.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from ingestion.trading.reading.formats.base import Cells, Column, Outcome, Table, TableFormat, What, accept
from ingestion.trading.reading.formats.coins import currency_of, quote_of
from ingestion.trading.reading.model import Kind, Line, ParsedTrade, StatedAccount
from ingestion.trading.reading.numbers import POINT
from ingestion.trading.reading.rows import Document

DIRECTIONS = {"close long": 1, "close short": -1}
EXITS = {"bust": "stopout", "liquidation": "stopout", "stop": "sl", "take": "tp"}


class BybitClosed(TableFormat):
    key: ClassVar[str] = "bybit"
    label: ClassVar[str] = "Bybit closed P&L"
    zone: ClassVar[str] = "UTC"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("symbol", "Contracts", also=("Market",)),
        Column("side", "Closing Direction"),
        Column("quantity", "Qty", What.DECIMAL, decimals=POINT, also=("Quantity", "Filled Quantity")),
        Column("entry", "Entry Price", What.DECIMAL, decimals=POINT),
        Column("exit", "Exit Price", What.DECIMAL, decimals=POINT),
        Column("result", "Closed P&L", What.DECIMAL, decimals=POINT, also=("Realized P&L",)),
        Column("reason", "Exit Type", needed=False),
        Column("closed", "Trade Time{}", What.MOMENT),
        Column("order", "Order No.", What.ID, needed=False),
    )

    def fits(self, cells: Cells) -> bool:
        return _direction(cells) in (1, -1)

    def record(self, cells: Cells) -> Outcome:
        closed, symbol, reason = cells.moment("closed"), cells.needed_text("symbol"), cells.text("reason").lower()
        return accept(
            Kind.TRADE,
            ParsedTrade(
                symbol=symbol,
                direction=_direction(cells),
                quantity=cells.quantity("quantity"),
                entry_price=cells.decimal("entry"),
                exit_price=cells.decimal("exit"),
                opened_at=None,
                closed_at=closed.at,
                opened_text="",
                closed_text=closed.text,
                gross=cells.decimal("result"),
                native_id=cells.id("order"),
                currency=currency_of(quote_of(symbol)),
                asset_class="crypto",
                exit_reason=next((word for start, word in EXITS.items() if reason.startswith(start)), ""),
                flags=("costs_included",),
            ),
        )

    def account(self, document: Document, table: Table, lines: Sequence[Line]) -> StatedAccount:
        return StatedAccount(broker="Bybit", mode="netting", zone="UTC")


def _direction(cells: Cells) -> int:
    """Of the position that was closed. Errors: BadValue."""
    word = " ".join(cells.text("side").lower().split())
    return DIRECTIONS[word] if word in DIRECTIONS else -cells.side("side")
