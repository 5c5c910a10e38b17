"""What the assistant used, over the API: the sums of the page, for any period."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from ninja import Router, Schema

from accounts.access import api_business
from accounts.requests import BusinessRequest
from agent.usage.queries import PeriodUse, usage_of
from agent.usage.sums import Use
from analytics.schemas import PeriodOut, period_out, text

router = Router(tags=["Agent"])
#: As on the page: whoever may change the business may see what it costs.
PERMISSION = "write:business"


class TokensOut(Schema):
    """`input` is all of it; `cached` of it was read from the provider's cache."""

    input: int
    output: int
    cached: int


class LatencyOut(Schema):
    """Milliseconds from taking a question up to its answer; null where nobody asked."""

    p50: int | None
    p95: int | None


class GroundedOut(Schema):
    """Figures and days that answers printed, those traced to their source, and the share; null where none was."""

    printed: int
    traced: int
    share: str | None


class SumsOut(Schema):
    """`fallbacks`: questions that the analyst answered in a model's place. `cost_usd`: US dollars, to a millionth."""

    questions: int
    fallbacks: int
    requests: int
    tokens: TokensOut
    cost_usd: str
    latency_ms: LatencyOut
    grounded: GroundedOut


class DayOut(SumsOut):
    day: date


class EngineOut(SumsOut):
    """One engine under one model's name; both are empty for questions that were stopped or still wait."""

    engine: str
    model: str


class BudgetOut(Schema):
    """The month of the answer's moment, UTC, in US dollars. `left` is what a new question may still hold back."""

    month: date
    cap_usd: str
    spent_usd: str
    reserved_usd: str
    left_usd: str


class UsageOut(Schema):
    """Use of the period. `days` has those with any, oldest first. `note` says in words that there is nothing."""

    business_id: UUID
    period: PeriodOut
    note: str
    total: SumsOut
    days: list[DayOut]
    engines: list[EngineOut]
    fallbacks: dict[str, int]
    budget: BudgetOut


@router.get("/agent/usage", response=UsageOut, summary="What the assistant used and cost")
def get_usage(request: BusinessRequest, business_id: UUID | None = None, period: str = "") -> UsageOut:
    """Questions, tokens, cost, time and traced figures, by day and by what answered, and the month's budget.

    `period` is 7d, 28d, 90d, 12m or two days such as 2026-01-01..2026-03-31; 90d when left out. Named periods end with
    yesterday. For those who may change the business.
    """
    business = api_business(request, business_id, permission=PERMISSION)
    found = usage_of(business, request.period, now=request.now)
    return UsageOut(
        business_id=business.pk,
        period=PeriodOut(**period_out(found.period)),
        note=found.note,
        total=_sums(found.total),
        days=[DayOut(day=use.day, **dict(_sums(use))) for use in found.days if use.day],
        engines=[EngineOut(engine=one.engine, model=one.model, **dict(_sums(one.use))) for one in found.engines],
        fallbacks=found.fallbacks,
        budget=_budget(found),
    )


def _sums(use: Use) -> SumsOut:
    return SumsOut(
        questions=use.questions,
        fallbacks=use.instead,
        requests=use.requests,
        tokens=TokensOut(input=use.input_tokens, output=use.output_tokens, cached=use.cached_tokens),
        cost_usd=f"{use.cost:.6f}",
        latency_ms=LatencyOut(p50=_whole(use.middle), p95=_whole(use.slow)),
        grounded=GroundedOut(printed=use.figures, traced=use.matched, share=text(use.traced)),
    )


def _whole(milliseconds: float | None) -> int | None:
    return None if milliseconds is None else round(milliseconds)


def _budget(found: PeriodUse) -> BudgetOut:
    budget = found.budget
    return BudgetOut(
        month=budget.month,
        cap_usd=f"{budget.cap:.6f}",
        spent_usd=f"{budget.spent_usd:.6f}",
        reserved_usd=f"{budget.reserved_usd:.6f}",
        left_usd=f"{budget.left:.6f}",
    )
