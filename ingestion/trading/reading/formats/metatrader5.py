"""MetaTrader 5: History report as web page, spreadsheet or CSV, in any language.

The terminal translates every header but never the values: rows are known by their shape. Positions are completed
trades, Deals the fills they are made of: trades come from Positions where there are any, else from Deals, never from
both. Cash stands in Deals only. Times are the server's, without a zone. Profit excludes commission, fee and swap.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from ingestion.trading.reading.conventions import Conventions
from ingestion.trading.reading.formats.base import Match, Outcome, other
from ingestion.trading.reading.formats.metatrader5_records import DealRow, PositionRow
from ingestion.trading.reading.formats.metatrader5_shape import DEALS, FEE_DEALS, POSITIONS, Shape, shape_of
from ingestion.trading.reading.formats.metatrader5_stated import account_of, totals_of
from ingestion.trading.reading.formats.table import Column, Table
from ingestion.trading.reading.formats.walk import Walk, reading_of, table_at
from ingestion.trading.reading.headers import HeaderMatch
from ingestion.trading.reading.model import Hints, Kind, Reading
from ingestion.trading.reading.rows import Document, Row

SEARCHED = 400
SECTIONS = {
    Shape.POSITION: "positions",
    Shape.DEAL: "deals",
    Shape.ORDER: "orders",
    Shape.OPEN: "open positions",
    Shape.CASH: "deals",
}
FILLED = frozenset({"filled", "partial"})
NAMES_IN_A_HEADER = 10


class MetaTrader5:
    key: ClassVar[str] = "mt5"
    label: ClassVar[str] = "MetaTrader 5 report"
    version: ClassVar[str] = "1"

    def recognise(self, document: Document) -> Match | None:
        rows = document.rows[:SEARCHED]
        shapes = [shape_of(row) for row in rows]
        known = sum(1 for shape in shapes if shape in SECTIONS)
        trading = sum(1 for shape in shapes if shape in (Shape.POSITION, Shape.DEAL))
        if not trading:
            return None
        filled = sum(1 for row in rows if sum(1 for cell in row.cells if cell.strip()) >= NAMES_IN_A_HEADER)
        share = min(Decimal(known) / max(filled, 1), Decimal(1))
        header = _header(rows, shapes)
        return Match(Decimal("0.6") + Decimal("0.39") * share, len(POSITIONS), header)

    def read(self, document: Document, match: Match, hints: Hints) -> Reading:
        assert match.header is not None
        conventions = Conventions(hints)
        account = account_of(document, hints)
        shapes = [shape_of(row) for row in document.rows]
        has_positions = Shape.POSITION in shapes
        header_at = match.header.index
        positions = table_at(header_at, match.header.row, POSITIONS, conventions)
        deals = _deals_table(document.rows, shapes, conventions)
        position_row = PositionRow.of(document.rows, shapes, deals, account.currency)
        deal_row = DealRow(account.currency)
        walk = Walk(document, conventions)
        section = ""
        for index, (row, shape) in enumerate(zip(document.rows, shapes, strict=True)):
            section = SECTIONS.get(shape, section)
            if shape is Shape.POSITION:
                walk.later(index, positions, position_row.trade, section)
            elif shape is Shape.CASH:
                walk.later(index, deals, deal_row.cash, section)
            elif shape is Shape.DEAL and not has_positions:
                walk.later(index, deals, deal_row.execution, section)
            else:
                walk.settle(index, _settled(row, shape), section)
        walk.decide()
        style = (positions if has_positions else deals).styles.get("profit", "point")
        return reading_of(
            self, document, match, conventions, walk.lines(other(Kind.UNKNOWN)),
            header=match.header.row.cells, account=account, totals=totals_of(document, style),
            sections_used=("positions",) if has_positions else ("deals",),
        )  # fmt: skip


def _settled(row: Row, shape: Shape) -> Outcome:
    if row.is_blank:
        return other(Kind.BLANK)
    if shape is Shape.DEAL:
        return other(Kind.SUMMARY, "other_level", "The same trade stands in Positions.")
    if shape is Shape.ORDER:
        if any(row.cell(place).lower() in FILLED for place in (8, 9, 10)):
            return other(Kind.SUMMARY, "other_level", "The trade this order made stands in another table.")
        return other(Kind.PENDING)
    if shape is Shape.OPEN:
        return other(Kind.OPEN)
    if shape is Shape.BROKEN:
        return other(Kind.BAD, "broken_row", "This row begins like a trade and is cut off or damaged.")
    names = sum(1 for cell in row.cells if cell.strip() and not any(c.isdigit() for c in cell))
    return other(Kind.HEADER if names >= NAMES_IN_A_HEADER else Kind.SUMMARY)


def _header(rows: Sequence[Row], shapes: Sequence[Shape]) -> HeaderMatch:
    """The row of names above the first position, or above the first deal; the names themselves above a bare paste."""
    wanted = Shape.POSITION if Shape.POSITION in shapes else Shape.DEAL
    first = shapes.index(wanted)
    for index in range(first - 1, -1, -1):
        if shapes[index] is Shape.OTHER and sum(1 for cell in rows[index].cells if cell.strip()) >= NAMES_IN_A_HEADER:
            return HeaderMatch(index, rows[index], {})
    return HeaderMatch(first, _names(POSITIONS if wanted is Shape.POSITION else DEALS), {})


def _deals_table(rows: Sequence[Row], shapes: Sequence[Shape], conventions: Conventions) -> Table:
    """Deals have a column more where the broker charges a fee apart; their width tells."""
    index = next((i for i, shape in enumerate(shapes) if shape in (Shape.DEAL, Shape.CASH)), 0)
    above = next((i for i in range(index - 1, -1, -1) if not rows[i].is_blank and shapes[i] is Shape.OTHER), None)
    columns = FEE_DEALS if len(rows[index].cells) >= len(FEE_DEALS) else DEALS
    if above is None:
        return table_at(index, _names(columns), columns, conventions)
    columns = FEE_DEALS if columns is FEE_DEALS and len(rows[above].cells) >= len(FEE_DEALS) else DEALS
    return table_at(above, rows[above], columns, conventions)


def _names(columns: Sequence[Column]) -> Row:
    return Row(0, tuple(column.name for column in columns))
