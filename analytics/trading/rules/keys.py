"""Metric keys of the trader's own rules. Importing this module registers them."""

from __future__ import annotations

from analytics.registry import Better, Unit, metric

SPEC = "trading.md § 7, Rules"

metric(
    "trading.rules_obeyed", "Inside your own rules", unit=Unit.RATE, better=Better.UP, source=SPEC,
    formula="decisions whose entry broke none of the active rules ÷ all decisions",
    gap="There is no active rule that this statement can be held against.",
)  # fmt: skip
metric(
    "trading.rule_effect", "Had the rule been kept", unit=Unit.MONEY, better=Better.UP, source=SPEC,
    formula="−Σ net of the decisions it leaves out, from each breach on; 90 % interval by resampled days",
    gap="The statement does not hold what this rule looks at.",
)  # fmt: skip
metric(
    "trading.rules_effect", "Had all been kept together", unit=Unit.MONEY, better=Better.UP, source=SPEC,
    formula="−Σ net of the decisions that all active rules together leave out; 90 % interval by resampled days",
    gap="There is no active rule.",
)  # fmt: skip
