"""What holds for every trade of every broker. A row that breaks it is set aside with its reason, not corrected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from ingestion.trading.reading.contracts import contract_of
from ingestion.trading.reading.model import Kind, Line, ParsedExecution, ParsedTrade

FAR = Decimal("0.2")
MOST_COMMISSION = Decimal("0.02")
SMALL_COMMISSION = Decimal(25)  # minimum commissions on tiny orders are real
LONGEST_SYMBOL = 80

Traded = ParsedTrade | ParsedExecution


def checked(lines: list[Line]) -> list[Line]:
    """The lines, with rows set aside that no market can have produced.

    A trade does not close before it opens; a price is within 20 % of one of its neighbours of the symbol, where those
    agree; futures trade in whole contracts; a commission is at most 2 % of what was traded.
    """
    for place, record in _traded(lines):
        if trouble := _trouble(record):
            lines[place] = _set_aside(lines[place], *trouble)
    for place, price in _outliers(lines):
        lines[place] = _set_aside(
            lines[place], "price_outlier", f"A price of {price:f} is far from the trades before and after it."
        )
    return lines


def _traded(lines: list[Line]) -> Iterator[tuple[int, Traded]]:
    for place, line in enumerate(lines):
        for record in line.records:
            if isinstance(record, ParsedTrade | ParsedExecution):
                yield place, record


def _trouble(record: Traded) -> tuple[str, str] | None:
    """Code and reason, or None."""
    if not record.symbol or len(record.symbol) > LONGEST_SYMBOL:
        return "bad_symbol", "The symbol is missing or too long."
    if isinstance(record, ParsedTrade) and record.opened_at and record.closed_at < record.opened_at:
        return "closes_before_it_opens", f"It closes at {record.closed_text} and opens at {record.opened_text}."
    if record.asset_class == "futures" and contract_of(record.symbol) and record.quantity % 1:
        return "bad_quantity", f"{record.quantity:f} contracts cannot be traded."
    worth = _worth(record)
    if worth and SMALL_COMMISSION < -record.commission > worth * MOST_COMMISSION:
        return "commission_too_large", f"A commission of {-record.commission:f} is more than 2 % of what was traded."
    return None


def _price(record: Traded) -> Decimal | None:
    return record.price if isinstance(record, ParsedExecution) else record.entry_price


def _worth(record: Traded) -> Decimal | None:
    """What was traded, in money; None where the multiplier is not known or options make it meaningless."""
    price = _price(record)
    if price is None or record.multiplier is None or record.asset_class == "options":
        return None
    return abs(price) * record.quantity * record.multiplier


def _outliers(lines: list[Line]) -> list[tuple[int, Decimal]]:
    """Lines whose price is far from the one before and the one after, while those two are close to each other."""
    by_symbol: dict[str, list[tuple[int, Decimal]]] = {}
    for place, record in _traded(lines):
        price = _price(record)
        if price is not None and price > 0 and record.asset_class != "options":
            by_symbol.setdefault(record.symbol, []).append((place, price))
    found = []
    for prices in by_symbol.values():
        for before, (place, price), after in zip(prices, prices[1:], prices[2:], strict=False):
            if _far(price, before[1]) and _far(price, after[1]) and not _far(before[1], after[1]):
                found.append((place, price))
    return found


def _far(price: Decimal, other: Decimal) -> bool:
    return abs(price - other) > FAR * min(price, other)


def _set_aside(line: Line, code: str, reason: str) -> Line:
    return replace(line, kind=Kind.BAD, records=(), reason_code=code, reason=reason)
