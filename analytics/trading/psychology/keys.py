"""Metric keys of the behaviour sheet: three a question. Importing this module registers them."""

from __future__ import annotations

from analytics.registry import Better, Empty, Unit, metric
from analytics.trading.psychology.words import SAID

SPEC = "trading.md § 6.5 and § 7, behaviour test sheet"
SHORT = "The record is too short for this question."

for key, said in SAID.items():
    metric(
        f"trading.{key}", said.behaviour, unit=Unit(said.unit), better=Better.NEITHER, formula=said.formula,
        source=SPEC, gap=SHORT,
    )  # fmt: skip
    metric(
        f"trading.{key}_cost", said.cost, unit=Unit.INDEX, better=Better.UP,
        formula=f"{said.outcome}; f is net in R, or net ÷ median loss", source=SPEC, gap=SHORT,
    )  # fmt: skip
    metric(
        f"trading.{key}_stake", f"At stake: {said.title.lower()}", unit=Unit.MONEY, better=Better.UP,
        formula="difference in form × number of decisions × median initial risk (median loss without stops)",
        source=SPEC, gap=SHORT,
    )  # fmt: skip
metric(
    "trading.slice_effect", "Slice against the rest", unit=Unit.INDEX, better=Better.UP,
    formula="mean f of the slice − mean f of the rest; kept where BH-adjusted p ≤ 0.10 over all slices tried",
    source="trading.md § 6.4", gap=SHORT,
)  # fmt: skip
for name, label in (("costly", "Costly habits"), ("shown", "Habits that show"), ("asked", "Questions answered")):
    metric(
        f"trading.habits_{name}", label, unit=Unit.COUNT, better=Better.NEITHER if name == "asked" else Better.DOWN,
        empty=Empty.ZERO, formula="questions of the behaviour sheet, by their answer", source=SPEC,
    )  # fmt: skip
