"""Metric keys of the edge portfolio page."""

from __future__ import annotations

from analytics.registry import Better, Empty, Unit, metric

SPEC = "trading.md § 7, Edge Portfolio"
SHORT = "Needs 20 decisions on 8 sessions; so far {n} decisions."

metric(
    "trading.sleeve_expectancy", "Expectancy of the sleeve", unit=Unit.MONEY, better=Better.UP,
    formula="mean net of its decisions; 90 % interval over resampled sessions", source=SPEC, gap=SHORT,
)  # fmt: skip
metric(
    "trading.sleeve_shrunk", "Shrunken expectancy", unit=Unit.MONEY, better=Better.UP,
    formula="mean drawn towards the mean of all sleeves by how unsure it is (empirical Bayes)", source=SPEC, gap=SHORT,
)  # fmt: skip
metric(
    "trading.sleeve_net", "Contribution", unit=Unit.MONEY, better=Better.UP, empty=Empty.ZERO,
    formula="Σ net of its decisions", source=SPEC,
)  # fmt: skip
for name, label in (("tried", "Sleeves compared"), ("kept", "Differ from the rest"), ("retire", "Lose beyond chance")):
    metric(
        f"trading.sleeves_{name}", label, unit=Unit.COUNT, better=Better.DOWN if name == "retire" else Better.NEITHER,
        empty=Empty.ZERO, formula="setups (instruments without setups) with 20 decisions on 8 sessions", source=SPEC,
    )  # fmt: skip
