"""Disputes over the API: the same queries as the page."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Router, Schema

from accounts.access import api_business
from accounts.requests import BusinessRequest
from analytics.payments.disputes.queries import dispute_list, dispute_summary
from analytics.schemas import FigureOut, PeriodOut, figure_out, period_out, text

router = Router(tags=["Payments"])


class DeadlineOut(Schema):
    id: str
    amount: int
    currency: str
    reason: str
    status: str
    brand: str
    due_by: datetime
    days_left: int


class DisputeMonthOut(Schema):
    month: date
    charges: int
    opened: int
    activity: str | None
    rate: str | None
    mature: bool


class ReasonOut(Schema):
    reason: str
    n: int
    chargebacks: int
    share: str


class ProgrammeOut(Schema):
    """A card network's line in the last whole month. `headroom` is the number of cases left before it."""

    programme: str
    label: str
    brand: str
    month: date
    counted: int
    base: int
    ratio: str | None
    line_ratio: str
    line_count: int
    headroom: int
    breached: bool
    source: str
    read_on: date


class DisputeOut(Schema):
    id: str
    created_at: datetime
    amount: int
    currency: str
    reason: str
    status: str
    brand: str
    is_chargeback: bool
    evidence_due_by: datetime | None
    closed_at: datetime | None


class DisputesOut(Schema):
    period: PeriodOut
    opened: FigureOut
    opened_before: FigureOut
    months: list[DisputeMonthOut]
    by_reason: list[ReasonOut]
    programmes: list[ProgrammeOut]
    answer_by: list[DeadlineOut]
    disputes: list[DisputeOut]
    next_cursor: str | None


@router.get("/payments/disputes", response=DisputesOut, summary="Disputes, deadlines and network lines")
def get_disputes(
    request: BusinessRequest, business_id: UUID | None = None, period: str = "", cursor: str = ""
) -> dict[str, Any]:
    business = api_business(request, business_id, permission="read:analytics", desk="payments")
    summary = dispute_summary(business, period=request.period, as_of=request.now)
    listed = dispute_list(business, period=request.period, as_of=request.now, cursor=cursor)
    key = summary.period.text
    return {
        "period": period_out(summary.period),
        "opened": figure_out(business, summary.opened, kind="period", key=key),
        "opened_before": figure_out(business, summary.opened_before),
        "months": [
            {
                "month": row.month,
                "charges": row.charges,
                "opened": row.opened,
                "activity": text(row.activity),
                "rate": text(row.rate),
                "mature": row.mature,
            }
            for row in summary.months
        ],
        "by_reason": [
            {"reason": row.reason, "n": row.n, "chargebacks": row.chargebacks, "share": text(row.share)}
            for row in summary.by_reason
        ],
        "programmes": [_programme(row) for row in summary.programmes],
        "answer_by": [{"id": row.external_id, **_plain(row, DEADLINE)} for row in summary.answer_by],
        "disputes": [{"id": row.external_id, **_plain(row, DISPUTE)} for row in listed.rows],
        "next_cursor": listed.next_cursor or None,
    }


DEADLINE = ("amount", "currency", "reason", "status", "brand", "due_by", "days_left")
DISPUTE = (
    "created_at",
    "amount",
    "currency",
    "reason",
    "status",
    "brand",
    "is_chargeback",
    "evidence_due_by",
    "closed_at",
)
PROGRAMME = (
    "programme",
    "label",
    "brand",
    "month",
    "counted",
    "base",
    "line_count",
    "headroom",
    "breached",
    "source",
    "read_on",
)


def _programme(row: Any) -> dict[str, Any]:
    return _plain(row, PROGRAMME) | {"ratio": text(row.ratio), "line_ratio": text(row.line_ratio)}


def _plain(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
