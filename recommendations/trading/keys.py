"""Metric keys of the evidence that the trading rules quote beside the desk's own metrics. Importing registers them."""

from __future__ import annotations

from analytics.registry import Better, Empty, Unit, metric
from analytics.trading import features

features.load()
SPEC = "trading.md § 7"

for key, label, unit, better, formula in (
    ("days_since_close", "Days since the last close", Unit.COUNT, Better.DOWN, "as-of day − day of the last close"),
    ("stops_known", "Decisions with a known stop", Unit.RATE, Better.UP, "decisions with an initial risk ÷ all"),
    ("open_questions", "Questions about the statement", Unit.COUNT, Better.DOWN, "questions the reading left open"),
    ("rules_superseded", "Programmes played by old rules", Unit.COUNT, Better.DOWN,
     "programmes of the last run of which a newer version is in force"),
    ("day_loss", "Deepest loss of the day", Unit.MONEY, Better.DOWN,
     "largest fall of the session's running result below its start"),
    ("day_loss_share", "Share of the daily limit", Unit.RATE, Better.DOWN, "deepest loss of the day ÷ daily limit"),
    ("edge_margin", "Edge margin", Unit.INDEX, Better.UP,
     "lower 90 % bound of expectancy ÷ mean cost of a decision"),
):  # fmt: skip
    metric(f"trading.{key}", label, unit=unit, better=better, empty=Empty.ZERO, formula=formula, source=SPEC)
