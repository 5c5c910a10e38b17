"""How the rules stand with a business: which ran, which fail, which were muted."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count

from accounts.events import record
from accounts.models import Business, User
from recommendations.models import RecommendationEvent, RuleState
from recommendations.registry import RULES, Evaluation

#: So many dismissals of one rule, and muting it is offered.
OFFERED_AFTER = 3


def muted_rules(business: Business) -> set[str]:
    """One query."""
    return set(RuleState.objects.of(business).exclude(muted_at=None).values_list("rule", flat=True))


def failing_rules(business: Business) -> list[RuleState]:
    """Rules whose newest run failed, longest first. One query."""
    return list(RuleState.objects.of(business).exclude(failed_at=None).order_by("failed_at", "rule"))


def note_runs(business: Business, evaluation: Evaluation, *, as_of: datetime) -> None:
    """Keep when each rule ran, and since when it fails. Two queries."""
    since = dict(RuleState.objects.of(business).exclude(failed_at=None).values_list("rule", "failed_at"))
    rows = [RuleState(business=business, rule=rule, ran_at=as_of) for rule in evaluation.ran if rule in RULES]
    failed = [
        RuleState(business=business, rule=rule, ran_at=as_of, failed_at=since.get(rule, as_of))
        for rule in evaluation.failed
    ]
    RuleState.objects.bulk_create(
        [*rows, *failed], update_conflicts=True, unique_fields=["business", "rule"],
        update_fields=["ran_at", "failed_at"],
    )  # fmt: skip


def mute(business: Business, rule: str, *, actor: User | None, at: datetime) -> bool:
    """Hear a rule no more; what it found already stays. Returns False when it is muted or there is no such rule."""
    if rule not in RULES or rule in muted_rules(business):
        return False
    RuleState.objects.update_or_create(business=business, rule=rule, defaults={"muted_at": at, "muted_by": actor})
    record("recommendations.rule.muted", business=business, actor=actor, rule=rule)
    return True


def unmute(business: Business, rule: str, *, actor: User | None) -> bool:
    """Hear a rule again from its next run on. Returns False when it was not muted."""
    changed = RuleState.objects.of(business).filter(rule=rule).exclude(muted_at=None)
    if not changed.update(muted_at=None, muted_by=None):
        return False
    record("recommendations.rule.unmuted", business=business, actor=actor, rule=rule)
    return True


def offered(business: Business) -> set[str]:
    """Rules that were dismissed often enough to offer silence, and are not muted. Two queries."""
    dismissed = RecommendationEvent.objects.of(business).filter(kind=RecommendationEvent.Kind.DISMISSED)
    counted = dismissed.values("recommendation__rule").annotate(n=Count("pk")).filter(n__gte=OFFERED_AFTER)
    found = set(counted.order_by("recommendation__rule").values_list("recommendation__rule", flat=True))
    return found - muted_rules(business) if found else found
