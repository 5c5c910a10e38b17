"""Metric keys of the slump page."""

from __future__ import annotations

from analytics.registry import Better, Unit, metric

SPEC = "trading.md § 7, Slump Prescription"
SHORT = "Needs 30 trading sessions."
OWN = "share of records resampled from your own sessions whose last drawdown is not"

for key, label, unit, formula in (
    ("slump_depth", "Below the best session’s end", Unit.MONEY,
     "highest running net at a session's end − running net at the last session's end"),
    ("slump_length", "Sessions since then", Unit.COUNT, "sessions since the highest running net"),
    ("slump_depth_share", "Deeper than, of your own", Unit.RATE, f"{OWN} deeper"),
    ("slump_length_share", "Longer than, of your own", Unit.RATE, f"{OWN} longer"),
    ("slump_usual", "Usual drawdown of this record", Unit.MONEY, "median last drawdown of resampled records"),
    ("slump_deep", "One in twenty is deeper than", Unit.MONEY,
     "95th percentile of last drawdowns of resampled records"),
):  # fmt: skip
    metric(f"trading.{key}", label, unit=unit, better=Better.DOWN, formula=formula, source=SPEC, gap=SHORT)
