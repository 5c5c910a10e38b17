"""ProjectX (TopstepX and other firms' desks): trades and orders.

Times carry their offset. PnL is before fees, fees are positive. TradeDay is the session, which begins at 17:00 in
Chicago; it is not the calendar day. Two real trades may differ in nothing but their Id. Bid is a buy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from ingestion.trading.reading.formats.base import Cells, Column, Outcome, Table, TableFormat, What, accept, other
from ingestion.trading.reading.formats.common import fill_of, trade_of
from ingestion.trading.reading.model import Kind, Line, StatedAccount
from ingestion.trading.reading.moments import MONTH_FIRST
from ingestion.trading.reading.numbers import POINT
from ingestion.trading.reading.rows import Document

DESK = StatedAccount(broker="ProjectX", currency="usd", mode="netting")
EFFECTS = {"opening": "open", "closing": "close"}


class ProjectX(TableFormat):
    key: ClassVar[str] = "projectx"
    label: ClassVar[str] = "ProjectX trades"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("id", "Id", What.ID),
        Column("symbol", "ContractName"),
        Column("opened", "EnteredAt", What.MOMENT, dates=MONTH_FIRST),
        Column("closed", "ExitedAt", What.MOMENT, dates=MONTH_FIRST),
        Column("entry", "EntryPrice", What.DECIMAL, decimals=POINT),
        Column("exit", "ExitPrice", What.DECIMAL, decimals=POINT),
        Column("fees", "Fees", What.DECIMAL, decimals=POINT),
        Column("result", "PnL", What.DECIMAL, decimals=POINT),
        Column("quantity", "Size", What.DECIMAL, decimals=POINT),
        Column("side", "Type"),
        Column("day", "TradeDay", What.MOMENT, needed=False, dates=MONTH_FIRST),
        Column("commission", "Commissions", What.DECIMAL, needed=False, decimals=POINT),
    )

    def fits(self, cells: Cells) -> bool:
        return cells.side("side") in (1, -1)

    def record(self, cells: Cells) -> Outcome:
        trade = trade_of(
            cells,
            gross=cells.decimal("result"),
            native_id=cells.id("id"),
            fees=cells.cost("fees"),
            commission=cells.cost("commission"),
            currency="usd",
            session_date=cells.day("day"),
        )
        return accept(Kind.TRADE, trade)

    def account(self, document: Document, table: Table, lines: Sequence[Line]) -> StatedAccount:
        return DESK


class ProjectXOrders(TableFormat):
    key: ClassVar[str] = "projectx_orders"
    label: ClassVar[str] = "ProjectX orders"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("id", "Id", What.ID),
        Column("account", "AccountName"),
        Column("symbol", "ContractName"),
        Column("status", "Status"),
        Column("quantity", "Size", What.DECIMAL, decimals=POINT),
        Column("side", "Side"),
        Column("day", "TradeDay", What.MOMENT, needed=False, dates=MONTH_FIRST),
        Column("at", "FilledAt", What.MOMENT, dates=MONTH_FIRST),
        Column("price", "ExecutePrice", What.DECIMAL, decimals=POINT),
        Column("effect", "PositionDisposition"),
    )

    def fits(self, cells: Cells) -> bool:
        return cells.side("side") in (1, -1)

    def record(self, cells: Cells) -> Outcome:
        if cells.text("status").lower() != "filled":
            return other(Kind.PENDING, "not_filled", "Only filled orders are trades.")
        fill = fill_of(
            cells,
            native_id=cells.id("id"),
            order_id=cells.id("id"),
            effect=EFFECTS.get(cells.text("effect").lower(), ""),
            currency="usd",
            session_date=cells.day("day"),
        )
        return accept(Kind.EXECUTION, fill)

    def account(self, document: Document, table: Table, lines: Sequence[Line]) -> StatedAccount:
        return DESK
