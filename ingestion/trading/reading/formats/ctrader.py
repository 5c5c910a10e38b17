"""cTrader: history of closed positions as CSV, XLSX or HTML, below banner lines.

The header names the zone of the times and the currency of the money. Quantities carry their unit. Net is what the
broker booked: whatever it holds beyond gross, commission and swap is a fee.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from ingestion.trading.reading.formats.base import (
    Cells,
    Column,
    Match,
    Outcome,
    Table,
    TableFormat,
    What,
    accept,
    other,
)
from ingestion.trading.reading.model import Hints, Kind, Line, ParsedTrade, Reading, StatedAccount, StopQuality, Totals
from ingestion.trading.reading.moments import DAY_FIRST, to_wall
from ingestion.trading.reading.rows import Document, Unreadable
from ingestion.trading.reading.translations import spelled
from ingestion.trading.reading.zones import is_zone, parse_zone

OPENED, CLOSED, GROSS, NET, BALANCE = (
    "Opening Time ({})",
    "Closing Time ({})",
    "Gross {}",
    "Net {}",
    "Balance {}",
)
NUMBER = re.compile(r"(?:Account|Konto|Compte|Cuenta|Conto|Conta)\D{0,12}(\d{4,})", re.IGNORECASE)


def _column(field: str, name: str, what: What = What.TEXT, *, needed: bool = True) -> Column:
    dates = DAY_FIRST if what is What.MOMENT else ""
    return Column(field, name, what, needed, spelled("ctrader", name), dates=dates)


class CTrader(TableFormat):
    key: ClassVar[str] = "ctrader"
    label: ClassVar[str] = "cTrader history"
    section: ClassVar[str] = "history"
    columns: ClassVar[tuple[Column, ...]] = (
        _column("id", "ID", What.ID, needed=False),
        _column("account", "Account Number", needed=False),
        _column("symbol", "Symbol"),
        _column("direction", "Opening Direction"),
        _column("opened", OPENED, What.MOMENT, needed=False),
        _column("closed", CLOSED, What.MOMENT),
        _column("entry", "Entry Price", What.DECIMAL),
        _column("exit", "Closing Price", What.DECIMAL),
        _column("quantity", "Closing Quantity", What.DECIMAL),
        _column("commission", "Commission", What.DECIMAL, needed=False),
        _column("swap", "Swap", What.DECIMAL, needed=False),
        _column("gross", GROSS, What.DECIMAL, needed=False),
        _column("net", NET, What.DECIMAL),
        _column("balance", BALANCE, What.DECIMAL, needed=False),
        _column("stop", "Stop Loss", What.DECIMAL, needed=False),
        _column("target", "Take Profit", What.DECIMAL, needed=False),
        _column("comment", "Comment", needed=False),
    )

    def fits(self, cells: Cells) -> bool:
        return cells.side("direction") in (1, -1) and to_wall(cells.raw("closed")) is not None

    def zone_in_header(self, table: Table) -> str:
        return table.captured(CLOSED) or table.captured(OPENED)

    def read(self, document: Document, match: Match, hints: Hints) -> Reading:
        assert match.header is not None
        if match.header.repeats.get(NET, 0) > 1:
            raise Unreadable(
                "several_net_columns",
                "The file has several Net columns in different currencies. Export it with the account's currency only.",
            )
        return super().read(document, match, hints)

    def record(self, cells: Cells) -> Outcome:
        if not cells.text("symbol") or not cells.text("direction"):
            return other(Kind.SUMMARY)
        opened, closed = cells.maybe_moment("opened"), cells.moment("closed")
        commission, swap, net = cells.cost("commission"), cells.money("swap"), cells.decimal("net")
        gross = cells.maybe("gross")
        if gross is None:
            gross = net - commission - swap
        number = cells.id("id")
        return accept(
            Kind.TRADE,
            ParsedTrade(
                symbol=cells.needed_text("symbol"),
                direction=cells.side("direction"),
                quantity=cells.quantity("quantity"),
                entry_price=cells.decimal("entry"),
                exit_price=cells.decimal("exit"),
                opened_at=opened.at if opened else None,
                closed_at=closed.at,
                opened_text=opened.text if opened else "",
                closed_text=closed.text,
                gross=gross,
                native_id=f"{number}@{closed.at:%Y%m%d%H%M%S}" if number.startswith("PID") else number,
                position_id=number if number.startswith("PID") else "",
                commission=commission,
                fees=net - gross - commission - swap,
                swap=swap,
                currency=_currency(cells.table),
                account=cells.text("account"),
                stop=cells.maybe("stop") or None,
                stop_quality=StopQuality.LAST_KNOWN if cells.maybe("stop") else StopQuality.NONE,
                target=cells.maybe("target") or None,
                comment=cells.text("comment"),
                flags=("ambiguous_time",) if closed.ambiguous or (opened and opened.ambiguous) else (),
            ),
        )

    def account(self, document: Document, table: Table, lines: Sequence[Line]) -> StatedAccount:
        above = " ".join(" ".join(row.cells) for row in document.rows[: table.match.index])
        number, zone = NUMBER.search(above), self.zone_in_header(table)
        return StatedAccount(
            numbers=(number[1],) if number else (),
            currency=_currency(table),
            mode="hedging",
            zone=parse_zone(zone).text if is_zone(zone) else "",
        )

    def totals(self, document: Document, table: Table, lines: Sequence[Line]) -> Totals:
        """The balance after the newest trade."""
        newest = max(
            ((record.closed_at, line) for line in lines for record in line.records if isinstance(record, ParsedTrade)),
            key=lambda pair: pair[0],
            default=None,
        )
        if newest is None or "balance" not in table.places:
            return Totals()
        row = next(row for row in document.rows if row.number == newest[1].number)
        return Totals(balance=Cells(row, table).maybe("balance"))


def _currency(table: Table) -> str:
    currency = next((table.captured(name) for name in (NET, GROSS, BALANCE) if table.captured(name)), "")
    currency = currency.strip(" ()").lower()
    return currency if len(currency) == 3 else ""
