"""Rows that are a pair of fills, a buy and a sell: whichever came first opened."""

from __future__ import annotations

from datetime import date

from ingestion.trading.reading.contracts import multiplier_of
from ingestion.trading.reading.formats.base import Cells
from ingestion.trading.reading.model import ParsedTrade
from ingestion.trading.reading.moments import Moment


def paired(cells: Cells, *, currency: str = "", session: date | None = None) -> ParsedTrade:
    """The trade of a row with `buy_id`, `sell_id`, `buy`, `sell`, `bought`, `sold`, `quantity` and a gross `result`.

    At equal times the lower fill number opened, and the trade says that this is a guess.
    """
    bought, sold = cells.moment("bought"), cells.moment("sold")
    buy_id, sell_id = cells.id("buy_id"), cells.id("sell_id")
    direction, flags = _direction(bought, sold, buy_id, sell_id)
    ends = ((bought, cells.decimal("buy")), (sold, cells.decimal("sell")))
    (opened, entry), (closed, exit_) = ends if direction > 0 else ends[::-1]
    ambiguous = ("ambiguous_time",) if opened.ambiguous or closed.ambiguous else ()
    return ParsedTrade(
        symbol=cells.needed_text("symbol"),
        multiplier=multiplier_of(cells.text("symbol")),
        direction=direction,
        quantity=cells.quantity("quantity"),
        entry_price=entry,
        exit_price=exit_,
        opened_at=opened.at,
        closed_at=closed.at,
        opened_text=opened.text,
        closed_text=closed.text,
        gross=cells.decimal("result"),
        pair=(buy_id, sell_id),
        currency=currency,
        account=cells.text("account"),
        session_date=session,
        flags=(*flags, *ambiguous),
    )


def _direction(bought: Moment, sold: Moment, buy_id: str, sell_id: str) -> tuple[int, tuple[str, ...]]:
    if bought.at != sold.at:
        return (1 if bought.at < sold.at else -1), ()
    first = buy_id.isdigit() and sell_id.isdigit() and int(sell_id) < int(buy_id)
    return (-1 if first else 1), ("direction_unknown",)
