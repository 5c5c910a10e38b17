"""Metric keys of Shadow Boxing. Importing this module registers them."""

from __future__ import annotations

from analytics.registry import Better, Unit, metric

SPEC = "trading.md § 8"
SHORT = "Needs 60 closed decisions on 20 of the firm's days; there are {n} decisions."

for key, label, unit, better, formula in (
    (
        "pass_chance", "Chance to pass", Unit.RATE, Better.UP,
        "share of 10,000 resampled futures that reach the target of every phase before any floor, 60 sessions a phase",
    ),
    (
        "fail_chance", "Chance to fail", Unit.RATE, Better.DOWN,
        "share of resampled futures that break a rule, 60 sessions a phase",
    ),
    ("open_chance", "Still open after 60 sessions", Unit.RATE, Better.NEITHER, "1 − chance to pass − chance to fail"),
    (
        "pass_sessions", "Sessions until passed", Unit.COUNT, Better.DOWN,
        "median number of sessions of the futures that passed",
    ),
    (
        "safe_size", "Largest size that rarely fails", Unit.RATE, Better.NEITHER,
        "largest size, as a share of the size that was traded, that fails in at most 20 % of futures",
    ),
):  # fmt: skip
    metric(f"trading.{key}", label, unit=unit, better=better, formula=formula, source=SPEC, gap=SHORT)
metric(
    "trading.room", "Least room to a floor", unit=Unit.MONEY, better=Better.UP, source=SPEC,
    formula="smallest distance of the account to its daily or maximum loss floor in the replay; negative is beyond it",
    gap="The replay met no floor.",
)  # fmt: skip
metric(
    "trading.programmes_failed", "Programmes this record fails", unit=Unit.COUNT, better=Better.DOWN, source=SPEC,
    formula="programmes of the catalogue whose replay breaks a rule", gap="No rule set is known.",
)  # fmt: skip
