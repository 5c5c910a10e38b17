"""The slices page: which hours, weekdays and instruments differ, and which only look as if they did."""

from __future__ import annotations

from typing import Any

from analytics.trading.faces import Shown, Table, face
from analytics.trading.slices.cuts import DIMENSIONS
from analytics.trading.slices.module import SLICES, Slices

TONES = {"better": "good", "worse": "bad", "no difference": "outline", "not tested": "outline"}


def context(shown: Shown[Slices]) -> dict[str, Any]:
    result = shown.result
    assert result is not None
    rows: list[dict[str, Any]] = [
        {"slice": one, "cell": shown.cell(one.figure), "tone": TONES[one.word], "kept": one.word in ("better", "worse")}
        for one in result.slices
    ]
    chosen = shown.asked.get("by", "")
    chosen = chosen if chosen in DIMENSIONS else "hour"
    known = {one.dimension for one in result.slices}
    return {
        "strip": shown.cells("trading.slices_tested", "trading.slices_kept", "trading.slice_dsr"),
        "kept": [row for row in rows if row["kept"]],
        "rows": [row for row in rows if row["slice"].dimension == chosen],
        "chosen": chosen,
        "chosen_label": DIMENSIONS[chosen],
        "tabs": [{"key": key, "label": label} for key, label in DIMENSIONS.items() if key in known],
        "bars": _bars(shown, chosen),
    }


def _bars(shown: Shown[Slices], dimension: str) -> list[dict[str, Any]]:
    """Tested slices of one dimension, their mean and its interval in minor units."""
    assert shown.result is not None
    made = []
    for one in shown.result.slices:
        figure = shown.figure(one.figure)
        if one.dimension == dimension and figure is not None and figure.value is not None:
            ends = {"mean": figure.value, "low": figure.low, "high": figure.high}
            made.append({"label": one.label, **ends, "n": one.n, "word": one.word})
    return made


def table(result: Slices) -> Table:
    """Every slice: expectancy and effect in minor units, p by day blocks, q over all tested slices."""
    header = ("dimension", "slice", "decisions", "days", "expectancy", "low", "high", "effect", "p", "q", "verdict")
    rows = []
    for one in result.slices:
        figure = result.figures[one.figure]
        ends = (figure.value, figure.low, figure.high)
        rows.append([one.dimension, one.label, one.n, one.days, *ends, one.effect, one.p, one.q, one.word])
    return Table(header, rows)


FACE = face(SLICES, "slices", icon="filter", order=40, context=context, table=table)
