"""Unlocks as rows: recomputed from the ledger, so that a missed run or a repeated one changes nothing."""

from __future__ import annotations

from datetime import datetime, time

from django.db.models import Q

from accounts.events import record
from accounts.jobs import JobRun, job, periodic
from accounts.models import Business
from billing.loyalty.queries import standing_of
from billing.models import PaidMonth, Perk, Subscription, Unlock


@periodic("billing.loyalty.recompute_all", queue="analytics", daily_at=time(4, 20))
def recompute_all(run: JobRun) -> dict[str, int]:
    """One job for each business that ever paid for the trading desk or holds an unlock."""
    payers = Q(pk__in=PaidMonth.objects.exclude(business=None).values("business"))
    payers |= Q(pk__in=Subscription.objects.filter(plan__desk="trading").values("business"))
    payers |= Q(pk__in=Unlock.objects.values("business"))
    businesses = Business.objects.filter(payers).order_by("pk")
    for business in businesses.iterator():
        recompute.enqueue(business, dedupe="loyalty")
    return {"businesses": businesses.count()}


@job("billing.loyalty.recompute", queue="analytics")
def recompute(run: JobRun) -> dict[str, int]:
    """Bring the unlocks of one business to its ledger."""
    assert run.business is not None
    return bring_unlocks(run.business, as_of=run.as_of)


def bring_unlocks(business: Business, *, as_of: datetime) -> dict[str, int]:
    """Write what was reached, take back what a refund took away, and nothing else. Returns counts."""
    perks = list(Perk.objects.all())
    by_key = {perk.key: perk for perk in perks}
    reached = {by_key[one.key].pk: one.at for one in standing_of(business, perks, as_of=as_of).reached}
    held = {row.perk_id: row for row in Unlock.objects.of(business).select_related("perk")}
    done = {"unlocked": 0, "revoked": 0}
    for perk_id, at in reached.items():
        row = held.get(perk_id)
        if row is None or row.revoked_at is not None:
            Unlock.objects.update_or_create(
                business=business, perk_id=perk_id,
                defaults={"reached_at": at, "recorded_at": as_of, "revoked_at": None},
            )  # fmt: skip
            record("billing.loyalty.unlocked", business=business, perk=perk_id)
            done["unlocked"] += 1
        elif row.reached_at != at:
            row.reached_at = at
            row.save(update_fields=["reached_at"])
    for perk_id, row in held.items():
        if perk_id not in reached and row.revoked_at is None:
            row.revoked_at = as_of
            row.save(update_fields=["revoked_at"])
            record("billing.loyalty.revoked", business=business, perk=perk_id)
            done["revoked"] += 1
    return done
