"""The page of the behavioural quality level: how the trader conducts themselves, and which habit holds the level."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from analytics.trading.bql.level import Level
from analytics.trading.bql.module import BQL, Bql
from analytics.trading.faces import Shown, Table, face

STALE_AFTER = timedelta(days=14)
TONES = {5: "good", 4: "good", 3: "outline", 2: "warn", 1: "bad", 0: "outline"}


def context(shown: Shown[Bql]) -> dict[str, Any]:
    result = shown.result
    assert result is not None
    return {
        "tone": TONES[result.level],
        "kept_word": Level(result.kept).word,
        "stale": stale(shown),
        "bql": shown.cell("trading.bql"),
        "pillars": [
            {
                "pillar": one,
                "points": shown.cell(f"trading.bql_{one.key}"),
                "measure": shown.cell(f"trading.bql_{one.key}_measure"),
            }
            for one in result.pillars
        ],
        "past": [{"day": p.day, "score": p.score, "level": Level(p.level).word} for p in result.history],
    }


def stale(shown: Shown[Any]) -> bool:
    """Whether the newest decision is older than two weeks: then the level is the last known one."""
    return bool(shown.now and shown.stored and shown.now - shown.stored.as_of > STALE_AFTER)


def table(result: Bql) -> Table:
    """The pillars: points of 100, and the sentence of what is missing."""
    rows = [[one.key, one.label, one.points, one.gap, one.note] for one in result.pillars]
    return Table(("pillar", "label", "points", "gap", "note"), rows)


FACE = face(BQL, "bql", label="Conduct (BQL)", icon="shield", order=50, context=context, table=table)
