"""Metric keys of the execution page. Importing this module registers them."""

from __future__ import annotations

from analytics.registry import Better, Unit, metric

SPEC = "trading.md § 7, Execution"

for key, label, unit, better, formula, minimum, gap in (
    (
        "fee_drag", "Costs of winnings", Unit.RATE, Better.DOWN,
        "(commission + fees + swap) ÷ gross winnings", 1, "No gross winnings yet to measure costs by.",
    ),
    (
        "cost_per_trade", "Cost per decision", Unit.MONEY, Better.DOWN,
        "mean of commission + fees + swap", 1, "No closed decision yet.",
    ),
    (
        "stop_slippage", "Slippage at the stop", Unit.MONEY, Better.UP,
        "mean of (fill − stop) · direction · money per price, decisions closed by their stop", 20,
        "Needs 20 stop-outs with a known stop price; so far {n}.",
    ),
    (
        "move_captured", "Captured of the best", Unit.RATE, Better.UP,
        "median of net ÷ best unrealised money", 20,
        "Needs 20 decisions with their best unrealised money; so far {n}. This file may not hold it.",
    ),
    (
        "winner_heat", "Depth of winners", Unit.INDEX, Better.DOWN,
        "90th percentile of worst unrealised money of winners ÷ median loss", 20,
        "Needs 20 winners with their worst unrealised money; so far {n}. This file may not hold it.",
    ),
    (
        "scale_out_first", "Closing in parts, against the first exit", Unit.MONEY, Better.UP,
        "mean of (mean exit − first exit) · direction · money per price", 20,
        "Needs 20 decisions closed in parts; so far {n}.",
    ),
    (
        "scale_out_last", "Closing in parts, against the last exit", Unit.MONEY, Better.UP,
        "mean of (mean exit − last exit) · direction · money per price", 20,
        "Needs 20 decisions closed in parts; so far {n}.",
    ),
    (
        "hold_expectancy", "Expectancy by holding time", Unit.MONEY, Better.UP,
        "mean net of decisions held that long", 20, "Needs 20 decisions; so far {n}.",
    ),
):  # fmt: skip
    metric(f"trading.{key}", label, unit=unit, better=better, formula=formula, source=SPEC, minimum=minimum, gap=gap)
