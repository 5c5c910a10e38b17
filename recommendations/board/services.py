"""What people decide about recommendations: accept, dismiss, snooze, mark as done or failed, open again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from accounts.errors import Conflict, InvalidInput, NotYours
from accounts.events import record
from accounts.models import Business, User
from recommendations.generation.conflicts import contradiction
from recommendations.generation.history import note
from recommendations.generation.settling import settle
from recommendations.generation.states import mute
from recommendations.models import Recommendation, RecommendationEvent
from recommendations.outcomes.services import freeze, withdraw

LONGEST_SNOOZE = timedelta(days=365)
MOST_WORSE = Decimal(10)
Status = Recommendation.Status
Kind = RecommendationEvent.Kind
Scope = Recommendation.Scope

#: From which states a decision may be taken.
FROM: dict[str, frozenset[str]] = {
    Status.ACCEPTED: frozenset({Status.OPEN, Status.SNOOZED, Status.DISMISSED}),
    Status.DISMISSED: frozenset({Status.OPEN, Status.SNOOZED, Status.ACCEPTED, Status.WAITING}),
    Status.SNOOZED: frozenset({Status.OPEN, Status.SNOOZED}),
    Status.DONE: frozenset({Status.OPEN, Status.SNOOZED, Status.ACCEPTED}),
    Status.FAILED: frozenset({Status.OPEN, Status.SNOOZED, Status.ACCEPTED}),
    Status.OPEN: frozenset({Status.SNOOZED, Status.DISMISSED, Status.ACCEPTED}),
}
KINDS = {
    Status.ACCEPTED: Kind.ACCEPTED,
    Status.DISMISSED: Kind.DISMISSED,
    Status.SNOOZED: Kind.SNOOZED,
    Status.DONE: Kind.DONE,
    Status.FAILED: Kind.FAILED,
    Status.OPEN: Kind.REOPENED,
}
FOLLOWED = (Status.ACCEPTED, Status.DONE)


@dataclass(frozen=True, slots=True)
class Snooze:
    """Until a time, or until the evidence has grown by a share (0.5: by half); one of them at least."""

    until: datetime | None = None
    worse_by: Decimal | None = None

    def checked(self, at: datetime) -> Snooze:
        """Errors: InvalidInput when neither is given, or one is out of range."""
        if self.until is None and self.worse_by is None:
            raise InvalidInput("Say until when to snooze, or by how much it must get worse.", field="snoozed_until")
        if self.until is not None and not at < self.until <= at + LONGEST_SNOOZE:
            raise InvalidInput("A snooze ends in the future, within a year.", field="snoozed_until")
        if self.worse_by is not None and not 0 < self.worse_by <= MOST_WORSE:
            raise InvalidInput("It must get worse by more than 0 and at most 10 (1,000 %).", field="worse_by")
        return self


def decide(
    business: Business,
    recommendation_id: UUID,
    status: str,
    *,
    actor: User | None,
    at: datetime,
    until: datetime | None = None,
    worse_by: Decimal | None = None,
    scope: str = "",
    reason: str = "",
    revision: int | None = None,
) -> Recommendation:
    """Take a decision and write it into the recommendation's history and the record of events.

    `actor` is None for a program with a key. `until` and `worse_by` are for snoozing only, `scope` for dismissing:
    `rule` also silences the rule that found it. Deciding again what is already decided changes nothing and is no error.

    Errors: NotYours for an unknown id, InvalidInput for a status nobody can choose or a bad snooze or scope, Conflict
    when the row is closed, is no longer the `revision` the caller saw, or contradicts advice that was accepted.
    """
    row = Recommendation.objects.of(business).select_for_update().filter(pk=recommendation_id).first()
    if row is None:
        raise NotYours("There is no such recommendation.")
    if status not in FROM:
        raise InvalidInput(
            "A recommendation can be accepted, dismissed, snoozed, done, failed or open.",
            field="status", value=status[:20],
        )  # fmt: skip
    if scope not in ("", *Scope.values):
        raise InvalidInput("The scope of a dismissal is subject or rule.", field="scope", value=scope[:20])
    if revision is not None and revision != row.revision:
        raise Conflict("The recommendation changed meanwhile. Look at it again.", revision=row.revision)
    if row.status == status and status != Status.SNOOZED:
        return row
    if row.status not in FROM[status]:
        raise Conflict(f"It is {row.get_status_display().lower()} already.", status=row.status)
    if status == Status.ACCEPTED:
        _refuse_contradiction(business, row)
    row.business = business
    snooze = Snooze(until, worse_by).checked(at) if status == Status.SNOOZED else Snooze()
    row.snoozed_until, row.snoozed_until_worse_by = snooze.until, snooze.worse_by
    row.dismissed_scope = (scope or Scope.SUBJECT) if status == Status.DISMISSED else ""
    _take(row, status, actor=actor, at=at, reason=reason)
    _follow(business, row, actor=actor, at=at)
    return row


def expire(row: Recommendation, *, at: datetime, reason: str) -> bool:
    """Close a standing recommendation before its time; returns False for one that is closed already."""
    if row.status not in Recommendation.STANDING:
        return False
    row.status, row.closed_at, row.updated_at = Status.EXPIRED, at, at
    row.revision += 1
    row.save(update_fields=["status", "closed_at", "updated_at", "revision"])
    note(row, Kind.EXPIRED, at=at, reason=reason)
    return True


def _refuse_contradiction(business: Business, row: Recommendation) -> None:
    for other in Recommendation.objects.of(business).filter(status=Status.ACCEPTED).exclude(pk=row.pk):
        why = contradiction((row.rule, row.subject), (other.rule, other.subject))
        if why:
            raise Conflict(f"You accepted “{other.title}”. {why}", contradicts=str(other.pk))


def _take(row: Recommendation, status: str, *, actor: User | None, at: datetime, reason: str) -> None:
    row.status = status
    row.decided_by = actor
    row.decided_at = row.updated_at = at
    row.decided_evidence = row.evidence
    row.decision_reason = reason.strip()[:300]
    row.closed_at = at if status in (Status.DONE, Status.FAILED) else None
    row.waits_for, row.waiting_reason = None, ""
    row.revision += 1
    row.save(
        update_fields=[
            "status", "snoozed_until", "snoozed_until_worse_by", "dismissed_scope", "decided_by", "decided_at",
            "decided_evidence", "decision_reason", "closed_at", "waits_for", "waiting_reason", "updated_at", "revision",
        ]
    )  # fmt: skip
    kind = KINDS[Status(status)]
    note(row, kind, at=at, actor_id=actor.pk if actor else None, reason=reason)
    record(
        f"recommendations.board.{kind}", business=row.business, actor=actor, subject=row, reason=reason, rule=row.rule
    )


def _follow(business: Business, row: Recommendation, *, actor: User | None, at: datetime) -> None:
    """What a decision entails: a plan to measure it by, silence of a rule, a new order among the others."""
    if row.status in FOLLOWED:
        freeze(row, at=at)
    else:
        withdraw(row)
    if row.dismissed_scope == Scope.RULE:
        mute(business, row.rule, actor=actor, at=at)
    for other, kind, reason in settle(business, known={row.pk: row}, as_of=at):
        note(other, kind, at=at, reason=reason)
