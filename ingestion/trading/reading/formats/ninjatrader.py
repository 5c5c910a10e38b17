"""NinjaTrader 8: the grids “Executions” and “Trades” of Trade Performance, in US or local writing.

Lines end with a separator. Profit of a trade is after all of its fees, so what it was before them is computed here; MAE
and MFE are money without a sign. The number of a trade counts the rows of this export and identifies nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from ingestion.trading.reading.formats.base import (
    BadValue,
    Cells,
    Column,
    Outcome,
    Table,
    TableFormat,
    What,
    accept,
    other,
)
from ingestion.trading.reading.formats.common import fill_of, trade_of
from ingestion.trading.reading.model import Kind, Line, StatedAccount
from ingestion.trading.reading.rows import Document

PLATFORM = StatedAccount(broker="NinjaTrader", mode="netting")
EFFECTS = {"entry": "open", "exit": "close"}
STOPS = re.compile(r"\bstop", re.IGNORECASE)
TARGETS = re.compile(r"target|profit", re.IGNORECASE)
FEES = ("clearing", "exchange_fee", "ip_fee", "nfa_fee")


def _side(text: str) -> int:
    """Buy, BuyToCover, Sell, SellShort. Errors: BadValue."""
    word = text.lower().replace(" ", "")
    if word.startswith(("buy", "sell")):
        return 1 if word.startswith("buy") else -1
    raise BadValue("bad_side", f"“{text[:40]}” is neither buy nor sell.")


class NinjaExecutions(TableFormat):
    key: ClassVar[str] = "ninjatrader"
    label: ClassVar[str] = "NinjaTrader executions"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("symbol", "Instrument"),
        Column("side", "Action"),
        Column("quantity", "Quantity", What.DECIMAL),
        Column("price", "Price", What.DECIMAL),
        Column("at", "Time", What.MOMENT),
        Column("id", "ID", What.ID, needed=False),
        Column("effect", "E/X"),
        Column("order", "Order ID", What.ID, needed=False),
        Column("commission", "Commission", What.DECIMAL, needed=False),
        Column("account", "Account", needed=False, also=("Account display name",)),
    )

    def fits(self, cells: Cells) -> bool:
        return _side(cells.text("side")) in (1, -1) and cells.text("effect").lower() in EFFECTS

    def record(self, cells: Cells) -> Outcome:
        if not cells.text("symbol") and not cells.text("side"):
            return other(Kind.SUMMARY)
        fill = fill_of(
            cells,
            side=_side(cells.text("side")),
            native_id=cells.id("id"),
            order_id=cells.id("order"),
            effect=EFFECTS.get(cells.text("effect").lower(), ""),
            commission=cells.cost("commission"),
        )
        return accept(Kind.EXECUTION, fill)

    def account(self, document: Document, table: Table, lines: Sequence[Line]) -> StatedAccount:
        return PLATFORM


class NinjaTrades(TableFormat):
    key: ClassVar[str] = "ninjatrader_trades"
    label: ClassVar[str] = "NinjaTrader trades"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("number", "Trade number", also=("Trade-#",)),
        Column("symbol", "Instrument"),
        Column("account", "Account", needed=False),
        Column("strategy", "Strategy", needed=False),
        Column("side", "Market pos."),
        Column("quantity", "Qty", What.DECIMAL),
        Column("entry", "Entry price", What.DECIMAL),
        Column("exit", "Exit price", What.DECIMAL),
        Column("opened", "Entry time", What.MOMENT),
        Column("closed", "Exit time", What.MOMENT),
        Column("entry_name", "Entry name", needed=False),
        Column("exit_name", "Exit name", needed=False),
        Column("net", "Profit", What.DECIMAL),
        Column("commission", "Commission", What.DECIMAL, needed=False),
        Column("clearing", "Clearing Fee", What.DECIMAL, needed=False),
        Column("exchange_fee", "Exchange Fee", What.DECIMAL, needed=False),
        Column("ip_fee", "IP Fee", What.DECIMAL, needed=False),
        Column("nfa_fee", "NFA Fee", What.DECIMAL, needed=False),
        Column("mae", "MAE", What.DECIMAL, needed=False),
        Column("mfe", "MFE", What.DECIMAL, needed=False),
    )

    def fits(self, cells: Cells) -> bool:
        return cells.side("side") in (1, -1)

    def record(self, cells: Cells) -> Outcome:
        if not cells.text("side"):
            return other(Kind.SUMMARY)
        commission, fees = cells.cost("commission"), sum((cells.cost(name) for name in FEES), Decimal(0))
        mae, mfe, exit_name = cells.maybe("mae"), cells.maybe("mfe"), cells.text("exit_name")
        trade = trade_of(
            cells,
            gross=cells.decimal("net") - commission - fees,
            commission=commission,
            fees=fees,
            mae=-abs(mae) if mae is not None else None,
            mfe=abs(mfe) if mfe is not None else None,
            exit_reason="sl" if STOPS.search(exit_name) else "tp" if TARGETS.search(exit_name) else "",
            setup=(cells.text("strategy") or cells.text("entry_name"))[:60],
            comment=exit_name,
        )
        return accept(Kind.TRADE, trade)

    def account(self, document: Document, table: Table, lines: Sequence[Line]) -> StatedAccount:
        return PLATFORM
