"""Records of tables that use the usual field names: `symbol`, `side`, `quantity`, `entry`, `exit`, `opened`, `closed`,
`price`, `at`, `account`. What a format knows beyond these it gives by name, and may override.
"""

from __future__ import annotations

from typing import Any

from ingestion.trading.reading.contracts import multiplier_of
from ingestion.trading.reading.formats.base import Cells
from ingestion.trading.reading.model import ParsedExecution, ParsedTrade


def trade_of(cells: Cells, **own: Any) -> ParsedTrade:
    """A completed row; `own` must hold `gross`, and `direction` or `quantity` where the row has no such columns.

    Errors: BadValue for a cell that is not what it should be.
    """
    opened, closed = cells.moment("opened"), cells.moment("closed")
    symbol = cells.needed_text("symbol")
    known: dict[str, Any] = {
        "symbol": symbol,
        "multiplier": multiplier_of(symbol),
        "entry_price": cells.decimal("entry"),
        "exit_price": cells.decimal("exit"),
        "opened_at": opened.at,
        "closed_at": closed.at,
        "opened_text": opened.text,
        "closed_text": closed.text,
        "account": cells.text("account"),
        "flags": ("ambiguous_time",) if opened.ambiguous or closed.ambiguous else (),
    }
    if "direction" not in own:
        known["direction"] = cells.side("side")
    if "quantity" not in own:
        known["quantity"] = cells.quantity("quantity")
    return ParsedTrade(**(known | own))


def fill_of(cells: Cells, **own: Any) -> ParsedExecution:
    """One fill; `own` may hold `side`, `quantity` and `price` where they are not simply in their columns.

    Errors: BadValue for a cell that is not what it should be.
    """
    at = cells.moment("at")
    known: dict[str, Any] = {
        "symbol": cells.needed_text("symbol"),
        "at": at.at,
        "at_text": at.text,
        "account": cells.text("account"),
    }
    if "side" not in own:
        known["side"] = cells.side("side")
    if "quantity" not in own:
        known["quantity"] = cells.quantity("quantity")
    if "price" not in own:
        known["price"] = cells.decimal("price")
    return ParsedExecution(**(known | own))
