"""Tradovate: “Performance”, the paired position history, and orders.

A row of Performance and of the position history is a pair of fills, so a fill's number may stand in several rows, and
nothing says whether the buy opened or closed but its time. Results are before fees. Times have no zone; newer files
write milliseconds since 1970. Cells of orders are padded with spaces.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from ingestion.trading.reading.formats.base import Cells, Column, Outcome, Table, TableFormat, What, accept, other
from ingestion.trading.reading.formats.common import fill_of
from ingestion.trading.reading.formats.pairs import paired
from ingestion.trading.reading.model import Kind, Line, StatedAccount
from ingestion.trading.reading.moments import MONTH_FIRST
from ingestion.trading.reading.numbers import POINT
from ingestion.trading.reading.rows import Document

NETTING = StatedAccount(broker="Tradovate", mode="netting")
FILLED = "filled"


class TradovatePerformance(TableFormat):
    key: ClassVar[str] = "tradovate"
    label: ClassVar[str] = "Tradovate performance"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("symbol", "symbol"),
        Column("tick", "_tickSize", needed=False),
        Column("buy_id", "buyFillId", What.ID),
        Column("sell_id", "sellFillId", What.ID),
        Column("quantity", "qty", What.DECIMAL, decimals=POINT),
        Column("buy", "buyPrice", What.DECIMAL, decimals=POINT),
        Column("sell", "sellPrice", What.DECIMAL, decimals=POINT),
        Column("result", "pnl", What.DECIMAL, decimals=POINT),
        Column("bought", "boughtTimestamp", What.MOMENT, dates=MONTH_FIRST),
        Column("sold", "soldTimestamp", What.MOMENT, dates=MONTH_FIRST),
    )

    def fits(self, cells: Cells) -> bool:
        return cells.text("buy_id").isdigit() and cells.text("sell_id").isdigit()

    def record(self, cells: Cells) -> Outcome:
        return accept(Kind.TRADE, paired(cells))

    def account(self, document: Document, table: Table, lines: Sequence[Line]) -> StatedAccount:
        return NETTING


class TradovatePositions(TableFormat):
    key: ClassVar[str] = "tradovate_positions"
    label: ClassVar[str] = "Tradovate position history"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("position", "Position ID", What.ID),
        Column("day", "Trade Date", What.MOMENT, needed=False),
        Column("account", "Account", needed=False),
        Column("symbol", "Contract"),
        Column("pair", "Pair ID", What.ID),
        Column("buy_id", "Buy Fill ID", What.ID),
        Column("sell_id", "Sell Fill ID", What.ID),
        Column("quantity", "Paired Qty", What.DECIMAL, decimals=POINT),
        Column("buy", "Buy Price", What.DECIMAL, decimals=POINT),
        Column("sell", "Sell Price", What.DECIMAL, decimals=POINT),
        Column("result", "P/L", What.DECIMAL, decimals=POINT),
        Column("currency", "Currency", needed=False),
        Column("bought", "Bought Timestamp", What.MOMENT, dates=MONTH_FIRST),
        Column("sold", "Sold Timestamp", What.MOMENT, dates=MONTH_FIRST),
    )

    def fits(self, cells: Cells) -> bool:
        return not cells.text("pair") or cells.text("buy_id").isdigit()

    def record(self, cells: Cells) -> Outcome:
        if not cells.text("pair"):
            return other(Kind.OPEN, "open_position", "A position without a pair is open.")
        session: date | None = cells.day("day")
        return accept(Kind.TRADE, paired(cells, currency=cells.text("currency").lower(), session=session))

    def account(self, document: Document, table: Table, lines: Sequence[Line]) -> StatedAccount:
        return NETTING


class TradovateOrders(TableFormat):
    key: ClassVar[str] = "tradovate_orders"
    label: ClassVar[str] = "Tradovate orders"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("id", "orderId", What.ID),
        Column("account", "Account", needed=False),
        Column("side", "B/S"),
        Column("symbol", "Contract"),
        Column("price", "avgPrice", What.DECIMAL, decimals=POINT),
        Column("quantity", "filledQty", What.DECIMAL, decimals=POINT),
        Column("at", "Fill Time", What.MOMENT, dates=MONTH_FIRST),
        Column("status", "Status"),
    )

    def fits(self, cells: Cells) -> bool:
        return cells.side("side") in (1, -1)

    def record(self, cells: Cells) -> Outcome:
        if cells.text("status").lower() != FILLED:
            return other(Kind.PENDING, "not_filled", "Only filled orders are trades.")
        return accept(Kind.EXECUTION, fill_of(cells, native_id=cells.id("id"), order_id=cells.id("id")))

    def account(self, document: Document, table: Table, lines: Sequence[Line]) -> StatedAccount:
        return NETTING
