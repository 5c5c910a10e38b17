"""Metrics as figures: each value with its unit, sample size, inputs and the rows it stands on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from analytics.figures import Figure, Rows, half_up
from analytics.payments.calendar import add_months, month_start
from analytics.payments.metrics import keys as _keys
from analytics.payments.metrics.model import Metrics
from analytics.registry import Unit, metric_of

DESK = "payments."


@dataclass(frozen=True, slots=True)
class Stands:
    """What a figure stands on: the field that counts its facts, its row query with days back, its input
    figures.
    """

    n: str = ""
    rows: str = ""
    days: int = 0
    bucket: str = ""
    inputs: tuple[str, ...] = ()


def _ledger(days: int, bucket: str = "") -> Stands:
    return Stands(n=f"payments_{days}" if days in (180, 365) else "", rows="payments.ledger", days=days, bucket=bucket)


def _made_of(*inputs: str, n: str = "") -> Stands:
    return Stands(n=n, inputs=inputs)


YEARS = 2 * 366
STANDS: dict[str, Stands] = {
    **{f"revenue_gross_{days}": _ledger(days, "gross") for days in (30, 90, 365)},
    **{f"revenue_net_{days}": _ledger(days, "gross,refund,dispute") for days in (30, 90, 365)},
    **{f"fees_{days}": _ledger(days, "cost") for days in (30, 90, 365)},
    "refunds_90": _ledger(90, "refund"),
    "dispute_losses_90": _ledger(90, "dispute"),
    "take_rate": _made_of("revenue_net_90", "revenue_gross_90"),
    "history_months": Stands(n="history_months", rows="payments.charges", days=0),
    "revenue_cv": Stands(n="n_months", rows="payments.ledger", days=366, bucket="gross,refund,dispute"),
    "weekly_cv": Stands(n="n_weeks", rows="payments.charges", days=26 * 7 + 6),
    "growth": Stands(n="n_months", rows="payments.ledger", days=YEARS, bucket="gross,refund,dispute"),
    "avg_monthly_net": Stands(n="n_months", rows="payments.ledger", days=123, bucket="gross,refund,dispute"),
    "dispute_activity": Stands(n="charges_last_month", rows="payments.chargebacks", days=31),
    "dispute_rate": Stands(rows="payments.chargebacks", days=365),
    "disputes_180": Stands(n="payments_180", rows="payments.chargebacks", days=180),
    "payments_180": Stands(n="payments_180", rows="payments.charges", days=180),
    "payments_365": Stands(n="payments_365", rows="payments.charges", days=365),
    "dispute_ratio": _made_of("disputes_180", "payments_180", n="payments_180"),
    "win_rate": Stands(n="disputes_closed", rows="payments.closed_disputes", days=365),
    "open_disputes": Stands(n="open_disputes", rows="payments.open_disputes"),
    "open_dispute_exposure": Stands(n="open_disputes", rows="payments.open_disputes"),
    "refund_ratio_90": _made_of("refunds_90", "revenue_gross_90"),
    "failed_payment_rate": Stands(n="intents_30", rows="payments.attempts", days=30),
    "top1_share": Stands(n="payers_365", rows="payments.charges", days=365),
    "top10_share": Stands(n="payers_365", rows="payments.charges", days=365),
    "hhi": Stands(n="payers_365", rows="payments.charges", days=365),
    "active_customers_90": Stands(n="active_customers_90", rows="payments.charges", days=90),
    "payout_fail_rate": Stands(n="payouts_180", rows="payments.payouts", days=180),
    "payout_regularity": Stands(n="payouts_180", rows="payments.payouts", days=180),
    "days_since_last_payment": Stands(n="payments_365", rows="payments.charges", days=365),
    "negative_payouts_180": Stands(n="payouts_180", rows="payments.payouts", days=180),
    "held_funds": Stands(rows="payments.balances"),
    "mrr": Stands(n="subscribers", rows="payments.subscriptions"),
    "arr": _made_of("mrr", n="subscribers"),
    **{
        f"mrr_{kind}": Stands(n="subscribers", rows="payments.subscriptions")
        for kind in ("new", "expansion", "contraction", "churn", "reactivation", "at_risk")
    },
    "quick_ratio": _made_of("mrr_new", "mrr_expansion", "mrr_contraction", "mrr_churn", n="subscribers"),
    "net_revenue_retention": _made_of("mrr", "mrr_expansion", "mrr_contraction", "mrr_churn", n="subscribers"),
    "subscribers": Stands(n="subscribers", rows="payments.subscriptions"),
}


def figures(metrics: Metrics) -> dict[str, Figure]:
    """Every registered metric of the snapshot, by key, in the order of the registry's desk.

    Subscription figures are left out where nothing was ever subscribed.
    """
    made = {DESK + name: figure(metrics, name) for name in STANDS if _shown(metrics, name)}
    return made | programme_figures(metrics)


def figure(metrics: Metrics, name: str) -> Figure:
    """One metric as a figure, with its direct inputs as figures inside."""
    key, stands = DESK + name, STANDS[name]
    known = metric_of(key)
    value = getattr(metrics, name)
    n = getattr(metrics, stands.n) or 0 if stands.n else 0
    if known.unit is Unit.MONEY and isinstance(value, Decimal):
        value = half_up(Fraction(value))
    return Figure(
        metric=key,
        value=value,
        n=n,
        as_of=metrics.as_of,
        currency=metrics.currency if known.unit is Unit.MONEY else "",
        rows=_rows(metrics, stands),
        inputs=tuple(figure(metrics, part) for part in stands.inputs),
        gap=known.gap_sentence(n) if value is None else "",
        note=_note(metrics, name, known.unit),
    )


def programme_figures(metrics: Metrics) -> dict[str, Figure]:
    """Ratio and headroom for each network line of the last whole month, keyed by programme."""
    made: dict[str, Figure] = {}
    for row in metrics.programmes:
        rows = Rows.of("payments.disputes", start=row.month, end=add_months(row.month, 1), brand=row.brand)
        note = f"{row.label}: {row.counted} of {row.base}, line {row.line_ratio:%} and {row.line_count} cases."
        gap = metric_of("payments.programme_ratio").gap_sentence(row.base) if row.ratio is None else ""
        made[f"payments.programme_ratio:{row.programme}"] = Figure(
            "payments.programme_ratio", row.ratio, row.base, metrics.as_of, rows=rows, gap=gap, note=note
        )
        made[f"payments.programme_headroom:{row.programme}"] = Figure(
            "payments.programme_headroom", row.headroom, row.counted, metrics.as_of, rows=rows, note=note
        )
    return made


def _shown(metrics: Metrics, name: str) -> bool:
    known = metric_of(DESK + name)
    return known.source != _keys.SUBS or metrics.mrr is not None


def _rows(metrics: Metrics, stands: Stands) -> Rows | None:
    if not stands.rows:
        return None
    params: dict[str, date | str] = {"end": metrics.as_of}
    if stands.days:
        params["start"] = metrics.as_of - timedelta(days=stands.days)
    if stands.rows == "payments.chargebacks" and stands.days == 31:
        params = {"start": add_months(month_start(metrics.as_of), -1), "end": month_start(metrics.as_of)}
    if stands.bucket:
        params["bucket"] = stands.bucket
    return Rows.of(stands.rows, **params)


def _note(metrics: Metrics, name: str, unit: Unit) -> str:
    if name == "dispute_rate" and metrics.dispute_rate is not None and not metrics.dispute_rate_mature:
        return "Still immature: charges can be disputed for 120 days."
    if name == "growth" and metrics.growth is not None:
        year = "the same three months a year before"
        return f"Compared with {year if metrics.growth_basis == 'yoy' else 'the three months before'}."
    if unit is Unit.MONEY and metrics.partial:
        missing = ", ".join(code.upper() for code in metrics.partial)
        return f"Partial: no exchange rate for {missing}."
    return ""
