"""Metric keys of the sizing page. Importing this module registers them."""

from __future__ import annotations

from analytics.registry import Better, Unit, metric

SPEC = "trading.md § 7, Sizing"

for key, label, unit, better, formula, minimum, gap in (
    (
        "size_spread", "Spread of risk", Unit.INDEX, Better.DOWN,
        "90th ÷ 10th percentile of risk a decision, or of size where risk is not known", 20,
        "Needs 20 decisions; so far {n}.",
    ),
    (
        "size_after_loss", "Size after a loss", Unit.INDEX, Better.DOWN,
        "geometric mean size after a loss ÷ after a win, same session", 30,
        "Needs 30 entries after a loss and 30 after a win in one session.",
    ),
    (
        "large_against_small", "Large against small decisions", Unit.MONEY, Better.UP,
        "mean net per usual size, upper fifth of sizes − lower fifth", 20,
        "Needs sizes that differ, with 20 decisions in the upper and the lower fifth.",
    ),
    (
        "size_room", "Room for size", Unit.INDEX, Better.UP,
        "limit ÷ 95th percentile of the deepest fall in 100 resampled decisions", 100,
        "Needs 100 decisions; so far {n}.",
    ),
    (
        "size_expectancy", "Expectancy by size", Unit.MONEY, Better.UP,
        "mean net per usual size of decisions that large", 20, "Needs 20 decisions; so far {n}.",
    ),
):  # fmt: skip
    metric(f"trading.{key}", label, unit=unit, better=better, formula=formula, source=SPEC, minimum=minimum, gap=gap)
