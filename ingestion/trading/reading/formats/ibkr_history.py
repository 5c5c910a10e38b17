"""Interactive Brokers: Transaction History as CSV, which is a list of everything by day.

Lines name their section, as in the activity statement. Trades carry a date without a time and no number of their own;
quantities may be signed, the type tells the side. Commissions are negative.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from ingestion.trading.reading.conventions import Conventions
from ingestion.trading.reading.formats.base import Cells, Column, Match, Outcome, What, accept, bad, is_null, other
from ingestion.trading.reading.formats.cash import cash_kind
from ingestion.trading.reading.formats.ibkr_records import signed_quantity
from ingestion.trading.reading.formats.table import Table, find_columns
from ingestion.trading.reading.formats.walk import Walk, reading_of
from ingestion.trading.reading.headers import normalise
from ingestion.trading.reading.model import Hints, Kind, ParsedCash, ParsedExecution, Reading, StatedAccount, Totals
from ingestion.trading.reading.numbers import POINT
from ingestion.trading.reading.rows import Document

SECTION = "transaction history"
COLUMNS = (
    Column("at", "Date", What.MOMENT),
    Column("account", "Account"),
    Column("description", "Description"),
    Column("type", "Transaction Type"),
    Column("symbol", "Symbol"),
    Column("quantity", "Quantity", What.DECIMAL, decimals=POINT),
    Column("price", "Price", What.DECIMAL, decimals=POINT),
    Column("currency", "Price Currency", needed=False),
    Column("gross", "Gross Amount", What.DECIMAL, needed=False, decimals=POINT),
    Column("commission", "Commission", What.DECIMAL, needed=False, decimals=POINT),
    Column("net", "Net Amount", What.DECIMAL, decimals=POINT),
)
SIDES = {"buy": 1, "sell": -1}
FINANCING = ("dividend", "tax", "interest", "payment in lieu")


class IbkrHistory:
    key: ClassVar[str] = "ibkr_history"
    label: ClassVar[str] = "Interactive Brokers transaction history"
    version: ClassVar[str] = "1"

    def recognise(self, document: Document) -> Match | None:
        header = find_columns(document, COLUMNS)
        if header is None or normalise(header.row.cell(0)) != SECTION:
            return None
        return Match(Decimal("0.98"), len(header.columns), header)

    def read(self, document: Document, match: Match, hints: Hints) -> Reading:
        assert match.header is not None
        conventions = Conventions(hints)
        table = Table(match.header, COLUMNS, conventions)
        currency = _base_currency(document) or hints.currency.lower()
        walk = Walk(document, conventions)
        for index, row in enumerate(document.rows):
            section, role = normalise(row.cell(0)), normalise(row.cell(1))
            if row.is_blank:
                walk.settle(index, other(Kind.BLANK))
            elif role == "header":
                walk.settle(index, other(Kind.HEADER), section[:60])
            elif section == SECTION and role == "data":
                walk.later(index, table, lambda cells: _record(cells, currency), section)
            else:
                walk.settle(index, other(Kind.SUMMARY), section[:60])
        walk.decide()
        lines = walk.lines(other(Kind.UNKNOWN))
        accounts = dict.fromkeys(record.account for line in lines for record in line.records if record.account)
        return reading_of(
            self, document, match, conventions, lines,
            header=match.header.row.cells,
            account=StatedAccount(
                numbers=tuple(accounts), broker="Interactive Brokers", currency=currency, mode="netting"
            ),
            totals=Totals(),
            sections_used=(SECTION,),
        )  # fmt: skip


def _record(cells: Cells, currency: str) -> Outcome:
    kind = cells.text("type").lower()
    if kind in SIDES:
        return _execution(cells, SIDES[kind], currency)
    if "forex" in kind or "assignment" in kind or "exercise" in kind:
        return other(Kind.UNKNOWN, "unknown_type", f"“{kind[:40]}” is kept, and not read as a trade.")
    amount = cells.decimal("net")
    if not amount:
        return bad("no_amount", "This line moves no money and names no trade.")
    at, text = cells.moment("at"), cells.text("description")
    flow = "financing" if any(word in kind for word in FINANCING) else cash_kind(kind, amount)
    return accept(Kind.CASH, ParsedCash(flow, amount, at.at, at.text, currency, "", cells.text("account"), text))


def _execution(cells: Cells, side: int, currency: str) -> Outcome:
    """A share counts one; what trades in contracts waits for its multiplier to be known."""
    at, symbol = cells.moment("at"), cells.needed_text("symbol")
    quantity, price, gross = abs(signed_quantity(cells)), cells.decimal("price"), cells.maybe("gross")
    per_unit = abs(gross) / (quantity * price) if gross and price else None
    multiplier = (
        per_unit.quantize(Decimal(1)) if per_unit and abs(per_unit - round(per_unit)) < Decimal("0.005") else None
    )
    stated = cells.text("currency").lower()
    return accept(
        Kind.EXECUTION,
        ParsedExecution(
            symbol=symbol,
            side=side,
            quantity=quantity,
            price=price,
            at=at.at,
            at_text=at.text,
            commission=cells.money("commission"),
            fee_currency=currency,
            currency=stated if len(stated) == 3 else currency,
            multiplier=multiplier or None,
            account="" if is_null(cells.text("account")) else cells.text("account"),
        ),
    )


def _base_currency(document: Document) -> str:
    """From the summary above the list."""
    for row in document.rows[:40]:
        if "base currency" in (normalise(row.cell(2)), normalise(row.cell(3))):
            filled = [cell.strip() for cell in row.cells if len(cell.strip()) == 3 and cell.strip().isupper()]
            if filled:
                return filled[0].lower()
    return ""
