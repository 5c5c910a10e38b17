"""Metric keys of what tools derive from the desks' figures. Importing registers them."""

from __future__ import annotations

from analytics.payments.metrics import keys as _desk_keys  # noqa: F401 - registers the desk's own metrics
from analytics.registry import Better, Empty, Unit, metric
from recommendations.payments import keys as _rule_keys  # noqa: F401

SCORE = "payments.md § 13, model r1"
OWN = "Bellwether"

for key, label, unit, better, formula, source in (
    (
        "readiness_contribution", "Points a part contributes", Unit.POINTS, Better.UP, "weight × points ÷ 100", SCORE,
    ),
    (
        "readiness_lost", "Points a part costs", Unit.POINTS, Better.DOWN, "weight × (100 − points) ÷ 100", SCORE,
    ),
    ("readiness_weight", "Weight of a part", Unit.POINTS, Better.NEITHER, "fixed by the model", SCORE),
    ("readiness_cap", "Cap on the score", Unit.POINTS, Better.NEITHER, "fixed by the model", SCORE),
    ("readiness_cap_lost", "Points a cap costs", Unit.POINTS, Better.DOWN, "raw score − cap", SCORE),
    ("readiness_delta", "Change of the score in 30 days", Unit.POINTS, Better.UP, "score − score 30 days ago", SCORE),
    ("sources_connected", "Connected sources", Unit.COUNT, Better.UP, "sources that hold an external account", OWN),
    ("open_recommendations", "Open recommendations", Unit.COUNT, Better.DOWN, "those that ask for a decision", OWN),
    ("recommendation_gain", "Gain of advice", Unit.POINTS, Better.UP, "raw score at target − raw score", SCORE),
    ("change_amount", "Change of an amount", Unit.MONEY, Better.NEITHER, "period − period before", OWN),
    ("change_count", "Change of a count", Unit.COUNT, Better.NEITHER, "period − period before", OWN),
    ("change_rate", "Relative change", Unit.RATE, Better.NEITHER, "period ÷ period before − 1", OWN),
    ("revenue_estimate", "Estimated revenue a year", Unit.MONEY, Better.UP, "as the owner entered it", OWN),
):  # fmt: skip
    metric(f"agent.{key}", label, unit=unit, better=better, empty=Empty.ZERO, formula=formula, source=source)
