"""Reads disputes: what was opened, how it compares with the networks' lines, and what still needs an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q

from accounts.models import Business
from accounts.periods import Period, local_day
from analytics.figures import Figure, Rows, ratio
from analytics.payments.calendar import add_months, month_start
from analytics.payments.criteria import ACQUIRER_LINE, GOOD_LINE, WORKING_LINE, Criterion
from analytics.payments.ledger import DayTotals
from analytics.payments.listing import Listed, newest
from analytics.payments.metrics.dispute_rates import DisputeMonth, dispute_months
from analytics.payments.metrics.model import ProgrammeStanding
from analytics.payments.metrics.queries import figures_of, latest_snapshot
from analytics.payments.queries import DeskState, desk_state
from analytics.payments.reader import day_totals
from ingestion.models import Dispute

MONTHS = 12
MOST_DEADLINES = 50
LINES = (WORKING_LINE, GOOD_LINE, ACQUIRER_LINE)


@dataclass(frozen=True, slots=True)
class Deadline:
    """An open dispute that waits for evidence. `days_left` are whole days; 0 is within 24 hours."""

    external_id: str
    amount: int
    currency: str
    reason: str
    status: str
    brand: str
    due_by: datetime
    days_left: int
    is_chargeback: bool


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """Disputes of the period by the bank's reason, most first; `share` of all in the period."""

    reason: str
    n: int
    chargebacks: int
    share: Decimal


@dataclass(frozen=True, slots=True)
class DisputeSummary:
    """`latest` holds the snapshot's figures; `programmes` the networks' lines in the last whole month."""

    period: Period
    currency: str
    state: DeskState
    opened: Figure
    opened_before: Figure
    months: tuple[DisputeMonth, ...]
    by_reason: tuple[ReasonRow, ...]
    programmes: tuple[ProgrammeStanding, ...]
    answer_by: tuple[Deadline, ...]
    latest: dict[str, Figure]
    snapshot_id: int | None
    lines: tuple[Criterion, ...] = LINES


def dispute_summary(business: Business, *, period: Period, as_of: datetime) -> DisputeSummary:
    """What was disputed in `period`, by month, reason and network line, and what needs an answer. Five queries."""
    state = desk_state(business, as_of=as_of)
    today = local_day(as_of, business.time_zone)
    first_month = add_months(month_start(today), -MONTHS)
    start = min(first_month, period.previous().start)
    days = day_totals(business, state.source_ids, start=start, end=max(today, period.end))
    snapshot = latest_snapshot(business, as_of=as_of)
    return DisputeSummary(
        period=period,
        currency=business.currency,
        state=state,
        opened=_opened(days, period),
        opened_before=_opened(days, period.previous()),
        months=dispute_months(days, as_of=today, last=MONTHS),
        by_reason=_by_reason(business, state, period),
        programmes=snapshot.metrics.programmes if snapshot else (),
        answer_by=_answer_by(business, state, as_of=as_of),
        latest=figures_of(snapshot),
        snapshot_id=snapshot.pk if snapshot else None,
    )


def dispute_list(business: Business, *, period: Period, as_of: datetime, cursor: str = "") -> Listed[Dispute]:
    """Disputes opened in `period`, newest first. Two queries."""
    state = desk_state(business, as_of=as_of)
    facts = Dispute.objects.of(business).filter(source__in=state.source_ids).within(period)
    return newest(facts, column="created_at", cursor=cursor)


def _opened(days: tuple[DayTotals, ...], period: Period) -> Figure:
    inside = [row for row in days if row.day in period]
    return Figure(
        metric="payments.chargebacks",
        value=sum(row.chargebacks for row in inside),
        n=sum(row.charges for row in inside),
        as_of=period.end,
        rows=Rows.of("payments.chargebacks", start=period.start, end=period.end),
    )


def _by_reason(business: Business, state: DeskState, period: Period) -> tuple[ReasonRow, ...]:
    opened = Dispute.objects.of(business).filter(source__in=state.source_ids).within(period)
    counts = opened.values_list("reason").annotate(n=Count("pk"), counted=Count("pk", filter=Q(is_chargeback=True)))
    rows = list(counts.order_by("-n", "reason"))
    total = sum(n for _, n, _ in rows)
    return tuple(ReasonRow(reason, n, counted, ratio(n, total)) for reason, n, counted in rows)


def _answer_by(business: Business, state: DeskState, *, as_of: datetime) -> tuple[Deadline, ...]:
    waiting = Dispute.objects.of(business).filter(source__in=state.source_ids).answerable(as_of=as_of)
    return tuple(_deadline(row, as_of) for row in waiting[:MOST_DEADLINES])


def _deadline(row: Dispute, as_of: datetime) -> Deadline:
    due_by = row.evidence_due_by or as_of
    return Deadline(
        external_id=row.external_id,
        amount=row.amount,
        currency=row.currency,
        reason=row.reason,
        status=row.status,
        brand=row.brand,
        due_by=due_by,
        days_left=(due_by - as_of) // timedelta(days=1),
        is_chargeback=row.is_chargeback,
    )
