"""MetaTrader 4: Statement and DetailedStatement, saved as a web page.

One table holds closed transactions, open trades, working orders and a summary. Times are the server's, without a zone.
Profit excludes commission, taxes and swap. A stop is the last one the trade had, so it proves no initial risk.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

from ingestion.trading.reading.conventions import Conventions
from ingestion.trading.reading.formats.base import Cells, Column, Match, Outcome, What, accept, find_columns, other
from ingestion.trading.reading.formats.cash import cash_kind
from ingestion.trading.reading.formats.table import Table
from ingestion.trading.reading.formats.totals import Printed
from ingestion.trading.reading.formats.walk import Walk, reading_of
from ingestion.trading.reading.headers import normalise
from ingestion.trading.reading.model import (
    Hints,
    Kind,
    Line,
    Parsed,
    ParsedCash,
    ParsedTrade,
    Reading,
    StatedAccount,
    StopQuality,
    Totals,
)
from ingestion.trading.reading.moments import YEAR_FIRST
from ingestion.trading.reading.numbers import POINT, POINT_ONLY, BadValue, to_decimal
from ingestion.trading.reading.rows import Document, Row

COLUMNS = (
    Column("ticket", "Ticket", What.ID),
    Column("opened", "Open Time", What.MOMENT),
    Column("type", "Type"),
    Column("size", "Size", What.DECIMAL, decimals=POINT_ONLY),
    Column("item", "Item"),
    Column("entry", "Price", What.DECIMAL, decimals=POINT_ONLY),
    Column("stop", "S / L", What.DECIMAL, decimals=POINT_ONLY),
    Column("target", "T / P", What.DECIMAL, decimals=POINT_ONLY),
    Column("closed", "Close Time", What.MOMENT),
    Column("exit", "Price", What.DECIMAL, decimals=POINT_ONLY),
    Column("commission", "Commission", What.DECIMAL, needed=False, decimals=POINT_ONLY),
    Column("taxes", "Taxes", What.DECIMAL, needed=False, decimals=POINT_ONLY),
    Column("swap", "Swap", What.DECIMAL, decimals=POINT_ONLY),
    Column("profit", "Profit", What.DECIMAL, decimals=POINT_ONLY),
)
SECTIONS = {
    "closed transactions": "closed",
    "open trades": "open",
    "working orders": "working",
    "summary": "summary",
    "details": "summary",
}
TRADES = frozenset({"buy", "sell"})
CASH = frozenset({"balance", "credit"})
PENDING = frozenset({"buy limit", "sell limit", "buy stop", "sell stop", "buy stop limit", "sell stop limit"})
CHAIN = re.compile(r"\b(from|to) #(\d+)")
CAUSES = (("[sl]", "sl"), ("[tp]", "tp"), ("so:", "stopout"))
STATED = re.compile(r"(Account|Name|Currency)\s*:\s*(.+)")


class MetaTrader4:
    key: ClassVar[str] = "mt4"
    label: ClassVar[str] = "MetaTrader 4 statement"
    version: ClassVar[str] = "1"

    def recognise(self, document: Document) -> Match | None:
        header = find_columns(document, COLUMNS, within=60)
        if header is None:
            return None
        body = document.rows[header.index + 1 : header.index + 200]
        known = [row for row in body if _type(row) in TRADES | CASH | PENDING]
        is_dated = [row for row in known if YEAR_FIRST.match(row.cell(1))]
        if known and not is_dated:
            return None
        return Match(Decimal("0.98") if is_dated else Decimal("0.7"), len(header.columns), header)

    def read(self, document: Document, match: Match, hints: Hints) -> Reading:
        assert match.header is not None
        conventions = Conventions(hints)
        table = Table(match.header, COLUMNS, conventions)
        account = _account(document, hints)
        walk = Walk(document, conventions)
        section = "closed"
        for index, row in enumerate(document.rows):
            section = SECTIONS.get(_first(row), section)
            _tag(walk, index, row, table, section, account.currency)
        walk.decide()
        lines = _chained(walk.lines(other(Kind.UNKNOWN)))
        used = sorted({line.section for line in lines if line.records})
        return reading_of(
            self, document, match, conventions, lines,
            header=match.header.row.cells, account=account, totals=_totals(document, table), sections_used=used,
        )  # fmt: skip


def _tag(walk: Walk, index: int, row: Row, table: Table, section: str, currency: str) -> None:
    kind = _type(row)
    if row.is_blank:
        walk.settle(index, other(Kind.BLANK), section)
    elif normalise(row.cell(0)) == "ticket":
        walk.settle(index, other(Kind.HEADER), section)
    elif kind in CASH:
        walk.later(index, table, lambda cells: _cash(cells, currency), section)
    elif kind in PENDING or (kind in TRADES and section == "working"):
        walk.settle(index, other(Kind.PENDING), section)
    elif kind in TRADES and section == "open":
        walk.settle(index, other(Kind.OPEN), section)
    elif kind in TRADES:
        walk.later(index, table, lambda cells: _trade(cells, currency), section)
    elif row.cell(0).isdigit() and YEAR_FIRST.match(row.cell(1)):
        reason = f"“{kind[:40]}” is no type of transaction we know."
        walk.settle(index, other(Kind.UNKNOWN, "unknown_type", reason), section)
    else:
        walk.settle(index, other(Kind.SUMMARY), section)


def _trade(cells: Cells, currency: str) -> Outcome:
    opened, closed = cells.moment("opened"), cells.moment("closed")
    comment = cells.title("ticket")
    stop, target = cells.maybe("stop"), cells.maybe("target")
    return accept(
        Kind.TRADE,
        ParsedTrade(
            symbol=cells.needed_text("item"),
            direction=cells.side("type"),
            quantity=cells.quantity("size"),
            entry_price=cells.decimal("entry"),
            exit_price=cells.decimal("exit"),
            opened_at=opened.at,
            closed_at=closed.at,
            opened_text=opened.text,
            closed_text=closed.text,
            gross=cells.decimal("profit"),
            native_id=_ticket(cells),
            position_id=_ticket(cells),
            commission=cells.money("commission"),
            fees=cells.money("taxes"),
            swap=cells.money("swap"),
            currency=currency,
            stop=stop or None,
            stop_quality=StopQuality.LAST_KNOWN if stop else StopQuality.NONE,
            target=target or None,
            exit_reason=next((reason for mark, reason in CAUSES if mark in comment), ""),
            comment=comment,
            flags=_flags(comment, ambiguous=opened.ambiguous or closed.ambiguous),
        ),
    )


def _cash(cells: Cells, currency: str) -> Outcome:
    """A balance row has a text where trades have prices; its amount is the last cell, however many there are."""
    at = cells.moment("opened")
    filled = [cell for cell in cells.row.cells[3:] if cell.strip()]
    if not filled:
        raise BadValue("missing_value", "The amount is missing.")
    style = cells.table.styles.get("profit", "point")
    amount = to_decimal(filled[-1], style)
    if amount is None:
        raise BadValue("missing_value", "The amount is missing.")
    comment = " ".join(dict.fromkeys([*filled[:-1], cells.title("ticket")])).strip()
    kind = "credit" if cells.text("type").lower() == "credit" else cash_kind(comment, amount)
    return accept(Kind.CASH, ParsedCash(kind, amount, at.at, at.text, currency, _ticket(cells), comment=comment))


def _ticket(cells: Cells) -> str:
    ticket = cells.id("ticket")
    if not ticket.isdigit():
        raise BadValue("bad_ticket", f"“{ticket[:40]}” is no ticket number.")
    return ticket


def _flags(comment: str, *, ambiguous: bool) -> tuple[str, ...]:
    flags = ("ambiguous_time",) if ambiguous else ()
    return (*flags, "gap") if "/gap" in comment else flags


def _chained(lines: list[Line]) -> list[Line]:
    """Partial closes point at each other (`to #8`, `from #7`): all of a chain are one position, named by its first."""
    before: dict[str, str] = {}
    for line in lines:
        for record in line.records:
            for word, ticket in CHAIN.findall(record.comment if isinstance(record, ParsedTrade) else ""):
                child, parent = (record.native_id, ticket) if word == "from" else (ticket, record.native_id)
                if child != parent:
                    before.setdefault(child, parent)
    if not before:
        return lines
    return [replace(line, records=tuple(_rooted(record, before) for record in line.records)) for line in lines]


def _rooted(record: Parsed, before: dict[str, str]) -> Parsed:
    if not isinstance(record, ParsedTrade):
        return record
    root, seen = record.native_id, set()
    while root in before and root not in seen:
        seen.add(root)
        root = before[root]
    return replace(record, position_id=root)


def _type(row: Row) -> str:
    return row.cell(2).lower()


def _first(row: Row) -> str:
    return normalise(next((cell for cell in row.cells if cell.strip()), ""))


def _account(document: Document, hints: Hints) -> StatedAccount:
    found: dict[str, str] = {}
    for row in document.rows[:20]:
        for cell in row.cells:
            if match := STATED.match(cell.strip()):
                found.setdefault(match[1], match[2].strip())
    number = found.get("Account", "").split(" ")[0]
    return StatedAccount(
        numbers=(number,) if number else (),
        name=found.get("Name", ""),
        currency=(found.get("Currency") or hints.currency).lower(),
        mode="hedging",
    )


def _totals(document: Document, table: Table) -> Totals:
    printed = Printed.of(document, table.styles.get("profit", POINT))
    return Totals(
        closed_pnl=printed.amount("closed trade p/l", "closed p/l"),
        gross_profit=printed.amount("gross profit"),
        gross_loss=printed.amount("gross loss"),
        trades=printed.count("total trades"),
        wins=printed.count("profit trades (% of total)"),
        deposits=printed.amount("deposit/withdrawal"),
        balance=printed.amount("balance"),
    )
