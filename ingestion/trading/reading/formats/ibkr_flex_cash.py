"""Cash transactions of a Flex query."""

from __future__ import annotations

from ingestion.trading.reading.formats.base import Cells, Outcome, accept
from ingestion.trading.reading.formats.cash import cash_kind
from ingestion.trading.reading.formats.table import Column, What
from ingestion.trading.reading.model import Kind, ParsedCash
from ingestion.trading.reading.numbers import POINT

FLEX_CASH = (
    Column("account", "ClientAccountID", needed=False, also=("accountId",)),
    Column("currency", "CurrencyPrimary", also=("currency",)),
    Column("at", "Date/Time", What.MOMENT, also=("dateTime", "settleDate")),
    Column("amount", "Amount", What.DECIMAL, decimals=POINT),
    Column("type", "Type"),
    Column("description", "Description", needed=False),
    Column("id", "TransactionID", What.ID, needed=False),
)
KINDS = {"dividends": "financing", "withholding tax": "financing", "payment in lieu of dividends": "financing"}


def flex_cash(cells: Cells) -> Outcome:
    at, amount, kind = cells.moment("at"), cells.decimal("amount"), cells.text("type")
    words = kind if kind.lower() != "deposits/withdrawals" else ""
    return accept(
        Kind.CASH,
        ParsedCash(
            KINDS.get(kind.lower()) or cash_kind(words, amount),
            amount,
            at.at,
            at.text,
            cells.text("currency").lower(),
            cells.id("id"),
            cells.text("account"),
            cells.text("description"),
        ),
    )
