"""Webull: orders of shares and options. Only filled ones are trades; times carry EST or EDT; no costs are printed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from ingestion.trading.reading.formats.base import Cells, Column, Outcome, Table, TableFormat, What, accept, other
from ingestion.trading.reading.formats.common import fill_of
from ingestion.trading.reading.model import Kind, Line, StatedAccount
from ingestion.trading.reading.moments import MONTH_FIRST
from ingestion.trading.reading.numbers import POINT
from ingestion.trading.reading.rows import Document

#: An option's symbol: root, six digits of the date, C or P, eight of the strike.
OPTION_LENGTH = 15


class Webull(TableFormat):
    key: ClassVar[str] = "webull"
    label: ClassVar[str] = "Webull orders"
    zone: ClassVar[str] = "America/New_York"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("name", "Name", needed=False),
        Column("symbol", "Symbol"),
        Column("side", "Side"),
        Column("status", "Status"),
        Column("quantity", "Filled", What.DECIMAL, decimals=POINT),
        Column("total", "Total Qty", What.DECIMAL, decimals=POINT),
        Column("price", "Avg Price", What.DECIMAL, decimals=POINT),
        Column("at", "Filled Time", What.MOMENT, dates=MONTH_FIRST),
    )

    def fits(self, cells: Cells) -> bool:
        return cells.side("side") in (1, -1) and bool(cells.text("status"))

    def record(self, cells: Cells) -> Outcome:
        if not cells.maybe("quantity"):
            return other(Kind.PENDING, "not_filled", "Only filled orders are trades.")
        symbol = cells.text("symbol")
        is_option = len(symbol) > OPTION_LENGTH and symbol[-8:].isdigit() and symbol[-9:-8] in "CP"
        fill = fill_of(
            cells,
            currency="usd",
            multiplier=Decimal(100) if is_option else Decimal(1),
            asset_class="options" if is_option else "stocks",
        )
        return accept(Kind.EXECUTION, fill)

    def account(self, document: Document, table: Table, lines: Sequence[Line]) -> StatedAccount:
        return StatedAccount(broker="Webull", currency="usd", mode="netting", zone="America/New_York")
