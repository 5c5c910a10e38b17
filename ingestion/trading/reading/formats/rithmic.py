"""Rithmic R|Trader: orders, working and completed, and the performance of closed trades.

One file may hold several accounts; copied trades are trades of each. The commission of an order may be blank while its
rate a contract is filled. Performance lists pairs with their result before costs and their costs together.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from ingestion.trading.reading.contracts import multiplier_of
from ingestion.trading.reading.formats.base import Cells, Column, Outcome, Table, TableFormat, What, accept, other
from ingestion.trading.reading.model import Kind, Line, ParsedExecution, ParsedTrade, StatedAccount
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
        at, quantity = cells.moment("at"), cells.quantity("quantity")
        commission = cells.maybe("commission")
        return accept(
            Kind.EXECUTION,
            ParsedExecution(
                symbol=cells.needed_text("symbol"),
                side=cells.side("side"),
                quantity=quantity,
                price=cells.decimal("price"),
                at=at.at,
                at_text=at.text,
                native_id=cells.id("order"),
                order_id=cells.id("order"),
                commission=-abs(commission) if commission is not None else -abs(cells.money("rate")) * quantity,
                account=cells.text("account"),
            ),
        )

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
        opened, closed = cells.moment("opened"), cells.moment("closed")
        return accept(
            Kind.TRADE,
            ParsedTrade(
                symbol=cells.needed_text("symbol"),
                multiplier=multiplier_of(cells.text("symbol")),
                direction=cells.side("side"),
                quantity=cells.quantity("quantity"),
                entry_price=cells.decimal("entry"),
                exit_price=cells.decimal("exit"),
                opened_at=opened.at,
                closed_at=closed.at,
                opened_text=opened.text,
                closed_text=closed.text,
                gross=cells.decimal("result"),
                commission=Decimal(0),
                fees=cells.cost("costs"),
                pair=(cells.id("entry_order"), cells.id("exit_order")),
                account=cells.text("account"),
                session_date=cells.day("day"),
            ),
        )

    def account(self, document: Document, table: Table, lines: Sequence[Line]) -> StatedAccount:
        return PLATFORM
