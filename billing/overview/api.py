"""What the plan is and what is used of it, for programs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ninja import Router, Schema

from accounts.access import api_business
from accounts.requests import BusinessRequest
from billing.overview.queries import PlanOverview, plan_overview

router = Router(tags=["Billing"])


class UsageOut(Schema):
    """`limit` is null without a limit; `used` is null where nothing counts it."""

    feature: str
    used: int | None
    limit: int | None
    per_month: bool


class SubscriptionOut(Schema):
    """Amounts are minor units a period, excluding tax."""

    status: str
    plan: str | None
    amount: int
    currency: str
    interval: str
    trial_end: datetime | None
    period_end: datetime | None
    cancel_at: datetime | None


class BillingOut(Schema):
    """`features` maps each feature to 1 or 0 for a switch, a number for a limit, null for no limit."""

    plan: str
    plans: list[str]
    is_read_only: bool
    desks: list[str]
    features: dict[str, int | None]
    usage: list[UsageOut]
    subscription: SubscriptionOut | None

    @classmethod
    def of(cls, overview: PlanOverview) -> BillingOut:
        held, found = overview.subscription, overview.found
        return cls(
            plan=overview.name,
            plans=list(found.plans),
            is_read_only=found.is_read_only,
            desks=sorted(found.desks),
            features=dict(found.features),
            usage=[
                UsageOut(feature=row.key, used=row.used, limit=row.most, per_month=row.per_month)
                for row in overview.usage
            ],
            subscription=None
            if held is None
            else SubscriptionOut(
                status=held.status, plan=held.plan.key if held.plan else None, amount=held.discounted,
                currency=held.currency, interval=held.interval, trial_end=held.trial_end, period_end=held.period_end,
                cancel_at=held.cancel_at,
            ),
        )  # fmt: skip


@router.get("/billing", response=BillingOut, summary="Plan, entitlements and usage")
def show_billing(request: BusinessRequest, business_id: UUID | None = None) -> BillingOut:
    business = api_business(request, business_id, permission="read:analytics")
    return BillingOut.of(plan_overview(business, now=request.now))
