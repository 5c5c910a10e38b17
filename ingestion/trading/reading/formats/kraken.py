"""Kraken: “Trades”. One fill a row, in UTC, fees in the currency the pair is priced in; `txid` identifies it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from ingestion.trading.reading.formats.base import Cells, Column, Outcome, Table, TableFormat, What, accept
from ingestion.trading.reading.formats.coins import currency_of, quote_of
from ingestion.trading.reading.formats.common import fill_of
from ingestion.trading.reading.model import Kind, Line, StatedAccount
from ingestion.trading.reading.numbers import POINT
from ingestion.trading.reading.rows import Document


class KrakenTrades(TableFormat):
    key: ClassVar[str] = "kraken"
    label: ClassVar[str] = "Kraken trades"
    zone: ClassVar[str] = "UTC"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("id", "txid", What.ID),
        Column("order", "ordertxid", What.ID),
        Column("symbol", "pair"),
        Column("at", "time", What.MOMENT),
        Column("side", "type"),
        Column("price", "price", What.DECIMAL, decimals=POINT),
        Column("cost", "cost", What.DECIMAL, decimals=POINT),
        Column("fee", "fee", What.DECIMAL, decimals=POINT),
        Column("quantity", "vol", What.DECIMAL, decimals=POINT),
    )

    def fits(self, cells: Cells) -> bool:
        return cells.side("side") in (1, -1)

    def record(self, cells: Cells) -> Outcome:
        fill = fill_of(
            cells,
            native_id=cells.id("id"),
            order_id=cells.id("order"),
            commission=cells.cost("fee"),
            currency=currency_of(quote_of(cells.text("symbol"))),
            multiplier=Decimal(1),
            asset_class="crypto",
        )
        return accept(Kind.EXECUTION, fill)

    def account(self, document: Document, table: Table, lines: Sequence[Line]) -> StatedAccount:
        return StatedAccount(broker="Kraken", mode="netting", zone="UTC")
