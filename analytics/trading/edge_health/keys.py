"""Metric keys of the edge health page."""

from __future__ import annotations

from analytics.registry import Better, Unit, metric

SPEC = "trading.md § 7, Edge Health"
SHORT = "Needs 130 closed decisions: 100 to measure by and 30 to watch."

for key, label, better, formula in (
    ("edge_baseline", "Form, earlier decisions", Better.UP, "mean f of all decisions before the newest 120"),
    ("edge_last", "Form, last 50", Better.UP, "mean f of the last 50 decisions"),
    ("edge_last_30", "Form, last 30", Better.UP, "mean f of the last 30 decisions"),
    ("edge_last_60", "Form, last 60", Better.UP, "mean f of the last 60 decisions"),
    ("edge_change", "Last 50 against before", Better.UP,
     "mean f of the last 50 − mean f of the decisions before; whole sessions exchanged"),
    ("edge_cusum", "Alarm level", Better.DOWN,
     "CUSUM of form below the baseline (slack 0.25) ÷ the height it reaches by chance once in 250 decisions"),
):  # fmt: skip
    metric(
        f"trading.{key}", label, unit=Unit.INDEX, better=better,
        formula=f"{formula}; f is net in R, or net ÷ median loss", source=SPEC, gap=SHORT,
    )  # fmt: skip
