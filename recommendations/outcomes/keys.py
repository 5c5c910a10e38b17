"""What outcomes are measured in: each as a daily numerator and denominator. Importing registers them."""

from __future__ import annotations

from analytics.registry import Better, Empty, Unit, metric

GAP = "There are not enough days to say."

for key, label, unit, better, formula in (
    ("refund_share", "Refunds of sales", Unit.RATE, Better.DOWN, "refunds of the days ÷ gross sales of the same days"),
    ("chargeback_share", "Chargebacks of payments", Unit.RATE, Better.DOWN,
     "chargebacks opened in the days ÷ successful payments of the same days"),
    ("failed_share", "Failed attempts", Unit.RATE, Better.DOWN, "failed attempts ÷ all attempts of the days"),
    ("net_day", "Net sales a day", Unit.MONEY, Better.UP, "gross sales − refunds, a day"),
    ("idle_days", "Days without a payment", Unit.RATE, Better.DOWN, "days without a successful payment ÷ all days"),
    ("net_decision", "Result a decision", Unit.MONEY, Better.UP, "net result of the sessions ÷ their decisions"),
    ("swing", "Swing of a session", Unit.MONEY, Better.DOWN, "size of a session's net result, gain or loss, a session"),
    ("stops_share", "Decisions with a stop", Unit.RATE, Better.UP, "decisions with an initial stop ÷ all decisions"),
):  # fmt: skip
    metric(
        f"outcomes.{key}", label, unit=unit, better=better, empty=Empty.NONE, gap=GAP, formula=formula,
        source="docs/recommendations.md",
    )  # fmt: skip
