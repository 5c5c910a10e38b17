"""Putting thinkorswim's commissions on the trades they belong to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from ingestion.trading.reading.formats.thinkorswim_records import CashRow, Cost
from ingestion.trading.reading.model import Kind, Line, ParsedCash, ParsedExecution

APART = timedelta(seconds=3)


def with_costs(lines: list[Line], cash: CashRow) -> list[Line]:
    """The lines, with each cost on one leg of its trade; one that fits no trade becomes a fee of its own.

    A cost fits a leg of the same symbol and quantity that was filled within three seconds of it. Nothing is dropped:
    what is added to trades and what stays as fees is what the cash sections print.
    """
    fills: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        for record in line.records:
            if isinstance(record, ParsedExecution):
                fills.setdefault(_root(record.symbol), []).append(place)
    by_number = {line.number: place for place, line in enumerate(lines)}
    used: set[int] = set()
    for cost in cash.costs:
        found = _fitting(cost, [place for place in fills.get(_root(cost.symbol), []) if place not in used], lines)
        if found is None:
            at = by_number[cost.number]
            lines[at] = _as_fee(lines[at], cost)
        else:
            used.add(found)
            lines[found] = _with(lines[found], cost)
    return lines


def _root(symbol: str) -> str:
    """The underlying, without the exchange: `/MESH26:XCME` is /MESH26."""
    return symbol.split(" ")[0].split(":")[0]


def _fitting(cost: Cost, places: list[int], lines: list[Line]) -> int | None:
    found = []
    for place in places:
        fill = lines[place].records[0]
        assert isinstance(fill, ParsedExecution)
        if fill.quantity == cost.quantity and abs(fill.at - cost.at) <= APART:
            found.append((fill.price != cost.price, abs(fill.at - cost.at), place))
    return min(found)[2] if found else None


def _with(line: Line, cost: Cost) -> Line:
    fill = line.records[0]
    assert isinstance(fill, ParsedExecution)
    return replace(line, records=(replace(fill, commission=cost.commission, fees=cost.fees, fee_currency="usd"),))


def _as_fee(line: Line, cost: Cost) -> Line:
    amount: Decimal = cost.commission + cost.fees
    text = " ".join(line.cells[:2])
    fee = ParsedCash("fee", amount, cost.at, text[:60], "usd", comment="Commission of a trade outside this file")
    return replace(line, kind=Kind.CASH, records=(fee,), reason_code="", reason="")
