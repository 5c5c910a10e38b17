"""Reads metrics: sums of a period from the daily rollups, everything else from the newest snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import Business
from accounts.periods import Period, local_day
from analytics.figures import Figure, Rows, from_json, ratio
from analytics.models import MetricSnapshot
from analytics.payments.calendar import month_start
from analytics.payments.ledger import DayTotals, converted
from analytics.payments.metrics.model import MODEL_VERSION, Metrics
from analytics.payments.queries import DeskState, desk_state
from analytics.payments.reader import day_totals, rates_for
from analytics.registry import metric_of

DAILY_UP_TO = 31
WEEKLY_UP_TO = 200

#: Period metrics: key → (rollup column or formula, ledger buckets behind it).
SUMS = {
    "payments.gross": ("gross", "gross"),
    "payments.net": ("net", "gross,refund,dispute"),
    "payments.refunds": ("refunds", "refund"),
    "payments.dispute_losses": ("disputes", "dispute"),
    "payments.cost": ("cost", "cost"),
}
COUNTS = {"payments.charges": "charges", "payments.failed_charges": "failed", "payments.chargebacks": "chargebacks"}


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bar of the period: a day, an ISO week or a month by its first day, cut at the period's edges.

    Money in minor units of the business's currency. `before_net` is the bucket at the same place one period earlier.
    """

    start: date
    gross: int
    net: int
    refunds: int
    disputes: int
    cost: int
    charges: int
    failed: int
    before_net: int | None = None


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """A period in figures, compared with the one before, and the snapshot's figures beside it.

    `totals` and `before` have the same keys. `latest` is empty and `snapshot_id` None before the first snapshot.
    """

    period: Period
    currency: str
    state: DeskState
    totals: dict[str, Figure]
    before: dict[str, Figure]
    buckets: tuple[Bucket, ...]
    grain: str
    partial: tuple[str, ...]
    latest: dict[str, Figure]
    snapshot_id: int | None
    snapshot_as_of: date | None
    metrics: Metrics | None


@dataclass(frozen=True, slots=True)
class PastMetrics:
    """One point of the history: the metrics as of a day."""

    as_of: date
    metrics: Metrics


def metric_summary(business: Business, *, period: Period, as_of: datetime) -> MetricSummary:
    """What happened in `period`, and where the business stands. Three queries, one more with several currencies."""
    state = desk_state(business, as_of=as_of)
    previous = period.previous()
    days = day_totals(business, state.source_ids, start=previous.start, end=period.end)
    own = converted(days, currency=business.currency, rates=rates_for(business, days, until=period.end))
    inside = tuple(row for row in own.days if row.day in period)
    earlier = tuple(row for row in own.days if row.day in previous)
    snapshot = latest_snapshot(business, as_of=as_of)
    grain = _grain(period)
    return MetricSummary(
        period=period,
        currency=business.currency,
        state=state,
        totals=_totals(business, period, inside, partial=own.missing),
        before=_totals(business, previous, earlier, partial=own.missing),
        buckets=_buckets(period, inside, earlier, grain),
        grain=grain,
        partial=own.missing,
        latest=figures_of(snapshot),
        snapshot_id=snapshot.pk if snapshot else None,
        snapshot_as_of=snapshot.as_of if snapshot else None,
        metrics=snapshot.metrics if snapshot else None,
    )


def metric_history(
    business: Business, *, as_of: datetime, start: date | None = None, end: date | None = None
) -> tuple[PastMetrics, ...]:
    """Metrics as of every stored day in [start, end], ascending: month starts since the first charge, then daily."""
    day = local_day(as_of, business.time_zone)
    live = MetricSnapshot.objects.of(business).live().filter(model_version=MODEL_VERSION, as_of__lte=end or day)
    if start is not None:
        live = live.filter(as_of__gte=start)
    rows = live.order_by("as_of").values_list("as_of", "values")
    return tuple(PastMetrics(at, Metrics.from_json(values)) for at, values in rows)


def latest_snapshot(business: Business, *, as_of: datetime) -> MetricSnapshot | None:
    """The newest live snapshot that is not later than `as_of`. One query."""
    day = local_day(as_of, business.time_zone)
    live = MetricSnapshot.objects.of(business).live().filter(model_version=MODEL_VERSION, as_of__lte=day)
    return live.newest_first().first()


def figures_of(snapshot: MetricSnapshot | None) -> dict[str, Figure]:
    """The figures as they were stored."""
    return {key: from_json(body) for key, body in snapshot.figures.items()} if snapshot else {}


def _totals(
    business: Business, period: Period, days: Iterable[DayTotals], *, partial: tuple[str, ...]
) -> dict[str, Figure]:
    rows = tuple(days)
    charges = sum(row.charges for row in rows)
    missing = ", ".join(code.upper() for code in partial)
    note = f"Partial: no exchange rate for {missing}." if partial else ""
    made: dict[str, Figure] = {}
    for key, (name, bucket) in SUMS.items():
        behind = Rows.of("payments.ledger", start=period.start, end=period.end, bucket=bucket)
        total = sum(getattr(row, name) for row in rows)
        made[key] = Figure(key, total, charges, period.end, currency=business.currency, rows=behind, note=note)
    for key, name in COUNTS.items():
        query = "payments.chargebacks" if name == "chargebacks" else "payments.charges"
        behind = Rows.of(query, start=period.start, end=period.end)
        made[key] = Figure(key, sum(getattr(row, name) for row in rows), charges, period.end, rows=behind)
    return made | {"payments.refund_ratio": _refund_ratio(made, period)}


def _refund_ratio(made: dict[str, Figure], period: Period) -> Figure:
    refunds, gross = made["payments.refunds"], made["payments.gross"]
    taken = int(gross.value or 0)
    return Figure(
        metric="payments.refund_ratio",
        value=ratio(int(refunds.value or 0), taken) if taken > 0 else None,
        n=gross.n,
        as_of=period.end,
        inputs=(refunds, gross),
        gap="" if taken > 0 else metric_of("payments.refund_ratio").gap_sentence(0),
    )


def _grain(period: Period) -> str:
    if period.days <= DAILY_UP_TO:
        return "day"
    return "week" if period.days <= WEEKLY_UP_TO else "month"


def _buckets(period: Period, days: Iterable[DayTotals], earlier: Iterable[DayTotals], grain: str) -> tuple[Bucket, ...]:
    sums = {start: [0] * 7 for start in _starts(period, grain)}
    for row in days:
        values = (row.gross, row.net, row.refunds, row.disputes, row.cost, row.charges, row.failed)
        total = sums[max(_start(row.day, grain), period.start)]
        for place, value in enumerate(values):
            total[place] += value
    past = _past_nets(period, earlier, grain)
    names = ("gross", "net", "refunds", "disputes", "cost", "charges", "failed")
    return tuple(
        Bucket(start=start, before_net=past.get(start), **dict(zip(names, total, strict=True)))
        for start, total in sums.items()
    )


def _past_nets(period: Period, earlier: Iterable[DayTotals], grain: str) -> dict[date, int]:
    """Net revenue one period earlier, by the bucket of `period` that lies the same number of days from its start."""
    nets: dict[date, int] = {}
    for row in earlier:
        same_place = row.day + timedelta(days=period.days)
        start = max(_start(same_place, grain), period.start)
        nets[start] = nets.get(start, 0) + row.net
    return nets


def _starts(period: Period, grain: str) -> list[date]:
    days = (period.start + timedelta(days=offset) for offset in range(period.days))
    return sorted({max(_start(day, grain), period.start) for day in days})


def _start(day: date, grain: str) -> date:
    if grain == "day":
        return day
    return day - timedelta(days=day.weekday()) if grain == "week" else month_start(day)
