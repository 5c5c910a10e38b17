"""The metric keys of BQL. Importing this module registers them."""

from __future__ import annotations

from analytics.registry import Better, Unit, metric

SPEC = "trading.md § 7, BQL; our own definition"
UP, DOWN = Better.UP, Better.DOWN

metric(
    "trading.bql",
    "Behavioural quality",
    unit=Unit.POINTS,
    better=UP,
    minimum=30,
    source=SPEC,
    formula="½ · mean + ½ · lowest of the available pillars, at least three of them",
    gap="The level appears after {need} closed positions on 10 trading days; there are {n} so far.",
)
for key, label, formula in (
    (
        "loss",
        "Loss containment",
        "100 at ≤ 2.5, 0 at ≥ 8 of P95|loss| ÷ median|loss|; or 100 − 400 · share of days over limit",
    ),
    ("size", "Size discipline", "100 at ≤ 1.10, 0 at ≥ 2.0 of size after a loss ÷ after a win, same session"),
    ("tempo", "Tempo", "100 at ≤ 1.25, 0 at ≥ 4 of median gap after a win ÷ after a loss"),
    ("exit", "Exit symmetry", "100 at ≤ 1.0, 0 at ≥ 4.0 of median hold of losers ÷ winners"),
    ("concentration", "Spread over days", "100 at ≤ 20 %, 0 at ≥ 60 % of best day ÷ sum of positive days"),
    ("rules", "Own rules", "100 at 100 %, 0 at ≤ 50 % of decisions inside the trader’s own rules"),
):
    metric(
        f"trading.bql_{key}",
        label,
        unit=Unit.POINTS,
        better=UP,
        source=SPEC,
        formula=f"{formula}; at the end of the 90 % interval that favours the trader",
        gap="This pillar has not enough to stand on yet.",
    )
    metric(
        f"trading.bql_{key}_measure",
        f"{label}, measured",
        unit=Unit.RATE if key in {"concentration", "rules"} else Unit.INDEX,
        better=UP if key == "rules" else DOWN,
        source=SPEC,
        formula=formula,
        gap="This pillar has not enough to stand on yet.",
    )
