"""Payouts over the API: the same queries as the page."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from ninja import Router, Schema

from accounts.access import api_business
from accounts.requests import BusinessRequest
from analytics.payments.payouts.queries import payout_list, payout_summary
from analytics.schemas import FigureOut, PeriodOut, figure_out, period_out

router = Router(tags=["Payments"])
LATEST = ("payments.payout_fail_rate", "payments.payout_regularity", "payments.held_funds")


class PayoutWeekOut(Schema):
    start: date
    amount: int
    paid: int
    failed: int


class PayoutOut(Schema):
    id: str
    arrival_date: date
    amount: int
    currency: str
    status: str
    method: str
    failure_code: str


class PayoutsOut(Schema):
    period: PeriodOut
    currency: str
    partial: list[str]
    figures: dict[str, FigureOut]
    weeks: list[PayoutWeekOut]
    payouts: list[PayoutOut]
    next_cursor: str | None


@router.get("/payments/payouts", response=PayoutsOut, summary="Payouts and their rhythm")
def get_payouts(
    request: BusinessRequest, business_id: UUID | None = None, period: str = "", cursor: str = ""
) -> dict[str, Any]:
    business = api_business(request, business_id, permission="read:analytics", desk="payments")
    summary = payout_summary(business, period=request.period, as_of=request.now)
    listed = payout_list(business, period=request.period, as_of=request.now, cursor=cursor)
    sums = (summary.paid_out, summary.failed, summary.negative)
    latest = [summary.latest[key] for key in LATEST if key in summary.latest]
    figures = [figure_out(business, figure, kind="period", key=summary.period.text) for figure in sums]
    figures += [figure_out(business, figure, kind="metrics", key=summary.snapshot_id) for figure in latest]
    return {
        "period": period_out(summary.period),
        "currency": summary.currency,
        "partial": list(summary.partial),
        "figures": {body["metric"]: body for body in figures},
        "weeks": [{"start": w.start, "amount": w.amount, "paid": w.paid, "failed": w.failed} for w in summary.weeks],
        "payouts": [
            {
                "id": row.external_id,
                "arrival_date": row.arrival_date,
                "amount": row.amount,
                "currency": row.currency,
                "status": row.status,
                "method": row.method,
                "failure_code": row.failure_code,
            }
            for row in listed.rows
        ],
        "next_cursor": listed.next_cursor or None,
    }
