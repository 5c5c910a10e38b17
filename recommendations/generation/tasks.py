"""When the rules run: every day, and as soon as the readiness score was recomputed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import time, timedelta
from typing import Any

from accounts.jobs import JobRun, after, job, periodic
from accounts.models import Business
from recommendations.generation.desks import READERS
from recommendations.generation.services import apply, expire_overdue
from recommendations.notifications.services import announce_urgent
from recommendations.registry import HOURLY, RULES, evaluate, rules_of


@job("recommendations.generate", queue="analytics", max_attempts=5)
def generate(run: JobRun, *, desks: Collection[str] = (), rules: Collection[str] = ()) -> dict[str, Any]:
    """Run the rules of the business's desks, or only `desks` and `rules`, and bring its recommendations in line."""
    business = run.business
    if business is None:
        raise TypeError("recommendations.generate belongs to a business")
    done: dict[str, Any] = {}
    for desk, read in READERS.items():
        if desk not in business.desks or (desks and desk not in desks):
            continue
        chosen = [rule for rule in rules_of(desk) if not rules or rule.key in rules]
        evaluation = evaluate(chosen, read(business, as_of=run.as_of))
        changes = apply(business, desk=desk, evaluation=evaluation, as_of=run.as_of)
        announce_urgent(business, desk=desk, as_of=run.as_of)
        done[desk] = {**changes.as_dict(), "failed": list(evaluation.failed)}
    if expired := expire_overdue(business, as_of=run.as_of):
        done["expired"] = expired
    return done


@after("analytics.payments.readiness.recompute")
def follow_readiness(run: JobRun, result: Any) -> None:
    """New scores, new advice."""
    if run.business is not None and result and result.get("written"):
        generate.enqueue(run.business, dedupe="payments", desks=["payments"])


@periodic("recommendations.generate_all", queue="analytics", daily_at=time(2))
def generate_all(run: JobRun) -> dict[str, int]:
    """The daily run: one job a business."""
    return {"businesses": _enqueue_all()}


@periodic("recommendations.generate_urgent", queue="analytics", every=timedelta(hours=1))
def generate_urgent(run: JobRun) -> dict[str, int]:
    """Deadlines and broken sources do not wait for the morning: only the rules of that cadence."""
    urgent = sorted(key for key, rule in RULES.items() if rule.cadence == HOURLY)
    return {"businesses": _enqueue_all(rules=urgent)}


def _enqueue_all(**args: Any) -> int:
    businesses = Business.objects.order_by("pk")
    for business in businesses.iterator():
        generate.enqueue(business, dedupe="urgent" if args else "all", **args)
    return businesses.count()
