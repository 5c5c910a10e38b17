"""The slump page: is this drawdown usual, and what may help?"""

from __future__ import annotations

from typing import Any

from analytics.registry import metric_of
from analytics.trading.faces import Shown, Table, face
from analytics.trading.slump.calc import State
from analytics.trading.slump.module import SLUMP, SlumpResult

STRIP = ("trading.slump_depth", "trading.slump_length", "trading.slump_depth_share", "trading.slump_length_share")
AGAINST = ("trading.slump_usual", "trading.slump_deep")
TONES = {State.NONE: "good", State.NORMAL: "good", State.WATCH: "warn", State.UNUSUAL: "bad", State.UNKNOWN: "outline"}
LABELS = {State.NONE: "no drawdown", State.NORMAL: "usual", State.WATCH: "watch", State.UNUSUAL: "unusual",
          State.UNKNOWN: "too short"}  # fmt: skip


def context(shown: Shown[SlumpResult]) -> dict[str, Any]:
    result = shown.result
    assert result is not None
    return {
        "tone": TONES[result.state],
        "word": LABELS[result.state],
        "strip": shown.cells(*STRIP),
        "group": {"title": "Your own drawdowns", "rows": shown.cells(*AGAINST)},
        "actions": [
            {"action": one, "url_name": f"trading:{one.page}", **shown.cell(one.figure)} for one in result.actions
        ],
        "chart": [_point(shown, key) for key in ("trading.slump_depth", *AGAINST)] if not result.gap else [],
    }


def _point(shown: Shown[SlumpResult], key: str) -> dict[str, Any]:
    figure = shown.figure(key)
    return {"what": metric_of(key).label, "money": figure.value if figure else None}


def table(result: SlumpResult) -> Table:
    """Each figure of the page: money in minor units, shares as fractions."""
    rows = [[key, one.value, one.low, one.high, one.currency] for key, one in result.figures.items()]
    return Table(("figure", "value", "low", "high", "currency"), rows)


FACE = face(SLUMP, "slump", icon="hurts", order=90, context=context, table=table)
