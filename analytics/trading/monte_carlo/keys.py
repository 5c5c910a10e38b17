"""Metric keys of the Monte Carlo page. Importing this module registers them."""

from __future__ import annotations

from analytics.registry import Better, Unit, metric

SPEC = "trading.md § 7, Monte Carlo"
SHORT = "Needs 30 trading sessions, or 100 closed decisions on 10 sessions."

for key, label, unit, better, formula in (
    (
        "mc_result", "Middle result, 60 sessions", Unit.MONEY, Better.UP,
        "median end value of resampled futures − value now, same size",
    ),
    (
        "mc_loss", "Chance to end lower", Unit.RATE, Better.DOWN,
        "share of resampled futures of 60 sessions that end below the value now",
    ),
    (
        "mc_drawdown", "Chance of a deep drawdown", Unit.RATE, Better.DOWN,
        "share of resampled futures of 60 sessions that fall so far from a peak",
    ),
    (
        "mc_floor", "Chance to reach the floor", Unit.RATE, Better.DOWN,
        "share of resampled futures of 60 sessions that touch the floor",
    ),
    (
        "mc_target", "Chance to reach the target", Unit.RATE, Better.UP,
        "share of resampled futures of 60 sessions that touch the target",
    ),
):  # fmt: skip
    metric(f"trading.{key}", label, unit=unit, better=better, formula=formula, source=SPEC, gap=SHORT)
metric(
    "trading.mc_safe_size", "Size that rarely reaches the floor", unit=Unit.RATE, better=Better.UP, source=SPEC,
    formula="share of the size traded at which 5 % of resampled futures of 60 sessions reach the floor", gap=SHORT,
)  # fmt: skip
metric(
    "trading.mc_cushion", "Cushion, in ordinary days", unit=Unit.INDEX, better=Better.UP, source=SPEC,
    formula="(balance now − 90 % of the balance it began with) ÷ standard deviation of a session",
    gap="Needs a starting balance and two sessions.",
)  # fmt: skip
