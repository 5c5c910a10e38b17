"""Where the payments desk keeps its figures, for the evidence page: metrics, readiness, and sums of a period."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from accounts.errors import InvalidInput, NotYours
from accounts.models import Business
from accounts.periods import parse_period
from analytics.evidence.queries import Kept, keeper
from analytics.figures import Figure
from analytics.models import MetricSnapshot, ReadinessSnapshot
from analytics.models.payments import SnapshotQuerySet
from analytics.payments.disputes.queries import dispute_summary
from analytics.payments.ledger import AccountState
from analytics.payments.metrics.calc import compute_metrics
from analytics.payments.metrics.model import Metrics
from analytics.payments.metrics.queries import figures_of, metric_summary
from analytics.payments.metrics.sheet import figures
from analytics.payments.payouts.queries import payout_summary
from analytics.payments.reader import LedgerReader, sources_shown
from analytics.payments.readiness.calc import Component, Score, score
from analytics.payments.readiness.queries import stored_score
from analytics.registry import metric_of


@keeper("metrics")
def metrics(business: Business, key: str, *, as_of: datetime) -> Kept:
    """The figures of one metric snapshot."""
    row = _row(MetricSnapshot.objects.of(business), key)
    return Kept(
        title=f"Metrics as of {row.as_of:%-d %b %Y}",
        figures=figures_of(row),
        again=lambda: figures(_computed_again(business, row.metrics)),
        computed_at=row.computed_at,
        superseded_at=row.superseded_at,
        model=row.model_version,
        inputs_hash=row.inputs_hash,
    )


@keeper("readiness")
def readiness(business: Business, key: str, *, as_of: datetime) -> Kept:
    """The score of one readiness snapshot, its raw value and its confidence."""
    row = _row(ReadinessSnapshot.objects.of(business).select_related("metrics"), key)
    known = row.metrics.metrics

    def again() -> dict[str, Figure]:
        fresh = _computed_again(business, known)
        return score_figures(score(fresh, model=row.model), fresh)

    return Kept(
        title=f"Readiness as of {row.as_of:%-d %b %Y}",
        figures=score_figures(stored_score(row, known), known),
        again=again,
        computed_at=row.computed_at,
        superseded_at=row.superseded_at,
        model=row.model,
        inputs_hash=row.inputs_hash,
    )


@keeper("period")
def period(business: Business, key: str, *, as_of: datetime) -> Kept:
    """Sums of a period, such as `90d` or `2026-01-01..2026-03-31`, made from the daily rollups when they are shown."""
    try:
        wanted = parse_period(key, as_of=as_of, zone=business.time_zone)
    except InvalidInput:
        raise NotYours("There is no such period.") from None

    def shown() -> dict[str, Figure]:
        payouts = payout_summary(business, period=wanted, as_of=as_of)
        made = metric_summary(business, period=wanted, as_of=as_of).totals
        made |= {figure.metric: figure for figure in (payouts.paid_out, payouts.failed, payouts.negative)}
        return made | {"payments.chargebacks": dispute_summary(business, period=wanted, as_of=as_of).opened}

    return Kept(title=wanted.label, figures=shown(), again=shown)


def score_figures(result: Score, known: Metrics) -> dict[str, Figure]:
    """The score, the raw score and the confidence as figures; the raw one stands on every metric that was scored."""
    sheet = figures(known)
    inputs = tuple(sheet[key] for key in (main_metric(part) for part in result.components) if key in sheet)
    gap = metric_of("payments.readiness").gap_sentence(0) if result.score is None else ""
    low, high = result.band or (None, None)
    n, day = known.payments_365, result.as_of
    raw = Figure("payments.readiness_raw", result.raw, n, day, inputs=inputs, gap=gap, note=_sum(result))
    total = Figure(
        "payments.readiness",
        result.score,
        n,
        day,
        low=None if low is None else Decimal(low),
        high=None if high is None else Decimal(high),
        inputs=(raw,),
        gap=gap,
        note=_binding(result),
    )
    trust = Figure("payments.readiness_confidence", result.confidence.value, n, day)
    return {figure.metric: figure for figure in (total, raw, trust)}


MAIN_METRICS = {
    "revenue_stability": "payments.revenue_cv",
    "activity_consistency": "payments.weekly_cv",
    "history": "payments.history_months",
    "growth": "payments.growth",
    "scale": "payments.avg_monthly_net",
    "disputes": "payments.dispute_ratio",
    "customers": "payments.top1_share",
    "refunds": "payments.refund_ratio_90",
    "payouts": "payments.payout_fail_rate",
}


def main_metric(part: Component) -> str:
    """The metric key that a component is mostly about."""
    return MAIN_METRICS[part.key]


def _sum(result: Score) -> str:
    return " + ".join(f"{part.label} {part.contribution.normalize():f}" for part in result.components)


def _binding(result: Score) -> str:
    cap = result.binding_cap
    return f"{cap.because}: held at {cap.limit}." if cap else ""


def _row(snapshots: SnapshotQuerySet, key: str) -> Any:
    row = snapshots.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 19 else None
    if row is None:
        raise NotYours("There is no such figure.")
    return row


def _computed_again(business: Business, known: Metrics) -> Metrics:
    """The same day from the facts as they are now, with what the provider allowed then."""
    reader = LedgerReader(business, sources_shown(business), latest=known.as_of)
    account = AccountState(
        charges_enabled=known.charges_enabled,
        payouts_enabled=known.payouts_enabled,
        disabled_reason=known.disabled_reason,
        region=reader.account_state().region,
    )
    return compute_metrics(reader.ledger(known.as_of, account=account), as_of=known.as_of)
