"""The form page: is the trader's form rising, flat or falling, or is that noise."""

from __future__ import annotations

from typing import Any

from analytics.trading.afma.module import AFMA, Form
from analytics.trading.faces import Shown, Table, face

TONES = {"rising": "good", "falling": "bad", "flat": "outline", "unknown": "outline"}


def context(shown: Shown[Form]) -> dict[str, Any]:
    result = shown.result
    assert result is not None
    return {
        "tone": TONES[result.trend],
        "strip": shown.cells("trading.afma", "trading.afma_slope"),
        "points": [{"number": p.number, "day": p.day, "value": p.value} for p in result.points],
    }


def table(result: Form) -> Table:
    return Table(("decision", "session", "form"), [[p.number, p.day, p.value] for p in result.points])


FACE = face(AFMA, "afma", label="Form (AFMA)", icon="helps", order=60, context=context, table=table)
