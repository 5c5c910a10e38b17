"""The fatigue page: do results fade in the course of a session?"""

from __future__ import annotations

from typing import Any

from analytics.trading.faces import Shown, Table, face
from analytics.trading.fatigue.module import FATIGUE, Fatigue, PlaceRow

STRIP = ("trading.fatigue", "trading.fatigue_hours", "trading.fatigue_break_even", "trading.fatigue_stake")
SIGNS = ("trading.fatigue_cost", "trading.fatigue_jumps", "trading.fatigue_flips")


def context(shown: Shown[Fatigue]) -> dict[str, Any]:
    result = shown.result
    assert result is not None
    return {
        "strip": shown.cells(*STRIP),
        "places": [{"label": label(one), "n": one.n, **shown.cell(one.figure)} for one in result.places],
        "chart": [_point(result, one) for one in result.places],
        "group": {"title": "Beside the slope", "rows": shown.cells(*SIGNS)},
    }


def label(one: PlaceRow) -> str:
    return f"{one.order} and later" if one.last else str(one.order)


def _point(result: Fatigue, one: PlaceRow) -> dict[str, Any]:
    figure = result.figures[one.figure]
    return {"place": one.order, "value": figure.value, "low": figure.low, "high": figure.high, "n": one.n}


def table(result: Fatigue) -> Table:
    """Mean form at each place in the session, with its interval."""
    rows = [[label(one), *_ends(result, one), one.n] for one in result.places]
    return Table(("place", "form", "low", "high", "decisions"), rows)


def _ends(result: Fatigue, one: PlaceRow) -> list[Any]:
    figure = result.figures[one.figure]
    return [figure.value, figure.low, figure.high]


FACE = face(FATIGUE, "fatigue", icon="clock", order=115, context=context, table=table)
