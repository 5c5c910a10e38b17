"""What people decide about recommendations: accept, dismiss, snooze, mark as done, open again."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from accounts.errors import Conflict, InvalidInput, NotYours
from accounts.events import record
from accounts.models import Business, User
from recommendations.generation.services import note
from recommendations.models import Recommendation, RecommendationEvent

LONGEST_SNOOZE = timedelta(days=365)
Status = Recommendation.Status
Kind = RecommendationEvent.Kind

#: From which states a decision may be taken.
FROM: dict[str, frozenset[str]] = {
    Status.ACCEPTED: frozenset({Status.OPEN, Status.SNOOZED, Status.DISMISSED}),
    Status.DISMISSED: frozenset({Status.OPEN, Status.SNOOZED, Status.ACCEPTED}),
    Status.SNOOZED: frozenset({Status.OPEN, Status.SNOOZED}),
    Status.DONE: frozenset({Status.OPEN, Status.SNOOZED, Status.ACCEPTED}),
    Status.OPEN: frozenset({Status.SNOOZED, Status.DISMISSED, Status.ACCEPTED}),
}
KINDS = {
    Status.ACCEPTED: Kind.ACCEPTED,
    Status.DISMISSED: Kind.DISMISSED,
    Status.SNOOZED: Kind.SNOOZED,
    Status.DONE: Kind.DONE,
    Status.OPEN: Kind.REOPENED,
}


def decide(
    business: Business,
    recommendation_id: UUID,
    status: str,
    *,
    actor: User | None,
    at: datetime,
    until: datetime | None = None,
    reason: str = "",
    revision: int | None = None,
) -> Recommendation:
    """Take a decision and write it into the recommendation's history and the record of events.

    `actor` is None for a program with a key. `until` is for snoozing only. Deciding again what is already decided
    changes nothing and is no error.

    Errors: NotYours for an unknown id, InvalidInput for a status nobody can choose or a bad `until`, Conflict when the
    row is closed or is no longer the `revision` the caller saw.
    """
    row = Recommendation.objects.of(business).select_for_update().filter(pk=recommendation_id).first()
    if row is None:
        raise NotYours("There is no such recommendation.")
    if status not in FROM:
        raise InvalidInput(
            "A recommendation can be accepted, dismissed, snoozed, done or open.", field="status", value=status[:20]
        )
    if revision is not None and revision != row.revision:
        raise Conflict("The recommendation changed meanwhile. Look at it again.", revision=row.revision)
    if row.status == status and status != Status.SNOOZED:
        return row
    if row.status not in FROM[status]:
        raise Conflict(f"It is {row.get_status_display().lower()} already.", status=row.status)
    row.snoozed_until = _snooze(until, at) if status == Status.SNOOZED else None
    _take(row, status, actor=actor, at=at, reason=reason)
    return row


def expire(row: Recommendation, *, at: datetime, reason: str) -> bool:
    """Close a standing recommendation as no longer true; returns False for one that is closed already."""
    if row.status not in Recommendation.STANDING:
        return False
    row.status, row.closed_at, row.updated_at = Status.EXPIRED, at, at
    row.revision += 1
    row.save(update_fields=["status", "closed_at", "updated_at", "revision"])
    note(row, Kind.EXPIRED, at=at, reason=reason)
    return True


def _take(row: Recommendation, status: str, *, actor: User | None, at: datetime, reason: str) -> None:
    row.status = status
    row.decided_by = actor
    row.decided_at = row.updated_at = at
    row.decided_evidence = row.evidence
    row.decision_reason = reason.strip()[:300]
    row.closed_at = at if status == Status.DONE else None
    row.revision += 1
    row.save(
        update_fields=[
            "status", "snoozed_until", "decided_by", "decided_at", "decided_evidence", "decision_reason", "closed_at",
            "updated_at", "revision",
        ]
    )  # fmt: skip
    kind = KINDS[Status(status)]
    note(row, kind, at=at, actor_id=actor.pk if actor else None, reason=reason)
    record(
        f"recommendations.board.{kind}", business=row.business, actor=actor, subject=row, reason=reason, rule=row.rule
    )


def _snooze(until: datetime | None, at: datetime) -> datetime:
    if until is None or not at < until <= at + LONGEST_SNOOZE:
        raise InvalidInput("A snooze ends in the future, within a year.", field="snoozed_until")
    return until
