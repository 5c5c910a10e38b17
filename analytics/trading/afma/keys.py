"""The metric keys of AFMA. Importing this module registers them."""

from __future__ import annotations

from analytics.registry import Better, Unit, metric

SPEC = "trading.md § 7, AFMA; our own definition"
GAP = "Needs {need} closed decisions; there are {n} so far."

metric(
    "trading.afma",
    "Form",
    unit=Unit.INDEX,
    better=Better.UP,
    minimum=40,
    gap=GAP,
    source=SPEC,
    formula="A_t = A_{t−1} + c(f_t − A_{t−1}), c = (ER(2/3 − 2/31) + 2/31)²; f in R, else in median losses, within ±5",
)
metric(
    "trading.afma_slope",
    "Change of form over 20 decisions",
    unit=Unit.INDEX,
    better=Better.UP,
    minimum=40,
    gap=GAP,
    source=SPEC,
    formula="20 × least-squares slope of the last 20 values; interval from resampled departures from the average",
)
