"""Metric keys of the fatigue page; those of its finding belong to the behaviour sheet."""

from __future__ import annotations

from analytics.registry import Better, Unit, metric
from analytics.trading.psychology import keys as _sheet  # noqa: F401 - the finding's own keys

SPEC = "trading.md § 7, Fatigue"
SHORT = "Needs 200 closed decisions on 30 sessions with at least four each."
PLACE = "mean f of decisions at this place in their session"

for key, label, unit, better, formula in (
    ("fatigue_hours", "Form lost with each hour", Unit.INDEX, Better.UP,
     "slope of f on hours since the session's first entry, each day having its own level"),
    ("fatigue_place", "Form by place in the session", Unit.INDEX, Better.UP, PLACE),
    ("fatigue_jumps", "Size jumps, second halves", Unit.RATE, Better.DOWN,
     "share of entries in second halves of at least 1.5 times the size before"),
    ("fatigue_flips", "Entries within a minute, second halves", Unit.RATE, Better.DOWN,
     "share of entries in second halves within 60 seconds of the last close"),
):  # fmt: skip
    metric(f"trading.{key}", label, unit=unit, better=better, formula=formula, source=SPEC, gap=SHORT)
metric(
    "trading.fatigue_break_even", "Results turn at decision", unit=Unit.COUNT, better=Better.UP,
    formula="first place in the session at which the fitted line is below 0, only where results fade",
    source=SPEC, gap="No such place: results do not fade, or stay above zero.",
)  # fmt: skip
