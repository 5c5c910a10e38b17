"""A business's budget of the month: hold back the worst case, settle each request, give back what is left.

The budget's row is locked first, always; so questions at the same moment see each other's holds.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db.models import Sum

from accounts.jobs import JobRun, periodic
from accounts.models import Business
from agent.llm.limits import BUSY, RUNS_AT_ONCE, Refused
from agent.models import AgentBudget, AgentRun, SpendingHold, TokenUsage

#: No run takes as long; a hold that is older belongs to a worker that was lost.
DEAD_AFTER = timedelta(minutes=5)


def month_of(moment: datetime) -> date:
    """The first day of the moment's month, UTC: providers bill by it."""
    return moment.astimezone(UTC).date().replace(day=1)


def hold(run: AgentRun, usd: Decimal, *, now: datetime) -> SpendingHold:
    """Hold back `usd` for a run, in the caller's transaction.

    Errors: Refused when so much is not left, or when as many runs as allowed are with the model already.
    """
    budget = _locked(run.business, month_of(now))
    budget.reserved_usd = _held(budget)
    if SpendingHold.objects.of(run.business).count() >= RUNS_AT_ONCE:
        raise Refused(AgentRun.Fallback.LIMIT, notice=BUSY, error=f"{RUNS_AT_ONCE} runs at once.")
    if usd > budget.left:
        error = f"{usd} USD wanted; {budget.spent_usd} spent and {budget.reserved_usd} held of {budget.cap}."
        raise Refused(AgentRun.Fallback.BUDGET, error=error)
    budget.reserved_usd += usd
    budget.save(update_fields=["reserved_usd"])
    return SpendingHold.objects.create(business=run.business, run=run, budget=budget, usd=usd, created_at=now)


def settle(held: SpendingHold, usage: TokenUsage) -> None:
    """Count a request as spent, and take it out of what the run holds back, in the caller's transaction.

    A run whose hold was given back meanwhile still pays. `usage` is saved here.
    """
    budget = AgentBudget.objects.select_for_update().get(pk=held.budget_id)
    usage.save(force_insert=True)
    budget.spent_usd += usage.cost_usd
    current = SpendingHold.objects.filter(pk=held.pk).first()
    if current is not None:
        taken = min(current.usd, usage.cost_usd)
        current.usd -= taken
        current.save(update_fields=["usd"])
        budget.reserved_usd -= taken
    budget.save(update_fields=["spent_usd", "reserved_usd"])


def release(held: SpendingHold) -> bool:
    """Give back what a run still holds, in the caller's transaction; False when it was given back already."""
    budget = AgentBudget.objects.select_for_update().get(pk=held.budget_id)
    gone, _ = SpendingHold.objects.filter(pk=held.pk).delete()
    budget.reserved_usd = _held(budget)
    budget.save(update_fields=["reserved_usd"])
    return bool(gone)


@periodic("agent.spending.release", queue="notifications", every=timedelta(minutes=1))
def release_dead(run: JobRun) -> dict[str, int]:
    """Give back what the runs of lost workers hold."""
    dead = SpendingHold.objects.filter(created_at__lt=run.as_of - DEAD_AFTER).order_by("pk")
    return {"released": sum(release(held) for held in dead)}


def _held(budget: AgentBudget) -> Decimal:
    """The sum of the holds: one that went with its deleted conversation counts no longer."""
    return budget.holds.aggregate(total=Sum("usd"))["total"] or Decimal(0)


def _locked(business: Business, month: date) -> AgentBudget:
    """The month's row, locked; a new month begins with the cap of the month before."""
    before = AgentBudget.objects.of(business).filter(month__lt=month).order_by("-month").first()
    cap = before.cap_usd if before else None
    AgentBudget.objects.get_or_create(business=business, month=month, defaults={"cap_usd": cap})
    locked: AgentBudget = AgentBudget.objects.of(business).select_for_update().get(month=month)
    return locked
