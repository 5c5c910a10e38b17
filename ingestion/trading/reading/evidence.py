"""What arithmetic says about decimals: quantity × price difference × money per point is the result, or it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ingestion.trading.reading.contracts import multiplier_of
from ingestion.trading.reading.model import Decision, Hints
from ingestion.trading.reading.numbers import POINT, BadValue, Check, decide_decimals, to_decimal

LOOKED_AT = 300
NEAR = Decimal("0.01")
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Ties:
    """The fields of a table that must tie out. Futures count with their multiplier, everything else with 1."""

    symbol: str
    quantity: str
    entry: str
    exit: str
    result: str

    def checks(self, columns: Mapping[str, Sequence[str]], symbols: Sequence[str]) -> dict[str, list[Check]]:
        """For each of the four columns, a check that says how many rows tie out if it is written in a style.

        `columns`: field → cells, `symbols` beside them. Empty if a column is missing.
        """
        names = (self.quantity, self.entry, self.exit, self.result)
        if not all(name in columns for name in names):
            return {}
        cells = {name: columns[name][:LOOKED_AT] for name in names}
        known = {name: _known(columns[name]) for name in names}

        def check(style: str) -> tuple[int, int]:
            return _ties_out(cells, {name: known[name] or style for name in names}, symbols, names)

        return {name: [check] for name in names}


def _known(cells: Sequence[str]) -> str:
    """The style that the cells of a column prove alone, else empty."""
    verdict = decide_decimals(cells, column="", hints=Hints())
    return verdict.value if isinstance(verdict, Decision) else ""


def _ties_out(
    cells: Mapping[str, Sequence[str]], styles: Mapping[str, str], symbols: Sequence[str], names: Sequence[str]
) -> tuple[int, int]:
    agree = possible = 0
    for place, symbol in zip(range(len(cells[names[0]])), symbols, strict=False):
        values = [_value(cells[name][place], styles[name]) for name in names]
        quantity, entry, exit_, result = values
        if quantity is None or entry is None or exit_ is None or result is None or not result:
            continue
        multiplier = multiplier_of(symbol) if any(letter.isdigit() for letter in symbol) else None
        expected = abs(exit_ - entry) * quantity * (multiplier or ONE)
        possible += 1
        agree += abs(expected - abs(result)) <= NEAR * abs(result)
    return agree, possible


def _value(cell: str, style: str) -> Decimal | None:
    try:
        return to_decimal(cell, style or POINT)
    except BadValue:
        return None
