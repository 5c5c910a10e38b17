"""Interactive Brokers: Activity Statement as CSV. Each line names its section and its role.

A trade appears as an order, as executions and as closed lots: executions are read where a class of assets has any, else
orders; never both. The header comes again for each class, with other columns. Realised results are after commission.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from ingestion.trading.reading.conventions import Conventions
from ingestion.trading.reading.formats.base import Cells, Match, other
from ingestion.trading.reading.formats.ibkr_columns import ACTIVITY, CASH
from ingestion.trading.reading.formats.ibkr_records import ActivityRow
from ingestion.trading.reading.formats.table import Column, Table, find_columns
from ingestion.trading.reading.formats.walk import Walk, reading_of
from ingestion.trading.reading.headers import normalise
from ingestion.trading.reading.model import Hints, Kind, Reading, StatedAccount, Totals
from ingestion.trading.reading.numbers import BadValue, to_decimal
from ingestion.trading.reading.rows import Document, Row

EXECUTIONS = frozenset({"trade", "execution"})
CASH_SECTIONS = {
    "deposits & withdrawals": "",
    "dividends": "financing",
    "withholding tax": "financing",
    "interest": "financing",
    "broker interest paid": "financing",
    "broker interest received": "financing",
    "fees": "fee",
    "other fees": "fee",
    "commission adjustments": "adjustment",
    "sales tax details": "fee",
}
ROLES = frozenset({"header", "data", "subtotal", "total", "notes"})
EASTERN = "America/New_York"


class IbkrActivity:
    key: ClassVar[str] = "ibkr_activity"
    label: ClassVar[str] = "Interactive Brokers activity statement"
    version: ClassVar[str] = "1"

    def recognise(self, document: Document) -> Match | None:
        rows = document.rows[:400]
        filled = [row for row in rows if not row.is_blank]
        fitting = sum(1 for row in filled if normalise(row.cell(1)) in ROLES)
        if not filled or fitting < 0.6 * len(filled):
            return None
        header = find_columns(document, ACTIVITY, within=len(document.rows))
        is_named = any(row.cell(2) == "BrokerName" and "Interactive Brokers" in row.cell(3) for row in rows[:10])
        if header is None and not is_named:
            return None
        confidence = Decimal("0.9") + Decimal("0.05") * is_named + Decimal("0.04") * (header is not None)
        return Match(confidence, len(header.columns) if header else 0, header)

    def read(self, document: Document, match: Match, hints: Hints) -> Reading:
        conventions = Conventions(hints)
        stated = _stated(document)
        walk = Walk(document, conventions)
        reader = _Reader(walk, ActivityRow(_multipliers(document)), _levels(document))
        for index, row in enumerate(document.rows):
            reader.see(index, row)
        walk.decide(zone_in_header=EASTERN if _is_eastern(document) else "")
        lines = walk.lines(other(Kind.UNKNOWN))
        header = match.header.row.cells if match.header else ()
        return reading_of(
            self, document, match, conventions, lines,
            header=header,
            account=StatedAccount(
                numbers=tuple(stated["account"]),
                name="".join(stated["name"][:1]),
                broker="Interactive Brokers",
                currency="".join(stated["base currency"][:1]).lower() or hints.currency.lower(),
                mode="netting",
            ),
            totals=_totals(reader),
            sections_used=sorted({line.section for line in lines if line.records}),
        )  # fmt: skip


@dataclass(slots=True)
class _Reader:
    """Goes through the sections and keeps the header that stands above."""

    walk: Walk
    records: ActivityRow
    levels: dict[str, frozenset[str]]  # asset category → the levels to read
    headers: dict[str, Table | None] = field(default_factory=dict)
    read: list[Cells] = field(default_factory=list)
    subtotals: list[Cells] = field(default_factory=list)
    totals: list[Cells] = field(default_factory=list)

    def see(self, index: int, row: Row) -> None:
        section, role = normalise(row.cell(0)), normalise(row.cell(1))
        name = section[:60]
        if row.is_blank:
            self.walk.settle(index, other(Kind.BLANK))
        elif role == "header":
            self.headers[section] = self._table(section, index)
            self.walk.settle(index, other(Kind.HEADER), name)
        elif section == "trades":
            self._trade(index, row, role)
        elif section == "open positions" and role == "data":
            self.walk.settle(index, other(Kind.OPEN), name)
        elif section in CASH_SECTIONS and role == "data":
            self._cash(index, row, section)
        else:
            self.walk.settle(index, other(Kind.SUMMARY), name)

    def _table(self, section: str, index: int) -> Table | None:
        columns: Sequence[Column] | None = (
            ACTIVITY if section == "trades" else CASH if section in CASH_SECTIONS else None
        )
        if columns is None:
            return None
        match = find_columns(self.walk.document, columns, start=index, within=1)
        return Table(match, tuple(columns), self.walk.conventions) if match else None

    def _trade(self, index: int, row: Row, role: str) -> None:
        table = self.headers.get("trades")
        if table is None:
            self.walk.settle(index, other(Kind.UNKNOWN, "no_header", "No header stands above this row."), "trades")
            return
        cells = Cells(row, table)
        level = cells.text("level").lower()
        if role != "data":
            if role in ("subtotal", "total"):
                (self.subtotals if role == "subtotal" else self.totals).append(cells)
            self.walk.settle(index, other(Kind.SUMMARY), "trades")
        elif level in self.levels.get(cells.text("asset"), frozenset()):
            self.read.append(cells)
            self.walk.later(index, table, self.records.execution, "trades")
        else:
            reason = "The same trade is read at another level."
            self.walk.settle(index, other(Kind.SUMMARY, "other_level", reason), "trades")

    def _cash(self, index: int, row: Row, section: str) -> None:
        table = self.headers.get(section)
        if table is None:
            self.walk.settle(index, other(Kind.UNKNOWN, "no_header", "No header stands above this row."), section)
        elif any(cell.strip().lower().startswith("total") for cell in row.cells[2:5]):
            self.walk.settle(index, other(Kind.SUMMARY), section)
        else:
            self.walk.later(index, table, lambda cells: self.records.cash(cells, CASH_SECTIONS[section]), section)


def _levels(document: Document) -> dict[str, frozenset[str]]:
    """For each asset category, executions if it has any, else orders."""
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for row in document.rows:
        if normalise(row.cell(0)) == "trades" and normalise(row.cell(1)) == "data":
            seen[row.cell(3)].add(row.cell(2).lower())
    return {asset: frozenset(found & EXECUTIONS or found & {"order"}) for asset, found in seen.items()}


def _section(document: Document, name: str) -> Iterator[Row]:
    return (row for row in document.rows if normalise(row.cell(0)) == name)


def _stated(document: Document) -> defaultdict[str, list[str]]:
    stated: defaultdict[str, list[str]] = defaultdict(list)
    for row in _section(document, "account information"):
        if normalise(row.cell(1)) == "data" and row.cell(3):
            stated[normalise(row.cell(2))].append(
                row.cell(3).split(" ")[0] if row.cell(2) == "Account" else row.cell(3)
            )
    return stated


def _multipliers(document: Document) -> dict[str, Decimal]:
    """Symbol → money per point, from the section that describes the instruments."""
    found: dict[str, Decimal] = {}
    places: dict[str, int] = {}
    for row in _section(document, "financial instrument information"):
        if normalise(row.cell(1)) == "header":
            places = {normalise(cell): place for place, cell in enumerate(row.cells)}
        elif "symbol" in places and "multiplier" in places:
            try:
                multiplier = to_decimal(row.cell(places["multiplier"]))
            except BadValue:
                continue
            for symbol in row.cell(places["symbol"]).split(","):
                if multiplier:
                    found[symbol.strip()] = multiplier
    return found


def _is_eastern(document: Document) -> bool:
    return any("Eastern Time" in cell for row in document.rows if "Notes" in row.cell(0) for cell in row.cells)


def _totals(reader: _Reader) -> Totals:
    """What the statement says was realised: the printed totals of its classes, else the sum of its rows."""
    by_symbol = tuple(
        (cells.text("symbol"), _amount(cells, "realised")) for cells in reader.subtotals if cells.text("symbol")
    )
    printed = {cells.text("asset") for cells in reader.totals}
    stated = [*reader.totals, *(cells for cells in reader.read if cells.text("asset") not in printed)]
    if not reader.read:
        return Totals()
    return Totals(
        closed_pnl=sum((_amount(cells, "realised") for cells in stated), Decimal(0)),
        commission=sum((_amount(cells, "commission") for cells in stated), Decimal(0)),
        by_symbol=by_symbol,
    )


def _amount(cells: Cells, name: str) -> Decimal:
    try:
        return cells.money(name)
    except BadValue:
        return Decimal(0)
