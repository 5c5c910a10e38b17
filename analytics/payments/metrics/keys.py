"""The metric keys of the payments desk. Importing this module registers them."""

from __future__ import annotations

from analytics.registry import Better, Empty, Unit, metric

SPEC = "payments.md § 10"
SUBS = "payments.md § 12"
SCORE = "payments.md § 13, model r1"
UP, DOWN, NEITHER = Better.UP, Better.DOWN, Better.NEITHER
MONEY, RATE, COUNT, INDEX = Unit.MONEY, Unit.RATE, Unit.COUNT, Unit.INDEX
ZERO = Empty.ZERO

for days in (30, 90, 365):
    metric(
        f"payments.revenue_gross_{days}",
        f"Gross revenue, {days} days",
        unit=MONEY,
        better=UP,
        empty=ZERO,
        formula="Σ amount of ledger rows in charge, charge_failure and partial_capture_reversal",
        source="payments.md § 9, § 10",
    )
    metric(
        f"payments.revenue_net_{days}",
        f"Net revenue, {days} days",
        unit=MONEY,
        better=UP,
        empty=ZERO,
        formula="gross revenue − refunds − dispute losses, each on its own ledger date, before fees",
        source="payments.md § 9, § 10",
    )
    metric(
        f"payments.fees_{days}",
        f"Processing cost, {days} days",
        unit=MONEY,
        better=DOWN,
        empty=ZERO,
        formula="Σ fee of every ledger row − Σ amount of rows in fee and tax",
        source="payments.md § 9, § 10",
    )

for key, label, better, formula in (
    ("gross", "Gross revenue", UP, "Σ amount of ledger rows in charge, charge_failure, partial_capture_reversal"),
    ("net", "Net revenue", UP, "gross revenue − refunds − dispute losses, each on its own ledger date, before fees"),
    ("refunds", "Refunds", DOWN, "−Σ amount of ledger rows in refund and refund_failure, by refund date"),
    ("dispute_losses", "Dispute losses", DOWN, "−Σ amount of ledger rows in dispute and dispute_reversal"),
    ("cost", "Processing cost", DOWN, "Σ fee of every ledger row − Σ amount of rows in fee and tax"),
):
    metric(f"payments.{key}", label, unit=MONEY, better=better, empty=ZERO, formula=formula, source="payments.md § 9")
metric(
    "payments.paid_out",
    "Paid out",
    unit=MONEY,
    better=UP,
    empty=ZERO,
    formula="Σ amount of paid payouts by arrival date, in the period",
    source="payments.md § 10",
)
for key, label, better, formula in (
    ("charges", "Successful charges", UP, "charges that succeeded and were captured, in the period"),
    ("failed_charges", "Failed charges", DOWN, "charges that failed, in the period"),
    ("chargebacks", "Chargebacks", DOWN, "chargebacks by dispute date, in the period"),
    ("failed_payouts", "Failed payouts", DOWN, "payouts that failed, by arrival date, in the period"),
    ("negative_payouts", "Negative payouts", DOWN, "payouts pulled from the bank, by arrival date, in the period"),
):
    metric(f"payments.{key}", label, unit=COUNT, better=better, empty=ZERO, formula=formula, source=SPEC)
metric(
    "payments.refund_ratio",
    "Refund ratio",
    unit=RATE,
    better=DOWN,
    formula="refunds ÷ gross revenue of the period, by refund date",
    source=SPEC,
    gap="No gross revenue in this period to divide by.",
)
metric(
    "payments.refunds_90",
    "Refunds, 90 days",
    unit=MONEY,
    better=DOWN,
    empty=ZERO,
    formula="−Σ amount of ledger rows in refund and refund_failure, by refund date",
    source="payments.md § 9, § 10",
)
metric(
    "payments.dispute_losses_90",
    "Dispute losses, 90 days",
    unit=MONEY,
    better=DOWN,
    empty=ZERO,
    formula="−Σ amount of ledger rows in dispute and dispute_reversal",
    source="payments.md § 9, § 10",
)
metric(
    "payments.take_rate",
    "Share of gross kept",
    unit=RATE,
    better=UP,
    formula="net ÷ gross revenue, 90 days",
    source=SPEC,
    gap="No gross revenue in the last 90 days to divide by.",
)
metric(
    "payments.history_months",
    "Payment history",
    unit=Unit.MONTHS,
    better=UP,
    formula="largest n with day of first successful charge + n months ≤ as-of day",
    source=SPEC,
    gap="No successful charge yet.",
)
metric(
    "payments.revenue_cv",
    "Revenue volatility",
    unit=INDEX,
    better=DOWN,
    formula="√(Σ residual² ÷ (n − 2)) ÷ mean of monthly net revenue about its trend, last 12 complete months",
    source=SPEC,
    minimum=4,
    gap="Needs {need} complete months with a positive average; there are {n} so far.",
)
metric(
    "payments.weekly_cv",
    "Weekly activity variation",
    unit=INDEX,
    better=DOWN,
    formula="sample standard deviation ÷ mean of successful charges a week, last 26 complete weeks",
    source=SPEC,
    minimum=8,
    gap="Needs {need} complete weeks of payments; there are {n} so far.",
)
metric(
    "payments.growth",
    "Growth",
    unit=RATE,
    better=UP,
    formula="last 3 complete months ÷ the same 3 a year before − 1; under 15 months ÷ the 3 before them − 1",
    source=SPEC,
    minimum=6,
    gap="Needs {need} complete months and positive revenue to compare with; there are {n} months so far.",
)
metric(
    "payments.avg_monthly_net",
    "Average monthly net revenue",
    unit=MONEY,
    better=UP,
    formula="mean net revenue of the last 3 complete months",
    source=SPEC,
    minimum=3,
    gap="Needs {need} complete months; there are {n} so far.",
)
metric(
    "payments.dispute_activity",
    "Dispute activity",
    unit=RATE,
    better=DOWN,
    formula="chargebacks opened in the last whole month ÷ successful charges of that month",
    source=SPEC,
    gap="No successful charge in the last whole month to divide by.",
)
metric(
    "payments.dispute_rate",
    "Dispute rate by charge date",
    unit=RATE,
    better=DOWN,
    formula="chargebacks about a month's charges ÷ those charges, latest month over for 120 days or more",
    source="payments.md § 10, Stripe: measuring disputes",
    gap="No month with successful charges yet.",
)
metric(
    "payments.disputes_180",
    "Chargebacks, 180 days",
    unit=COUNT,
    better=DOWN,
    empty=ZERO,
    formula="chargebacks by dispute date; inquiries and prevented disputes do not count, won ones do",
    source=SPEC,
)
metric(
    "payments.payments_180",
    "Successful charges, 180 days",
    unit=COUNT,
    better=UP,
    empty=ZERO,
    formula="charges that succeeded and were captured",
    source=SPEC,
)
metric(
    "payments.payments_365",
    "Successful charges, 365 days",
    unit=COUNT,
    better=UP,
    empty=ZERO,
    formula="charges that succeeded and were captured",
    source=SPEC,
)
metric(
    "payments.dispute_ratio",
    "Smoothed dispute ratio",
    unit=RATE,
    better=DOWN,
    empty=ZERO,
    formula="(chargebacks + 1) ÷ (charges + 200), 180 days",
    source=SPEC,
)
metric(
    "payments.win_rate",
    "Disputes won",
    unit=RATE,
    better=UP,
    formula="won ÷ (won + lost), by close date, 365 days",
    source=SPEC,
    gap="No dispute was closed in the last 365 days.",
)
metric(
    "payments.open_disputes",
    "Open disputes",
    unit=COUNT,
    better=DOWN,
    empty=ZERO,
    formula="disputes not yet won, lost, closed or prevented",
    source=SPEC,
)
metric(
    "payments.open_dispute_exposure",
    "Open dispute exposure",
    unit=MONEY,
    better=DOWN,
    empty=ZERO,
    formula="Σ amount of open disputes at today's rates",
    source=SPEC,
)
metric(
    "payments.refund_ratio_90",
    "Refund ratio",
    unit=RATE,
    better=DOWN,
    formula="refunds ÷ gross revenue, 90 days, by refund date; may exceed 1",
    source=SPEC,
    gap="No gross revenue in the last 90 days to divide by.",
)
metric(
    "payments.failed_payment_rate",
    "Failed payments",
    unit=RATE,
    better=DOWN,
    formula="decided payment intents that never succeeded ÷ decided payment intents, 30 days",
    source=SPEC,
    minimum=10,
    gap="Needs {need} payment attempts in 30 days; there were {n}.",
)
metric(
    "payments.top1_share",
    "Largest customer",
    unit=RATE,
    better=DOWN,
    formula="gross revenue of the largest payer ÷ all, 365 days",
    source=SPEC,
    gap="No gross revenue in the last 365 days to divide by.",
)
metric(
    "payments.top10_share",
    "Ten largest customers",
    unit=RATE,
    better=DOWN,
    formula="gross revenue of the ten largest payers ÷ all, 365 days",
    source=SPEC,
    gap="No gross revenue in the last 365 days to divide by.",
)
metric(
    "payments.hhi",
    "Customer concentration (HHI)",
    unit=INDEX,
    better=DOWN,
    formula="Σ squared shares of gross revenue by payer, 365 days; 1 is a single customer",
    source=SPEC,
    gap="No gross revenue in the last 365 days to divide by.",
)
metric(
    "payments.active_customers_90",
    "Active customers, 90 days",
    unit=COUNT,
    better=UP,
    formula="distinct payers: customer, else card fingerprint, else each charge its own",
    source=SPEC,
    gap="No successful charge yet.",
)
metric(
    "payments.payout_fail_rate",
    "Share of payouts that fail",
    unit=RATE,
    better=DOWN,
    formula="failed ÷ (paid + failed) payouts, 180 days by arrival date",
    source=SPEC,
    gap="No payout was finished in the last 180 days.",
)
metric(
    "payments.payout_regularity",
    "Payout regularity",
    unit=RATE,
    better=UP,
    formula="1 − MAD of gaps ÷ max(median gap, 1 day) of arrival dates of paid payouts, 180 days, floor 0",
    source=SPEC,
    minimum=4,
    gap="Needs {need} different arrival dates in 180 days.",
)
metric(
    "payments.days_since_last_payment",
    "Days since the last payment",
    unit=Unit.DAYS,
    better=DOWN,
    formula="as-of day − day of the last successful charge",
    source=SPEC,
    gap="No successful charge yet.",
)
metric(
    "payments.negative_payouts_180",
    "Negative payouts, 180 days",
    unit=COUNT,
    better=DOWN,
    empty=ZERO,
    formula="payouts below zero: money pulled from the bank account",
    source=SPEC,
)
metric(
    "payments.held_funds",
    "Held in reserve",
    unit=MONEY,
    better=DOWN,
    empty=ZERO,
    formula="reserved balance at the last reading, at today's rates",
    source="payments.md § 9, § 10",
)
metric(
    "payments.programme_ratio",
    "Network programme ratio",
    unit=RATE,
    better=DOWN,
    formula="what the network counts ÷ its base, per brand, last whole month",
    source="payments.md § 11",
    gap="No sales of this brand to divide by.",
)
metric(
    "payments.programme_headroom",
    "Headroom to the network's line",
    unit=COUNT,
    better=UP,
    empty=ZERO,
    formula="max(line count, ⌈line ratio × base⌉) − counted, at the month's volume",
    source="payments.md § 11",
)

NO_SUBSCRIPTIONS = "No subscription has been billed yet."
for field, label, better, formula in (
    (
        "mrr",
        "Monthly recurring revenue",
        UP,
        "Σ unit amount × quantity × months factor less lasting discounts",
    ),
    ("arr", "Annual recurring revenue", UP, "12 × MRR"),
    ("mrr_new", "New MRR, 30 days", UP, "first MRR of customers who never paid before"),
    (
        "mrr_expansion",
        "Expansion MRR, 30 days",
        UP,
        "increases of paying customers, extra subscriptions included",
    ),
    ("mrr_contraction", "Contraction MRR, 30 days", DOWN, "decreases of customers who keep paying"),
    ("mrr_churn", "Churned MRR, 30 days", DOWN, "MRR of customers whose last subscription ended"),
    ("mrr_reactivation", "Reactivated MRR, 30 days", UP, "MRR of customers who came back"),
    ("mrr_at_risk", "MRR at risk", DOWN, "MRR of subscriptions that are past due"),
):
    metric(
        f"payments.{field}",
        label,
        unit=MONEY,
        better=better,
        formula=formula,
        source=SUBS,
        gap=NO_SUBSCRIPTIONS,
    )
metric(
    "payments.quick_ratio",
    "Quick ratio, 30 days",
    unit=INDEX,
    better=UP,
    formula="(new + expansion) ÷ (contraction + churn)",
    source=SUBS,
    gap="No recurring revenue was lost in the last 30 days to divide by.",
)
metric(
    "payments.net_revenue_retention",
    "Net revenue retention, 30 days",
    unit=RATE,
    better=UP,
    formula="(opening + expansion − contraction − churn) ÷ opening MRR",
    source=SUBS,
    gap="There was no recurring revenue 30 days ago to divide by.",
)
metric(
    "payments.subscribers",
    "Paying subscribers",
    unit=COUNT,
    better=UP,
    formula="customers whose subscriptions are worth more than 0 a month",
    source=SUBS,
    gap=NO_SUBSCRIPTIONS,
)
metric(
    "payments.readiness",
    "Funding readiness",
    unit=Unit.POINTS,
    better=UP,
    formula="floor(min(Σ weight × points ÷ 100, caps) + ½)",
    source=SCORE,
    gap="No successful charge yet, so there is nothing to score.",
)
metric(
    "payments.readiness_raw",
    "Readiness before caps",
    unit=Unit.POINTS,
    better=UP,
    formula="Σ weight × points ÷ 100 over nine components; a component without data scores 40",
    source=SCORE,
    gap="No successful charge yet, so there is nothing to score.",
)
metric(
    "payments.readiness_confidence",
    "Confidence in the score",
    unit=RATE,
    better=UP,
    empty=ZERO,
    formula="0.6 · min(1, months ÷ 12) + 0.2 · min(1, payments a year ÷ 500) + 0.2 · known share of weight",
    source=SCORE,
)
