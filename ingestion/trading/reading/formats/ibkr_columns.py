"""The columns of Interactive Brokers' tables, and its words for asset classes."""

from __future__ import annotations

from decimal import Decimal

from ingestion.trading.reading.formats.table import Column, What
from ingestion.trading.reading.numbers import POINT

ASSET_CLASSES = {
    "stocks": "stocks",
    "stk": "stocks",
    "etfs": "stocks",
    "warrants": "stocks",
    "war": "stocks",
    "equity and index options": "options",
    "opt": "options",
    "futures": "futures",
    "fut": "futures",
    "options on futures": "options",
    "futures options": "options",
    "fop": "options",
    "forex": "fx",
    "cash": "fx",
    "cfds": "cfd",
    "cfd": "cfd",
    "crypto": "crypto",
    "cryptocurrencies": "crypto",
}
ONE_TO_ONE = frozenset({"stocks", "fx", "crypto"})


def _number(field: str, name: str, *also: str, needed: bool = False) -> Column:
    return Column(field, name, What.DECIMAL, needed, also, decimals=POINT)


ACTIVITY = (
    Column("level", "DataDiscriminator"),
    Column("asset", "Asset Category"),
    Column("currency", "Currency"),
    Column("account", "Account", needed=False),
    Column("symbol", "Symbol"),
    Column("at", "Date/Time", What.MOMENT),
    _number("quantity", "Quantity", needed=True),
    _number("price", "T. Price", needed=True),
    _number("commission", "Comm/Fee", "Comm in {}", "Comm/Tax"),
    _number("realised", "Realized P/L"),
    Column("code", "Code", needed=False),
)
FLEX = (
    Column("level", "LevelOfDetail", needed=False),
    Column("account", "ClientAccountID", needed=False, also=("accountId",)),
    Column("currency", "CurrencyPrimary", needed=False, also=("currency",)),
    Column("asset", "AssetClass", needed=False, also=("assetCategory",)),
    Column("symbol", "Symbol"),
    Column("conid", "Conid", What.ID, needed=False),
    _number("multiplier", "Multiplier"),
    Column("at", "DateTime", What.MOMENT, also=("Date/Time", "TradeDateTime")),
    Column("side", "Buy/Sell", also=("buySell",)),
    _number("quantity", "Quantity", needed=True),
    _number("price", "TradePrice", needed=True),
    _number("commission", "IBCommission"),
    Column("commission_currency", "IBCommissionCurrency", needed=False),
    _number("taxes", "Taxes"),
    Column("effect", "Open/CloseIndicator", needed=False, also=("openCloseIndicator",)),
    _number("realised", "FifoPnlRealized"),
    Column("exec_id", "IBExecID", What.ID, needed=False),
    Column("trade_id", "TradeID", What.ID, needed=False),
    Column("order_id", "IBOrderID", What.ID, needed=False),
    Column("transaction_id", "TransactionID", What.ID, needed=False),
)
CASH = (
    Column("currency", "Currency"),
    Column("at", "Settle Date", What.MOMENT, needed=False, also=("Date",)),
    Column("description", "Description", needed=False),
    _number("amount", "Amount", needed=True),
)


def asset_class(text: str) -> str:
    """Our word for it; empty for one we have none for."""
    name = " ".join(text.lower().split())
    return ASSET_CLASSES.get(name) or ASSET_CLASSES.get(name.split(" - ")[0], "")


def usual_multiplier(asset: str) -> Decimal | None:
    """1 where a unit is a unit; None where the contract decides."""
    return Decimal(1) if asset in ONE_TO_ONE else None
