"""The execution page: what is lost between the idea and the account?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from accounts.formats import duration
from analytics.registry import metric_of
from analytics.trading.execution.module import EXECUTION, Execution, Hold
from analytics.trading.faces import Shown, Table, face

STRIP = ("trading.fee_drag", "trading.cost_per_trade", "trading.stop_slippage", "trading.move_captured")


def context(shown: Shown[Execution]) -> dict[str, Any]:
    result = shown.result
    assert result is not None
    return {
        "strip": shown.cells(*STRIP),
        "parts": [{"part": part, "label": metric_of(part.key).label, **shown.cell(part.key)} for part in result.parts],
        "holds": [{"hold": hold, "label": label(hold), **shown.cell(hold.figure)} for hold in result.holds],
        "chart": [row for row in (_point(shown, hold) for hold in result.holds) if row],
    }


def label(hold: Hold) -> str:
    """`4 min to 25 min`."""
    return f"{duration(round(hold.low))} to {duration(round(hold.high))}"


def _point(shown: Shown[Execution], hold: Hold) -> dict[str, Any] | None:
    figure = shown.figure(hold.figure)
    if figure is None or figure.value is None:
        return None
    ends = {name: _minor(end) for name, end in (("low", figure.low), ("high", figure.high))}
    return {"held": label(hold), "value": figure.value, "n": hold.n, **ends}


def _minor(end: Decimal | None) -> int | None:
    return None if end is None else int(end)


def table(result: Execution) -> Table:
    """Each part and each bucket with its interval: money in minor units, rates as fractions, times in seconds."""
    header = ("what", "value", "low", "high", "usable", "of", "held_from_s", "held_to_s")
    rows: list[list[Any]] = []
    for part in result.parts:
        figure = result.figures[part.key]
        rows.append([part.key, figure.value, figure.low, figure.high, part.usable, part.of, None, None])
    for hold in result.holds:
        figure = result.figures[hold.figure]
        rows.append([hold.figure, figure.value, figure.low, figure.high, hold.n, result.n, hold.low, hold.high])
    return Table(header, rows)


FACE = face(EXECUTION, "execution", icon="clock", order=120, context=context, table=table)
