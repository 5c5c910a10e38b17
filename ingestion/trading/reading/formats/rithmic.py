"""Rithmic R|Trader: orders, working and completed, and the performance of closed trades.

One file may hold several accounts; copied trades are trades of each. The commission of an order may be blank while its
rate a contract is filled. Performance lists pairs with their result before costs and their costs together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from ingestion.trading.reading.formats.base import Cells, Column, Outcome, Table, TableFormat, What, accept, other
from ingestion.trading.reading.formats.common import fill_of, trade_of
from ingestion.trading.reading.model import Kind, Line, StatedAccount
from ingestion.trading.reading.rows import Document

PLATFORM = StatedAccount(broker="Rithmic", mode="netting")


class RithmicOrders(TableFormat):
    key: ClassVar[str] = "rithmic"
    label: ClassVar[str] = "Rithmic orders"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("account", "Account"),
        Column("status", "Status"),
        Column("side", "Buy/Sell", also=("B/S",)),
        Column("symbol", "Symbol"),
        Column("quantity", "Qty Filled", What.DECIMAL),
        Column("price", "Avg Fill Price", What.DECIMAL),
        Column("order", "Order Number", What.ID),
        Column("created", "Create Time", What.MOMENT, needed=False),
        Column("at", "Update Time", What.MOMENT),
        Column("commission", "Commission", What.DECIMAL, needed=False),
        Column("rate", "Commission Fill Rate", What.DECIMAL, needed=False),
    )

    def fits(self, cells: Cells) -> bool:
        return len([cell for cell in cells.row.cells if cell.strip()]) < 3 or cells.side("side") in (1, -1)

    def record(self, cells: Cells) -> Outcome:
        if not cells.text("side"):
            return other(Kind.SUMMARY)
        filled = cells.maybe("quantity")
        if not filled or cells.maybe("price") is None:
            return other(Kind.PENDING, "not_filled", "Nothing of this order was filled.")
        commission = cells.maybe("commission")
        by_rate = cells.money("rate") * cells.quantity("quantity")
        fill = fill_of(
            cells,
            native_id=cells.id("order"),
            order_id=cells.id("order"),
            commission=-abs(by_rate if commission is None else commission),
        )
        return accept(Kind.EXECUTION, fill)

    def account(self, document: Document, table: Table, lines: Sequence[Line]) -> StatedAccount:
        return PLATFORM


class RithmicPerformance(TableFormat):
    key: ClassVar[str] = "rithmic_performance"
    label: ClassVar[str] = "Rithmic performance"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("account", "AccountNumber", needed=False, also=("Account Number",)),
        Column("symbol", "Instrument", needed=False),
        Column("day", "Trade Date", What.MOMENT, needed=False),
        Column("quantity", "Fill Size", What.DECIMAL),
        Column("result", "Trade P&L", What.DECIMAL),
        Column("costs", "Commission & Fees", What.DECIMAL),
        Column("entry_order", "Entry Order Number", What.ID),
        Column("side", "Entry Buy/Sell"),
        Column("entry", "Entry Price", What.DECIMAL),
        Column("opened", "Entry Time", What.MOMENT),
        Column("exit_order", "Exit Order Number", What.ID),
        Column("exit", "Exit Price", What.DECIMAL),
        Column("closed", "Exit Time", What.MOMENT),
    )

    def fits(self, cells: Cells) -> bool:
        return cells.side("side") in (1, -1)

    def record(self, cells: Cells) -> Outcome:
        if not cells.text("side"):
            return other(Kind.SUMMARY)
        trade = trade_of(
            cells,
            gross=cells.decimal("result"),
            fees=cells.cost("costs"),
            pair=(cells.id("entry_order"), cells.id("exit_order")),
            session_date=cells.day("day"),
        )
        return accept(Kind.TRADE, trade)

    def account(self, document: Document, table: Table, lines: Sequence[Line]) -> StatedAccount:
        return PLATFORM
