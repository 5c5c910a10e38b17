"""TradingView: “List of trades” of a strategy. Two rows a trade, the exit sometimes first; no symbol in the table.

Profit is after commission. Run-up and drawdown are the best and the worst unrealised result, in money. Times are the
chart's. A trade that is still open has no exit, or one whose signal says “Open”.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from ingestion.trading.reading.conventions import Conventions
from ingestion.trading.reading.formats.base import (
    BadValue,
    Cells,
    Column,
    Match,
    Outcome,
    Table,
    TableFormat,
    What,
    accept,
    bad,
    is_null,
    line,
    other,
    outcome_of,
)
from ingestion.trading.reading.formats.outcomes import header_line, preamble
from ingestion.trading.reading.formats.walk import reading_of
from ingestion.trading.reading.model import Decision, Hints, Kind, ParsedTrade, Question, Reading, StatedAccount, Totals
from ingestion.trading.reading.rows import Document, Row
from ingestion.trading.reading.translations import STILL_OPEN, spelled

ENTRY = re.compile(r"entry|einstieg|entr[ée]e|entrada|ingresso|entrata", re.IGNORECASE)
EXIT = re.compile(r"exit|ausstieg|sortie|salida|sa[íi]da|uscita", re.IGNORECASE)
LONG = re.compile(r"long|largo|lungo|comprad", re.IGNORECASE)
SHORT = re.compile(r"short|cort[oa]|court|vendid|breve", re.IGNORECASE)
IN_NAME = re.compile(r"_([A-Z][A-Z_]*?)_([A-Z0-9.!]+)_\d{4}-\d{2}-\d{2}")
STOPS = re.compile(r"\b(stop|sl|stop.?loss)\b", re.IGNORECASE)
TARGETS = re.compile(r"\b(target|tp|take.?profit|limit)\b", re.IGNORECASE)


def _column(field: str, name: str, what: What = What.TEXT, *, needed: bool = True) -> Column:
    return Column(field, name, what, needed, spelled("tradingview", name))


class TradingView(TableFormat):
    key: ClassVar[str] = "tradingview"
    label: ClassVar[str] = "TradingView list of trades"
    section: ClassVar[str] = "trades"
    columns: ClassVar[tuple[Column, ...]] = (
        _column("number", "Trade #"),
        _column("type", "Type"),
        _column("signal", "Signal", needed=False),
        _column("at", "Date/Time", What.MOMENT),
        _column("price", "Price {}", What.DECIMAL),
        _column("quantity", "Contracts", What.DECIMAL),
        _column("profit", "Profit {}", What.DECIMAL),
        _column("run_up", "Run-up {}", What.DECIMAL, needed=False),
        _column("drawdown", "Drawdown {}", What.DECIMAL, needed=False),
    )

    def fits(self, cells: Cells) -> bool:
        return _role(cells) is not None and cells.text("number").isdigit()

    def read(self, document: Document, match: Match, hints: Hints) -> Reading:
        assert match.header is not None
        conventions = Conventions(hints)
        table = Table(match.header, self.columns, conventions)
        body = document.rows[match.header.index + 1 :]
        table.decide(body)
        conventions.settle_zone(table.times(body))
        symbol = _symbol(document.filename, conventions)
        currency = _currency(table) or hints.currency.lower()
        pairs = _pairs(body, table)
        lines = [*preamble(document.rows[: match.header.index]), header_line(match.header.row, self.section)]
        for row in body:
            lines.append(line(row, _outcome(row, table, pairs, symbol, currency), self.section))
        return reading_of(
            self, document, match, conventions, lines, header=match.header.row.cells,
            account=StatedAccount(currency=currency, mode="netting"), totals=Totals(), sections_used=(self.section,),
        )  # fmt: skip


Pairs = dict[str, dict[str, Row]]  # trade number → role → row


def _pairs(body: Sequence[Row], table: Table) -> Pairs:
    pairs: Pairs = {}
    for row in body:
        cells = Cells(row, table)
        if role := _role(cells):
            pairs.setdefault(cells.text("number"), {}).setdefault(role, row)
    return pairs


def _role(cells: Cells) -> str | None:
    kind = cells.text("type")
    if bool(LONG.search(kind)) == bool(SHORT.search(kind)):
        return None
    return "exit" if EXIT.search(kind) else "entry" if ENTRY.search(kind) else None


def _outcome(row: Row, table: Table, pairs: Pairs, symbol: str, currency: str) -> Outcome:
    cells = Cells(row, table)
    if row.is_blank:
        return other(Kind.BLANK)
    if table.is_header(row):
        return other(Kind.HEADER)
    role = _role(cells)
    if role is None:
        return bad("bad_type", f"“{cells.text('type')[:40]}” is neither an entry nor an exit, long or short.")
    pair = pairs[cells.text("number")]
    if pair.get(role) is not row:
        return bad("third_row", f"Trade {cells.text('number')[:20]} has a second {role}.")
    if _is_open(pair, table):
        return other(Kind.OPEN)
    if "entry" not in pair:
        return bad("no_entry", "The exit has no entry in this file.")
    if role == "entry":
        return other(Kind.SUMMARY, "entry_of_pair", "Its trade stands in the row of the exit.")
    entry = Cells(pair["entry"], table)
    return outcome_of(lambda cells: accept(Kind.TRADE, _trade(entry, cells, symbol, currency)), cells)


def _is_open(pair: dict[str, Row], table: Table) -> bool:
    if "exit" not in pair:
        return True
    cells = Cells(pair["exit"], table)
    return is_null(cells.text("at")) or cells.text("signal").lower() in STILL_OPEN


def _trade(entry: Cells, exit_: Cells, symbol: str, currency: str) -> ParsedTrade:
    opened, closed = entry.moment("at"), exit_.moment("at")
    direction = 1 if LONG.search(exit_.text("type")) else -1
    if bool(LONG.search(entry.text("type"))) != (direction == 1):
        raise BadValue("sides_differ", "Entry and exit of this trade name different directions.")
    signal = exit_.text("signal")
    run_up = exit_.maybe("run_up") or entry.maybe("run_up")
    drawdown = exit_.maybe("drawdown") or entry.maybe("drawdown")
    ambiguous = ("ambiguous_time",) if opened.ambiguous or closed.ambiguous else ()
    return ParsedTrade(
        symbol=symbol or "?",
        direction=direction,
        quantity=exit_.quantity("quantity") if not is_null(exit_.raw("quantity")) else entry.quantity("quantity"),
        entry_price=entry.decimal("price"),
        exit_price=exit_.decimal("price"),
        opened_at=opened.at,
        closed_at=closed.at,
        opened_text=opened.text,
        closed_text=closed.text,
        gross=exit_.decimal("profit"),
        currency=currency,
        mae=-abs(drawdown) if drawdown is not None else None,
        mfe=abs(run_up) if run_up is not None else None,
        exit_reason="sl" if STOPS.search(signal) else "tp" if TARGETS.search(signal) else "",
        setup=entry.text("signal")[:60],
        comment=signal,
        flags=("costs_included", *ambiguous),
    )


def _symbol(filename: str, conventions: Conventions) -> str:
    """The table has none: an answer, or the name TradingView gave the file; else it is asked."""
    if "symbol" not in conventions.hints.answers and (match := IN_NAME.search(filename)):
        return conventions.note(Decision("symbol", match[2], "evidence", f"The file is called {filename[:80]}."))
    return conventions.ask(
        Question("symbol", "Which symbol were these trades in?", (), "TradingView's list of trades does not say it.")
    )


def _currency(table: Table) -> str:
    for name in ("Profit {}", "Price {}"):
        currency = table.captured(name).lower()
        if len(currency) == 3 and currency.isalpha():
            return currency
    return ""
