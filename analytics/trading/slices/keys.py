"""The metric keys of the slices. Importing this module registers them."""

from __future__ import annotations

from analytics.registry import Better, Empty, Unit, metric

SPEC = "trading.md § 6.4"

metric(
    "trading.slice_expectancy",
    "Expectancy of a slice",
    unit=Unit.MONEY,
    better=Better.UP,
    minimum=20,
    source=SPEC,
    formula="mean net result of the slice’s decisions; 90 % interval from resampled sessions or decisions",
    gap="Needs 20 decisions on 8 days in the slice.",
)
metric(
    "trading.slices_tested",
    "Slices tested",
    unit=Unit.COUNT,
    better=Better.NEITHER,
    empty=Empty.ZERO,
    source=SPEC,
    formula="slices with at least 20 decisions on 8 days, and as much outside them",
)
metric(
    "trading.slices_kept",
    "Slices that differ",
    unit=Unit.COUNT,
    better=Better.NEITHER,
    empty=Empty.ZERO,
    source=SPEC,
    formula="slices whose day-block permutation p is at most 0.10 after Benjamini-Hochberg over all tested ones",
)
metric(
    "trading.slice_dsr",
    "Best slice, luck deducted",
    unit=Unit.RATE,
    better=Better.UP,
    source="trading.md § 5, [DSR]",
    formula="deflated Sharpe ratio of the slice with the highest; K = slices tested, V = variance of their ratios",
    gap="Needs two slices with at least 20 decisions on 8 days.",
)
