"""Metric keys of the cohort page. Importing this module registers them."""

from __future__ import annotations

from analytics.registry import Better, Unit, metric

SPEC = "trading.md § 7, Cohort Benchmark"
UNDEFINED = "Not defined on this record."

for key, label, unit, better, formula in (
    ("win_rate", "Win rate", Unit.RATE, Better.UP, "wins ÷ decisions"),
    ("payoff", "Payoff", Unit.INDEX, Better.UP, "mean win ÷ mean loss"),
    ("profit_factor", "Profit factor", Unit.INDEX, Better.UP, "sum of wins ÷ sum of losses"),
    ("expectancy", "Expectancy in median losses", Unit.INDEX, Better.UP, "mean net ÷ median loss"),
    ("decisions_a_session", "Decisions a session", Unit.INDEX, Better.NEITHER, "decisions ÷ sessions"),
    ("costs", "Costs of winnings", Unit.RATE, Better.DOWN, "costs ÷ gross winnings"),
    ("deepest_fall", "Deepest fall in median losses", Unit.INDEX, Better.DOWN, "max drawdown in money ÷ median loss"),
):
    metric(f"trading.cohort_{key}", label, unit=unit, better=better, formula=formula, source=SPEC, gap=UNDEFINED)
    metric(
        f"trading.cohort_rank_{key}", f"{label}, rank among traders alike", unit=Unit.RATE, better=better,
        formula="share of the cell's businesses below, in steps of 5 %", source=SPEC,
        gap="The cohort is too small to tell.",
    )  # fmt: skip
