"""thinkorswim: Account Statement or Today's Trade Activity, sections stacked in one CSV.

Trades come from Account Trade History, leg by leg; a spread leaves the time of its later legs blank. Commissions stand
in Cash Balance and Futures Statements only, seconds apart from the trade they belong to: each is put on the trade with
the same symbol and quantity, or kept as a fee. Amounts there are cash flows, never results. Dates are month first.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import ClassVar

from ingestion.trading.reading.conventions import Conventions
from ingestion.trading.reading.formats.base import Match, other
from ingestion.trading.reading.formats.table import Cells, Table, find_columns
from ingestion.trading.reading.formats.thinkorswim_columns import CASH, FUTURES, TRADES
from ingestion.trading.reading.formats.thinkorswim_costs import with_costs
from ingestion.trading.reading.formats.thinkorswim_records import CashRow, TradeRow
from ingestion.trading.reading.formats.walk import Walk, reading_of
from ingestion.trading.reading.headers import normalise
from ingestion.trading.reading.model import Hints, Kind, Reading, StatedAccount, Totals
from ingestion.trading.reading.rows import Document, Row

TITLES = frozenset(
    {
        "cash balance", "futures statements", "forex statements", "account order history", "account trade history",
        "equities", "options", "futures", "futures options", "profits and losses", "forex account summary",
        "account summary", "crypto", "total cash", "working orders", "filled orders", "canceled orders",
        "rolling strategies",
    }
)  # fmt: skip
OWNER = re.compile(r"(?:account statement|trade activity) for (\S+)", re.IGNORECASE)
READ = {"cash balance": CASH, "futures statements": FUTURES, "account trade history": TRADES, "filled orders": TRADES}
LOOKED_AT = 400
ORDERS = frozenset({"account order history", "working orders", "canceled orders"})
HELD = frozenset({"equities", "options", "futures", "futures options"})


class Thinkorswim:
    key: ClassVar[str] = "thinkorswim"
    label: ClassVar[str] = "thinkorswim account statement"
    version: ClassVar[str] = "1"

    def recognise(self, document: Document) -> Match | None:
        titled = any(_title(row) in TITLES for row in document.rows[:LOOKED_AT])
        trades = find_columns(document, TRADES, within=len(document.rows) if titled else LOOKED_AT)
        header = trades or (find_columns(document, CASH, within=LOOKED_AT) if titled else None)
        if header is None:
            return None
        return Match(Decimal("0.97") if titled else Decimal("0.85"), len(header.columns), header)

    def read(self, document: Document, match: Match, hints: Hints) -> Reading:
        assert match.header is not None
        conventions = Conventions(hints)
        walk = Walk(document, conventions)
        trade_row, cash_row = TradeRow(), CashRow()
        section, table = "", None
        for index, row in enumerate(document.rows):
            if (title := _title(row)) in TITLES:
                section, table = title, None
                walk.settle(index, other(Kind.SUMMARY), section)
            elif row.is_blank:
                walk.settle(index, other(Kind.BLANK), section)
            elif section in READ or not section:
                table = self._see(walk, index, section, table, trade_row, cash_row)
            else:
                walk.settle(index, other(_elsewhere(section, row)), section)
        walk.decide()
        lines = with_costs(walk.lines(other(Kind.UNKNOWN)), cash_row)
        return reading_of(
            self, document, match, conventions, lines,
            header=match.header.row.cells,
            account=StatedAccount(numbers=_owner(document), currency=(hints.currency or "usd").lower(), mode="netting"),
            totals=Totals(),
            sections_used=sorted({line.section for line in lines if line.records}),
        )  # fmt: skip

    def _see(
        self, walk: Walk, index: int, section: str, table: Table | None, trade_row: TradeRow, cash_row: CashRow
    ) -> Table | None:
        """One row of a section that is read; returns the table it is in."""
        row = walk.document.rows[index]
        for columns in (READ[section],) if section else (TRADES, CASH):
            if found := find_columns(walk.document, columns, start=index, within=1):
                walk.settle(index, other(Kind.HEADER), section)
                return Table(found, columns, walk.conventions)
        if table is None:
            walk.settle(index, other(Kind.SUMMARY), section)
        elif table.columns is TRADES:
            trade_row.see(Cells(row, table), index)
            walk.later(index, table, trade_row.execution, section)
        elif normalise(row.cell(0)) == "total" or not any(
            Cells(row, table).text(name) for name in ("type", "reference")
        ):
            walk.settle(index, other(Kind.SUMMARY), section)
        else:
            walk.later(index, table, cash_row.cash, section)
        return table


def _title(row: Row) -> str:
    filled = [cell for cell in row.cells if cell.strip()]
    return normalise(filled[0]) if len(filled) == 1 else ""


def _elsewhere(section: str, row: Row) -> Kind:
    """Rows of sections that hold no trades."""
    if (
        section in HELD
        and any(any(c.isdigit() for c in cell) for cell in row.cells)
        and "total" not in row.cell(0).lower()
    ):
        return Kind.OPEN
    return Kind.PENDING if section in ORDERS and _is_order(row) else Kind.SUMMARY


def _is_order(row: Row) -> bool:
    """An order that never traded; a filled one stands in the trade history."""
    last = [cell.strip().upper() for cell in row.cells if cell.strip()]
    return any(state in last for state in ("CANCELED", "CANCELLED", "REJECTED", "EXPIRED", "WORKING", "OPEN"))


def _owner(document: Document) -> tuple[str, ...]:
    for row in document.rows[:5]:
        if match := OWNER.search(" ".join(row.cells)):
            return (match[1],)
    return ()
