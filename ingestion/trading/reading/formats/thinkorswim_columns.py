"""The columns of thinkorswim's sections."""

from __future__ import annotations

from ingestion.trading.reading.formats.table import Column, What
from ingestion.trading.reading.moments import MONTH_FIRST
from ingestion.trading.reading.numbers import POINT


def _number(field: str, name: str, *, needed: bool = True) -> Column:
    return Column(field, name, What.DECIMAL, needed, decimals=POINT)


TRADES = (
    Column("at", "Exec Time", What.MOMENT, dates=MONTH_FIRST),
    Column("spread", "Spread"),
    Column("side", "Side"),
    _number("quantity", "Qty"),
    Column("effect", "Pos Effect"),
    Column("symbol", "Symbol"),
    Column("expiry", "Exp", needed=False),
    Column("strike", "Strike", needed=False),
    Column("type", "Type"),
    _number("price", "Price"),
    Column("net_price", "Net Price", needed=False),
)
_MONEY = (_number("misc", "Misc Fees"), _number("fees", "Commissions & Fees"))
CASH = (
    Column("at", "DATE", What.MOMENT, dates=MONTH_FIRST),
    Column("time", "TIME"),
    Column("type", "TYPE"),
    Column("reference", "REF #", What.ID),
    Column("description", "DESCRIPTION"),
    *_MONEY,
    _number("amount", "AMOUNT"),
    _number("balance", "BALANCE"),
)
FUTURES = (
    Column("trade_date", "Trade Date", What.MOMENT, dates=MONTH_FIRST),
    Column("at", "Exec Date", What.MOMENT, dates=MONTH_FIRST),
    Column("time", "Exec Time"),
    Column("type", "Type"),
    Column("reference", "Ref #", What.ID),
    Column("description", "Description"),
    *_MONEY,
    _number("amount", "Amount"),
    _number("balance", "Balance"),
)
