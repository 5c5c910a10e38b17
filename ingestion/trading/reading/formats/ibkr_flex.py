"""Interactive Brokers: Flex query of trades, as CSV or XML.

One level of detail is read: executions where there are any, else orders. Times are the account's or the exchange's
local ones; without an offset the zone is asked. Files of several accounts name the account in each row.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from ingestion.trading.reading.conventions import Conventions
from ingestion.trading.reading.formats.base import Cells, Match, Outcome, other
from ingestion.trading.reading.formats.ibkr_columns import FLEX
from ingestion.trading.reading.formats.ibkr_flex_cash import FLEX_CASH, flex_cash
from ingestion.trading.reading.formats.ibkr_records import FlexRow
from ingestion.trading.reading.formats.table import Table, find_columns
from ingestion.trading.reading.formats.walk import Walk, reading_of
from ingestion.trading.reading.headers import HeaderMatch
from ingestion.trading.reading.model import Hints, Kind, Reading, StatedAccount, Totals
from ingestion.trading.reading.numbers import BadValue
from ingestion.trading.reading.rows import Document, Row

LEVELS = ("EXECUTION", "ORDER")
TRADE_TAGS = {"": "EXECUTION", "Trade": "EXECUTION", "Order": "ORDER"}
OWN_NAMES = frozenset({"exec_id", "trade_id", "order_id", "transaction_id", "conid", "commission"})


class IbkrFlex:
    key: ClassVar[str] = "ibkr_flex"
    label: ClassVar[str] = "Interactive Brokers Flex query"
    version: ClassVar[str] = "1"

    def recognise(self, document: Document) -> Match | None:
        header = find_columns(document, FLEX, within=len(document.rows) if document.container == "xml" else 400)
        if header is None:
            return None
        table = Table(header, FLEX, Conventions(Hints()))
        if not OWN_NAMES & table.places.keys():
            return None
        body = document.rows[header.index + 1 : header.index + 60]
        trades = sum(1 for row in body if Cells(row, table).text("side").upper().startswith(("BUY", "SELL")))
        return Match(Decimal("0.95") if trades else Decimal("0.7"), len(table.places), header)

    def read(self, document: Document, match: Match, hints: Hints) -> Reading:
        assert match.header is not None
        walk = Walk(document, Conventions(hints))
        tables = _tables(document, walk.conventions)
        level = _level(document, tables)
        read: list[Cells] = []
        for index, row in enumerate(document.rows):
            table = tables.get(index)
            if row.is_blank:
                walk.settle(index, other(Kind.BLANK))
            elif table is None:
                walk.settle(index, other(Kind.SUMMARY))
            elif table.match.index == index:
                walk.settle(index, other(Kind.HEADER))
            elif table.columns is FLEX_CASH:
                walk.later(index, table, flex_cash, "cash")
            elif _is_position(row):
                walk.settle(index, other(Kind.OPEN))
            elif _level_of(Cells(row, table)) == level:
                read.append(Cells(row, table))
                walk.later(index, table, FlexRow().execution, "trades")
            else:
                walk.settle(index, _skipped(row, table), "trades")
        walk.decide()
        lines = walk.lines(other(Kind.UNKNOWN))
        accounts = dict.fromkeys(cells.text("account") for cells in read if cells.text("account"))
        return reading_of(
            self, document, match, walk.conventions, lines,
            header=match.header.row.cells,
            account=StatedAccount(numbers=tuple(accounts), broker="Interactive Brokers", mode="netting",
                                  currency=hints.currency.lower()),
            totals=_totals(read),
            sections_used=sorted({line.section for line in lines if line.records}),
        )  # fmt: skip


def _tables(document: Document, conventions: Conventions) -> dict[int, Table]:
    """Row → the table it is in. A header may come again with other columns; XML has one for each tag."""
    tables: dict[int, Table] = {}
    current: Table | None = None
    last = -1
    for index, row in enumerate(document.rows):
        if row.table != last and document.container == "xml":
            current, last = None, row.table
        if found := _header_at(document, index):
            columns = FLEX_CASH if found[1] else FLEX
            current = Table(found[0], columns, conventions)
        if current is not None:
            tables[index] = current
    return tables


def _header_at(document: Document, index: int) -> tuple[HeaderMatch, bool] | None:
    """The header in this row, and whether it is of cash."""
    if not any(cell.strip().lower() in ("symbol", "amount") for cell in document.rows[index].cells):
        return None
    for columns, is_cash in ((FLEX, False), (FLEX_CASH, True)):
        if match := find_columns(document, columns, start=index, within=1):
            return match, is_cash
    return None


def _level(document: Document, tables: dict[int, Table]) -> str:
    seen = {
        _level_of(Cells(document.rows[index], table))
        for index, table in tables.items()
        if table.columns is FLEX and table.match.index != index
    }
    return next((level for level in LEVELS if level in seen), LEVELS[0])


def _level_of(cells: Cells) -> str:
    """The level a row says it is of; a file without that column has executions only."""
    if cells.text("side").upper().startswith(("BUY", "SELL")) and (level := cells.text("level").upper()):
        return level
    tag = cells.row.cell(0)
    if cells.text("level"):
        return cells.text("level").upper()
    return TRADE_TAGS.get(tag, "EXECUTION" if "level" not in cells else "OTHER")


def _is_position(row: Row) -> bool:
    return row.cell(0) == "OpenPosition"


def _skipped(row: Row, table: Table) -> Outcome:
    if table.is_header(row):
        return other(Kind.HEADER)
    return other(Kind.SUMMARY, "other_level", "The same trade is read at another level.")


def _totals(read: Sequence[Cells]) -> Totals:
    if not read or "realised" not in read[0].table.places:
        return Totals()
    return Totals(closed_pnl=sum((_amount(cells, "realised") for cells in read), Decimal(0)),
                  commission=sum((_amount(cells, "commission") for cells in read), Decimal(0)))  # fmt: skip


def _amount(cells: Cells, name: str) -> Decimal:
    try:
        return cells.money(name)
    except BadValue:
        return Decimal(0)
