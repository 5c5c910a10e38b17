"""What happens to a row is written into its own history and told to those who listen, in one step."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from recommendations.events import AdviceEvent, Happened, OutcomeFacts, publish
from recommendations.models import Recommendation, RecommendationEvent


def note(
    row: Recommendation,
    kind: str,
    *,
    at: datetime,
    actor_id: UUID | None = None,
    reason: str = "",
    outcome: OutcomeFacts | None = None,
) -> RecommendationEvent:
    """Write what happened to a recommendation into its own history, and tell those who listen."""
    publish(told(row, kind, at=at, actor_id=actor_id, reason=reason, outcome=outcome))
    return RecommendationEvent.objects.create(
        business_id=row.business_id,
        recommendation=row,
        kind=kind,
        actor_id=actor_id,
        reason=reason[:300],
        weight=row.weight,
        evidence=row.evidence,
        at=at,
    )


def told(
    row: Recommendation,
    kind: str,
    *,
    at: datetime,
    actor_id: UUID | None = None,
    reason: str = "",
    outcome: OutcomeFacts | None = None,
) -> AdviceEvent:
    """A row and what happened to it, as listeners get it."""
    return AdviceEvent(
        kind=Happened(kind),
        business=row.business,
        recommendation_id=row.pk,
        desk=row.desk,
        rule=row.rule,
        title=row.title,
        status=row.status,
        priority=row.priority,
        revision=row.revision,
        at=at,
        figures=tuple(row.figures),
        deadline=row.deadline,
        actor_id=actor_id,
        reason=reason[:300],
        outcome=outcome,
    )  # fmt: skip
