"""ATAS: statistics of closed trades. The sign of the opening volume is the direction; results are before costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from ingestion.trading.reading.contracts import multiplier_of
from ingestion.trading.reading.formats.base import BadValue, Cells, Column, Outcome, Table, TableFormat, What, accept
from ingestion.trading.reading.model import Kind, Line, ParsedTrade, StatedAccount
from ingestion.trading.reading.rows import Document


class AtasTrades(TableFormat):
    key: ClassVar[str] = "atas"
    label: ClassVar[str] = "ATAS trades"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("account", "Account"),
        Column("symbol", "Instrument"),
        Column("opened", "Open time", What.MOMENT),
        Column("entry", "Open price", What.DECIMAL),
        Column("open_volume", "Open volume", What.DECIMAL),
        Column("closed", "Close time", What.MOMENT),
        Column("exit", "Close price", What.DECIMAL),
        Column("close_volume", "Close volume", What.DECIMAL),
        Column("result", "PnL", What.DECIMAL),
        Column("comment", "Comment", needed=False),
    )

    def fits(self, cells: Cells) -> bool:
        return bool(cells.text("open_volume")) and bool(cells.text("close_volume"))

    def record(self, cells: Cells) -> Outcome:
        opened, closed, volume = cells.moment("opened"), cells.moment("closed"), cells.decimal("open_volume")
        if not volume or volume * cells.decimal("close_volume") >= 0:
            raise BadValue("bad_volume", "Opening and closing volume have to be of opposite signs.")
        symbol = cells.needed_text("symbol")
        return accept(
            Kind.TRADE,
            ParsedTrade(
                symbol=symbol,
                multiplier=multiplier_of(symbol),
                direction=1 if volume > 0 else -1,
                quantity=abs(cells.decimal("close_volume")),
                entry_price=cells.decimal("entry"),
                exit_price=cells.decimal("exit"),
                opened_at=opened.at,
                closed_at=closed.at,
                opened_text=opened.text,
                closed_text=closed.text,
                gross=cells.decimal("result"),
                account=cells.text("account"),
                comment=cells.text("comment"),
            ),
        )

    def account(self, document: Document, table: Table, lines: Sequence[Line]) -> StatedAccount:
        return StatedAccount(broker="ATAS", mode="netting")
