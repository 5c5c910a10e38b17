"""ATAS: statistics of closed trades. The sign of the opening volume is the direction; results are before costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from ingestion.trading.reading.formats.base import BadValue, Cells, Column, Outcome, Table, TableFormat, What, accept
from ingestion.trading.reading.formats.common import trade_of
from ingestion.trading.reading.model import Kind, Line, StatedAccount
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
        volume, closing = cells.decimal("open_volume"), cells.decimal("close_volume")
        if volume * closing >= 0:
            raise BadValue("bad_volume", "Opening and closing volume have to be of opposite signs.")
        trade = trade_of(
            cells,
            direction=1 if volume > 0 else -1,
            quantity=abs(closing),
            gross=cells.decimal("result"),
            comment=cells.text("comment"),
        )
        return accept(Kind.TRADE, trade)

    def account(self, document: Document, table: Table, lines: Sequence[Line]) -> StatedAccount:
        return StatedAccount(broker="ATAS", mode="netting")
