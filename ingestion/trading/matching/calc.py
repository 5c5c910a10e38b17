"""All trades of one account from all its facts. Plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ingestion.trading.matching.fills import match_fills
from ingestion.trading.matching.fragments import match_parts
from ingestion.trading.matching.model import Fill, Made, Matched, Part
from ingestion.trading.reading.zones import Roll


def match(fills: Iterable[Fill], parts: Iterable[Part], *, hedging: bool, roll: Roll) -> Matched:
    """Decisions in the order they closed, open ones last.

    The session of a trade is what the file states, or what the account's roll makes of its close.
    Empty:  no facts make no trades.
    Source: trading.md § 2 (unit of analysis), § 4.5 (matching).
    """
    of_fills = match_fills(fills, hedging=hedging)
    trades = [*of_fills.trades, *match_parts(parts, hedging=hedging)]
    for trade in trades:
        trade.session_date = _session(trade, roll)
    trades.sort(key=lambda trade: (trade.closed_at is None, trade.closed_at or trade.opened_at, trade.key))
    return Matched(tuple(trades), of_fills.orphans)


def _session(trade: Made, roll: Roll) -> date | None:
    if trade.closed_at is None:
        return None
    return trade.stated_session or roll.session_date(trade.closed_at)
