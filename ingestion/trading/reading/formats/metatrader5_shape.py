"""What a row of an MT5 report is, by the shape of its cells alone; and the columns of its tables."""

from __future__ import annotations

import re
from enum import StrEnum

from ingestion.trading.reading.formats.table import Column, What
from ingestion.trading.reading.numbers import POINT_ONLY
from ingestion.trading.reading.rows import Row

TIME = re.compile(r"\d{4}[./-]\d{2}[./-]\d{2} \d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?")
NUMBER = re.compile(r"[-\u2212]?\d[\d\s\u00a0\u202f.,]*")
SIDES = frozenset({"buy", "sell"})
DIRECTIONS = frozenset({"in", "out", "in/out", "in-out", "out by", "inout"})
ORDER_TYPES = frozenset(
    {"buy", "sell", "buy limit", "sell limit", "buy stop", "sell stop", "buy stop limit", "sell stop limit", "close by"}
)
CASH_TYPES = frozenset(
    {
        "balance", "credit", "charge", "correction", "bonus", "commission", "commission daily", "commission monthly",
        "agent commission", "interest", "dividend", "tax", "daily commission", "monthly commission", "interest rate",
    }
)  # fmt: skip


class Shape(StrEnum):
    POSITION = "position"
    DEAL = "deal"
    ORDER = "order"
    OPEN = "open"
    CASH = "cash"
    BROKEN = "broken"
    OTHER = "other"


def _number(field: str, name: str) -> Column:
    return Column(field, name, What.DECIMAL, decimals=POINT_ONLY)


POSITIONS = (
    Column("opened", "Time", What.MOMENT),
    Column("id", "Position", What.ID),
    Column("symbol", "Symbol"),
    Column("type", "Type"),
    _number("volume", "Volume"),
    _number("entry", "Price"),
    _number("stop", "S / L"),
    _number("target", "T / P"),
    Column("closed", "Time", What.MOMENT),
    _number("exit", "Price"),
    _number("commission", "Commission"),
    _number("swap", "Swap"),
    _number("profit", "Profit"),
)
_DEAL_HEAD = (
    Column("at", "Time", What.MOMENT),
    Column("id", "Deal", What.ID),
    Column("symbol", "Symbol"),
    Column("type", "Type"),
    Column("direction", "Direction"),
    _number("volume", "Volume"),
    _number("price", "Price"),
    Column("order", "Order", What.ID),
    _number("commission", "Commission"),
)
_DEAL_TAIL = (
    _number("swap", "Swap"),
    _number("profit", "Profit"),
    _number("balance", "Balance"),
    Column("comment", "Comment"),
)
DEALS = (*_DEAL_HEAD, *_DEAL_TAIL)
FEE_DEALS = (*_DEAL_HEAD, _number("fee", "Fee"), *_DEAL_TAIL)
FEWEST_CELLS = 11


def shape_of(row: Row) -> Shape:
    """The kind of row. Anything that does not begin with a time and a number is `other`."""
    if len(row.cells) < 2 or not TIME.fullmatch(row.cell(0)) or not row.cell(1):
        return Shape.OTHER
    kind, fourth = row.cell(3).lower(), row.cell(4).lower()
    if fourth in DIRECTIONS and kind in SIDES:
        return Shape.DEAL
    if kind in CASH_TYPES:
        return Shape.CASH
    is_priced = kind in SIDES and bool(NUMBER.fullmatch(row.cell(9))) and len(row.cells) >= FEWEST_CELLS
    if kind in ORDER_TYPES and not is_priced and ("/" in fourth or TIME.fullmatch(row.cell(8))):
        return Shape.ORDER
    if kind in SIDES and len(row.cells) >= FEWEST_CELLS:
        return Shape.POSITION if _is_closed(row) else Shape.OPEN
    return Shape.BROKEN if kind in ORDER_TYPES else Shape.OTHER


def _is_closed(row: Row) -> bool:
    """A closed position has a second time where an open one has the price of the market."""
    return not NUMBER.fullmatch(row.cell(8)) or len(row.cell(8)) > 15
