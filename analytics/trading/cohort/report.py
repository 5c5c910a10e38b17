"""The cohort teaser of a bought report: where a buyer's files stand among traders alike, where that may be told."""

from __future__ import annotations

from accounts import formats
from analytics.trading.cohort.calc import Cell, measures_of, place_of, rank
from analytics.trading.cohort.module import NEEDED, TOO_SMALL
from analytics.trading.cohort.services import cells_told
from analytics.trading.unowned import record_of_files
from billing.autopsy.extras import Ask, Extra, register_extra

#: What the teaser tells; the desk has all measures.
TOLD = {"win_rate": "Win rate", "payoff": "Average win ÷ average loss", "profit_factor": "Profit factor"}


def teaser(ask: Ask) -> Extra | None:
    """Ranks in the cell of twenty or more businesses that trade alike. None for files without a closed decision.

    Errors: InvalidInput where a file cannot be read.
    """
    record = record_of_files(ask.paths, as_of=ask.as_of)
    if not len(record):
        return None
    if short := NEEDED.gap(len(record), record.n_sessions):
        return Extra(text=short, as_of=ask.as_of)
    place = place_of(record)
    cell = next((one for one in cells_told() if one.place == place), None)
    if cell is None:
        return Extra(text=f"{TOO_SMALL} Yours is {place.label}.", as_of=ask.as_of)
    own = measures_of(record)
    rows = tuple((label, words) for name, label in TOLD.items() if (words := _words(own.get(name), cell, name)))
    text = f"Among {formats.number(cell.businesses)} accounts of traders like you: {place.label}."
    return Extra(text=text, rows=rows, as_of=ask.as_of)


def _words(value: float | None, cell: Cell, name: str) -> str:
    quantiles = dict(cell.quantiles).get(name, ())
    found = rank(value, quantiles) if value is not None and quantiles else None
    if found is None:
        return ""
    return f"better than {formats.percent(found)}"


register_extra("cohort", teaser)
