"""Sums over figures: units and currencies have to fit, and the result remembers what it was made of."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from functools import reduce

from accounts.errors import InvalidInput
from analytics.figures import Figure, half_up, ratio
from analytics.registry import Better, Empty, Unit, metric, metric_of

for unit in Unit:
    metric(
        f"agent.calculated_{unit}", "Calculated", unit=unit, better=Better.NEITHER, empty=Empty.NONE,
        formula="computed from the figures it names", source="Bellwether", gap="One of the figures has no value.",
    )  # fmt: skip


class Operation(StrEnum):
    ADD = "add"
    SUBTRACT = "subtract"
    MULTIPLY = "multiply"
    DIVIDE = "divide"
    SHARE = "share"
    CHANGE = "change"


SIGNS = {Operation.ADD: "+", Operation.SUBTRACT: "−", Operation.MULTIPLY: "×", Operation.DIVIDE: "÷"}
PAIRS = (Operation.SUBTRACT, Operation.DIVIDE, Operation.SHARE, Operation.CHANGE)
#: Units that may be added only to their own kind.
WHOLE = (Unit.MONEY, Unit.COUNT)


def computed(operation: Operation, figures: Sequence[Figure], *, labels: Sequence[str]) -> Figure:
    """The result as a figure; `n` is the smallest sample, `as_of` the first figure's.

    Units:  sums keep their unit; money × rate or count is money; money ÷ count is money; equal units divide to an
            index; share and change are rates.
    Empty:  a gap where one of the figures has no value.
    Errors: InvalidInput where units or currencies do not fit, for a division by zero, and for a third figure where
            two are meant.
    """
    if operation in PAIRS and len(figures) != 2:
        raise InvalidInput(f"{operation} takes two figures.", field="evidence")
    units = [metric_of(figure.metric).unit for figure in figures]
    currencies = {figure.currency for figure in figures if figure.currency}
    if len(currencies) > 1:
        raise InvalidInput("Amounts in different currencies cannot be computed with.", field="evidence")
    unit = _unit(operation, units)
    value = _value(operation, [None if f.value is None else Fraction(f.value) for f in figures])
    exact = None if value is None else half_up(value) if unit in WHOLE else ratio(value)
    return Figure(
        metric=f"agent.calculated_{unit}",
        value=exact,
        n=min(figure.n for figure in figures),
        as_of=figures[0].as_of,
        currency=next(iter(currencies), "") if unit is Unit.MONEY else "",
        inputs=tuple(figures),
        gap="One of the figures has no value." if value is None else "",
        note=_words(operation, labels),
    )


def _unit(operation: Operation, units: Sequence[Unit]) -> Unit:
    kinds = set(units)
    if operation in (Operation.SHARE, Operation.CHANGE) and len(kinds) == 1:
        return Unit.RATE
    if operation in (Operation.ADD, Operation.SUBTRACT) and len(kinds) == 1:
        return units[0]
    if operation is Operation.DIVIDE and len(kinds) == 1:
        return Unit.INDEX
    if operation is Operation.DIVIDE and units[1] in (Unit.COUNT, Unit.INDEX, Unit.RATE, Unit.MONTHS, Unit.DAYS):
        return Unit.INDEX if units[0] is Unit.COUNT else units[0]
    if operation is Operation.MULTIPLY:
        named = [unit for unit in units if unit not in (Unit.RATE, Unit.INDEX, Unit.COUNT)]
        if len(named) <= 1:
            return named[0] if named else Unit.COUNT if Unit.COUNT in kinds else units[0]
    names = " and ".join(sorted(str(kind) for kind in kinds))
    raise InvalidInput(f"{operation} does not go with {names}.", field="operation")


def _value(operation: Operation, values: Sequence[Fraction | None]) -> Fraction | None:
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    if operation is Operation.ADD:
        return sum(known, Fraction(0))
    if operation is Operation.MULTIPLY:
        return reduce(lambda product, factor: product * factor, known, Fraction(1))
    first, second = known
    if operation is Operation.SUBTRACT:
        return first - second
    if second == 0:
        raise InvalidInput("A division by zero has no result.", field="evidence")
    if operation is Operation.CHANGE and second < 0:
        raise InvalidInput("A relative change from a negative amount misleads. Subtract instead.", field="evidence")
    return first / second - (1 if operation is Operation.CHANGE else 0)


def _words(operation: Operation, labels: Sequence[str]) -> str:
    if operation is Operation.SHARE:
        return f"{labels[0]} as a share of {labels[1]}"
    if operation is Operation.CHANGE:
        return f"Change from {labels[1]} to {labels[0]}"
    return f" {SIGNS[operation]} ".join(labels)
