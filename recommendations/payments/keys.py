"""Metric keys of the evidence that payments rules quote beside the desk's own metrics. Importing registers them."""

from __future__ import annotations

from analytics.payments.metrics import keys as _desk_keys  # noqa: F401 - registers the desk's own metrics
from analytics.registry import Better, Empty, Unit, metric

SPEC = "payments.md § 14"

for key, label, unit, better, formula in (
    ("dispute_amount", "Amount in dispute", Unit.MONEY, Better.DOWN, "amount of the dispute"),
    ("answer_days_left", "Days left to answer", Unit.DAYS, Better.UP, "day the evidence is due − as-of day"),
    ("warned_amount", "Amount warned about", Unit.MONEY, Better.DOWN, "captured amount of the warned charge"),
    (
        "reason_chargebacks", "Chargebacks for these reasons, 180 days", Unit.COUNT, Better.DOWN,
        "chargebacks by dispute date whose reason is one of those named",
    ),
    (
        "reason_share", "Share of chargebacks for these reasons", Unit.RATE, Better.DOWN,
        "chargebacks for these reasons ÷ all chargebacks, 180 days",
    ),
    ("refund_count_90", "Refunds made, 90 days", Unit.COUNT, Better.DOWN, "refunds that did not fail, by refund date"),
    ("month_net", "Net revenue of the month", Unit.MONEY, Better.UP, "net revenue of one complete month"),
    ("zero_weeks_8", "Weeks without a payment", Unit.COUNT, Better.DOWN, "of the last 8 complete weeks"),
    ("top1_amount", "Paid by the largest customer", Unit.MONEY, Better.NEITHER, "gross revenue, 365 days"),
    ("failed_payouts_60", "Failed payouts, 60 days", Unit.COUNT, Better.DOWN, "failed payouts by arrival date"),
    (
        "negative_payouts_60", "Negative payouts, 60 days", Unit.COUNT, Better.DOWN,
        "payouts below zero by arrival date: money pulled from the bank account",
    ),
    (
        "requirements_due", "Open verification requests", Unit.COUNT, Better.DOWN,
        "fields that the provider asks for now or that are past due",
    ),
    (
        "declined_attempts_30", "Declined attempts for the most frequent reason", Unit.COUNT, Better.DOWN,
        "failed charges with the most frequent decline code, 30 days",
    ),
    (
        "unrecovered_30", "Payments that never succeeded, 30 days", Unit.MONEY, Better.DOWN,
        "largest attempted amount of every payment intent without a success, in the business's currency",
    ),
    ("ledger_drift", "Difference to the balance", Unit.MONEY, Better.NEITHER, "ledger sum − balance at the source"),
    ("hours_since_sync", "Hours since the last update", Unit.COUNT, Better.DOWN, "as-of time − last successful update"),
):  # fmt: skip
    metric(
        f"payments.{key}", label, unit=unit, better=better, empty=Empty.ZERO, formula=formula, source=SPEC,
    )  # fmt: skip
