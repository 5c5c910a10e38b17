"""Binance: trade history of spot, in its newer and older layout, and of USDⓈ-M futures. Times are UTC.

Amounts of spot carry their coin. A fee may be paid in a third coin, such as BNB; the file does not say what it was
worth, so it is in no result, and the reading says so. In futures each row is a fill; its realised profit is there on
closing fills only and is before fees.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from ingestion.trading.reading.formats.base import Cells, Column, Outcome, Table, TableFormat, What, accept
from ingestion.trading.reading.formats.coins import currency_of, fee_in, quote_of
from ingestion.trading.reading.model import Decision, Kind, Line, ParsedExecution, StatedAccount
from ingestion.trading.reading.numbers import POINT, split_unit, to_decimal
from ingestion.trading.reading.rows import Document

ONE = Decimal(1)
NOT_COUNTED = "Fees paid in this coin are in no result: the file does not say what they were worth."


class _Exchange(TableFormat):
    """One fill a row, in UTC, at a netting account."""

    zone: ClassVar[str] = "UTC"

    def fits(self, cells: Cells) -> bool:
        return cells.side("side") in (1, -1)

    def account(self, document: Document, table: Table, lines: Sequence[Line]) -> StatedAccount:
        return StatedAccount(broker="Binance", mode="netting", zone="UTC")

    def finish(self, lines: list[Line], table: Table) -> list[Line]:
        """Names the coins whose fees are in no result."""
        fills = [record for line in lines for record in line.records if isinstance(record, ParsedExecution)]
        for coin in sorted({fill.fee_currency for fill in fills if fill.fee_currency not in ("", fill.currency)}):
            table.conventions.note(Decision(f"fees:{coin.upper()}", "left out", "cell", NOT_COUNTED))
        return lines


class BinanceSpot(_Exchange):
    key: ClassVar[str] = "binance"
    label: ClassVar[str] = "Binance spot trades"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("at", "Date(UTC)", What.MOMENT),
        Column("symbol", "Pair"),
        Column("side", "Side"),
        Column("price", "Price", What.DECIMAL, decimals=POINT),
        Column("quantity", "Executed"),
        Column("amount", "Amount"),
        Column("fee", "Fee"),
    )

    def record(self, cells: Cells) -> Outcome:
        fee, coin = split_unit(cells.raw("fee"))
        return accept(Kind.EXECUTION, _fill(cells, fee=to_decimal(fee, POINT) or Decimal(0), coin=coin))


class BinanceSpotOld(_Exchange):
    key: ClassVar[str] = "binance_old"
    label: ClassVar[str] = "Binance spot trades, older"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("at", "Date(UTC)", What.MOMENT),
        Column("symbol", "Market"),
        Column("side", "Type"),
        Column("price", "Price", What.DECIMAL, decimals=POINT),
        Column("quantity", "Amount", What.DECIMAL, decimals=POINT),
        Column("total", "Total", What.DECIMAL, decimals=POINT),
        Column("fee", "Fee", What.DECIMAL, decimals=POINT),
        Column("coin", "Fee Coin"),
    )

    def record(self, cells: Cells) -> Outcome:
        return accept(Kind.EXECUTION, _fill(cells, fee=cells.money("fee"), coin=cells.text("coin")))


class BinanceFutures(_Exchange):
    key: ClassVar[str] = "binance_futures"
    label: ClassVar[str] = "Binance USDⓈ-M futures trades"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("at", "Date(UTC)", What.MOMENT),
        Column("symbol", "Symbol"),
        Column("side", "Side"),
        Column("price", "Price", What.DECIMAL, decimals=POINT),
        Column("quantity", "Quantity", What.DECIMAL, decimals=POINT),
        Column("fee", "Fee", What.DECIMAL, decimals=POINT),
        Column("coin", "Fee Coin", needed=False),
        Column("result", "Realized Profit", What.DECIMAL, decimals=POINT),
        Column("quote", "Quote Asset", needed=False),
        Column("id", "Trade ID", What.ID, needed=False),
    )

    def record(self, cells: Cells) -> Outcome:
        coin = cells.text("coin") or cells.text("quote") or quote_of(cells.text("symbol"))
        return accept(Kind.EXECUTION, _fill(cells, fee=cells.money("fee"), coin=coin, result=cells.maybe("result")))


def _fill(cells: Cells, *, fee: Decimal, coin: str, result: Decimal | None = None) -> ParsedExecution:
    at, symbol, price = cells.moment("at"), cells.needed_text("symbol"), cells.decimal("price")
    cost = fee_in(fee, coin, pair=symbol, price=price)
    currency = currency_of(quote_of(symbol))
    return ParsedExecution(
        symbol=symbol,
        side=cells.side("side"),
        quantity=cells.quantity("quantity"),
        price=price,
        at=at.at,
        at_text=at.text,
        native_id=cells.id("id"),
        commission=cost if cost is not None else Decimal(0),
        fee_currency=currency if cost is not None else coin.lower(),
        currency=currency,
        multiplier=ONE,
        asset_class="crypto",
        gross=result or None,
    )
