"""What the columns of an unknown table may be, judged by their names and by what stands below them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ingestion.trading.reading.formats.base import What
from ingestion.trading.reading.headers import HeaderMatch, normalise
from ingestion.trading.reading.moments import to_wall
from ingestion.trading.reading.numbers import COMMA, POINT, BadValue, is_null, to_decimal
from ingestion.trading.reading.rows import Document, Row

LOOK_AHEAD = 20
SEARCHED = 200


@dataclass(frozen=True, slots=True)
class FieldGuess:
    """A field a column can be mapped to, its label, what its cells are, and names it goes by."""

    field: str
    label: str = ""
    what: What = What.TEXT
    names: tuple[str, ...] = ()


_NAMES = (
    ("symbol", "symbol", What.TEXT, "symbol|ticker|instrument|market|pair|contract|item|underlying"),
    ("direction", "direction (long or short)", What.TEXT, "direction|position|long/short|market pos.|type|side"),
    ("side", "side (buy or sell)", What.TEXT, "side|buy/sell|action|b/s|type|direction"),
    ("quantity", "quantity", What.DECIMAL, "quantity|qty|size|volume|lots|contracts|shares|amount"),
    ("entry_price", "entry price", What.DECIMAL, "entry price|open price|entry|avg entry|buy price"),
    ("exit_price", "exit price", What.DECIMAL, "exit price|close price|exit|avg exit|closing price|sell price"),
    ("price", "price", What.DECIMAL, "price|fill price|avg price|execution price|trade price"),
    ("opened_at", "time of entry", What.MOMENT, "entry time|open time|opened|entry date|open date|opened at"),
    ("closed_at", "time of exit", What.MOMENT, "exit time|close time|closed|exit date|close date|closed at|date"),
    ("at", "time", What.MOMENT, "time|date/time|date|timestamp|fill time|executed at|exec time"),
    (
        "gross",
        "result before costs",
        What.DECIMAL,
        "gross p&l|gross pnl|gross|p&l|pnl|profit|realized p&l",
    ),
    ("net", "result after costs", What.DECIMAL, "net p&l|net pnl|net|net profit"),
    ("commission", "commission", What.DECIMAL, "commission|commissions|comm"),
    ("swap", "swap", What.DECIMAL, "swap|rollover|financing"),
    ("fees", "fees", What.DECIMAL, "fees|fee"),
    ("id", "trade number", What.ID, "id|trade id|ticket|order id|trade #"),
    ("account", "account", What.TEXT, "account|account id|account number"),
)
_FIELDS = tuple(FieldGuess(field, label, what, tuple(names.split("|"))) for field, label, what, names in _NAMES)
FIELDS = {guess.field: guess for guess in _FIELDS}
_SHORT = (("entry", "entry_price"), ("exit", "exit_price"), ("opened", "opened_at"), ("closed", "closed_at"))
FIELDS |= {short: FIELDS[name] for short, name in _SHORT}
NEEDED = {
    "trade": ("symbol", "direction", "quantity", "closed_at", "gross|net"),
    "execution": ("symbol", "side", "quantity", "price", "at"),
}


def guess_fields(header: HeaderMatch) -> dict[str, str]:
    """Field → column whose name says it."""
    by_name = {normalise(cell): cell.strip() for cell in reversed(header.row.cells) if cell.strip()}
    found = {}
    for guess in _FIELDS:
        column = next((by_name[name] for name in guess.names if name in by_name), None)
        if column is not None:
            found[guess.field] = column
    return found


def guess_layout(mapped: Iterable[str], header: HeaderMatch) -> str:
    """`trade` where a row has a result, else `execution`."""
    fields = set(mapped) or set(guess_fields(header))
    return "trade" if fields & {"gross", "net", "exit_price", "opened_at"} else "execution"


def guess_header(document: Document) -> HeaderMatch | None:
    """The first row of at least three different names above a row that has both a time and a number."""
    rows = document.rows
    for index, row in enumerate(rows[:SEARCHED]):
        names = [cell for cell in row.cells if cell.strip()]
        if len(names) < 3 or len(set(names)) < 3 or any(_is_value(name) for name in names):
            continue
        below = rows[index + 1 : index + 1 + LOOK_AHEAD]
        if any(_is_record(candidate, len(names)) for candidate in below):
            return HeaderMatch(
                index, row, {cell.strip(): place for place, cell in enumerate(row.cells) if cell.strip()}
            )
    return None


def _is_record(row: Row, width: int) -> bool:
    cells = [cell for cell in row.cells if not is_null(cell)]
    if len(cells) < 3 or len(row.cells) < width * 0.7:
        return False
    return any(_is_time(cell) for cell in cells) and any(_is_number(cell) for cell in cells)


def _is_value(cell: str) -> bool:
    return _is_number(cell) or _is_time(cell)


def _is_time(cell: str) -> bool:
    try:
        return len(cell.strip()) >= 6 and not _is_number(cell) and to_wall(cell, "") is not None
    except BadValue:
        return False


def _is_number(cell: str) -> bool:
    for style in (POINT, COMMA):
        try:
            return to_decimal(cell, style) is not None
        except BadValue:
            continue
    return False
