"""The edge health page: does the edge still hold?"""

from __future__ import annotations

from typing import Any

from analytics.trading.edge_health.calc import State
from analytics.trading.edge_health.module import EDGE_HEALTH, EdgeHealth
from analytics.trading.faces import Shown, Table, face

STRIP = ("trading.edge_last", "trading.edge_baseline", "trading.edge_change", "trading.edge_cusum")
WINDOWS = ("trading.edge_last_30", "trading.edge_last", "trading.edge_last_60", "trading.edge_baseline")
TONES = {
    State.STRONG: "good", State.HOLDING: "good", State.WEAKENING: "warn", State.BROKEN: "bad",
    State.UNPROVEN: "outline",
}  # fmt: skip


def context(shown: Shown[EdgeHealth]) -> dict[str, Any]:
    result = shown.result
    assert result is not None
    return {
        "tone": TONES[result.state],
        "strip": shown.cells(*STRIP),
        "group": {"title": "Form, recent and before", "rows": shown.cells(*WINDOWS)},
        "chart": [
            row
            for point in result.points
            for row in (
                {"at": point.at, "form": point.short, "window": "last 30"},
                {"at": point.at, "form": point.long, "window": "last 60"},
            )
            if row["form"] is not None
        ],
    }


def table(result: EdgeHealth) -> Table:
    """Rolling form by decision number."""
    return Table(("decision", "form_30", "form_60"), [[one.at, one.short, one.long] for one in result.points])


FACE = face(EDGE_HEALTH, "edge-health", icon="helps", order=70, context=context, table=table)
