"""After any change: who waits for whom, and what is most important, over all desks of a business at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from accounts.models import Business
from recommendations.findings import Priority, priority
from recommendations.generation.conflicts import Advice, clashes
from recommendations.models import Recommendation, RecommendationEvent

MOST_HIGH = 3
STALE = "The data it stands on is too old. It comes back once newer data confirms it."
Status = Recommendation.Status
Kind = RecommendationEvent.Kind

#: A row, what happened to it, and why.
Change = tuple[Recommendation, str, str]


def settle(business: Business, *, known: Mapping[UUID, Recommendation], as_of: datetime) -> list[Change]:
    """Put contradicting advice on hold, take off hold what nothing contradicts any more, and set priorities.

    `known` are rows the caller has changed already in this transaction; they are changed further in place. Rows are
    saved here; what happened is returned for the caller to tell.
    """
    stored = Recommendation.objects.of(business).filter(
        status__in=(Status.OPEN, Status.WAITING, Status.SNOOZED, Status.ACCEPTED)
    )
    rows = [known.get(row.pk, row) for row in stored.select_for_update().order_by("pk")]
    for row in rows:
        row.business = business
    return [*_contradictions(rows, as_of), *_priorities(rows, known, as_of)]


def _contradictions(rows: list[Recommendation], as_of: datetime) -> list[Change]:
    by_key = {str(row.pk): row for row in rows if _competes(row, as_of)}
    found = {clash.loser: clash for clash in clashes(_advice(row) for row in by_key.values())}
    changes: list[Change] = []
    for key, row in by_key.items():
        clash = found.get(key)
        if clash is None and row.status == Status.WAITING:
            changes.append(_wake(row, as_of))
        elif clash is not None and row.status != Status.ACCEPTED:
            winner = by_key[clash.winner]
            reason = f"It waits for \u201c{winner.title}\u201d: {clash.why}"[:300]
            changes += _hold(row, winner, reason, as_of)
    return changes


def _competes(row: Recommendation, as_of: datetime) -> bool:
    if row.status == Status.WAITING:
        return row.waiting_reason != STALE
    return row.status == Status.ACCEPTED or row.status_at(as_of) == Status.OPEN


def _advice(row: Recommendation) -> Advice:
    accepted, sure = row.status == Status.ACCEPTED, row.confidence >= Recommendation.SURE
    older = -row.created_at.timestamp()
    return Advice(str(row.pk), row.rule, row.subject, (accepted, sure, row.weight, older, row.rule))


def _hold(row: Recommendation, winner: Recommendation, reason: str, as_of: datetime) -> list[Change]:
    if row.status == Status.WAITING and row.waits_for_id == winner.pk and row.waiting_reason == reason:
        return []
    news = row.status != Status.WAITING
    row.status, row.snoozed_until, row.snoozed_until_worse_by = Status.WAITING, None, None
    row.waits_for, row.waiting_reason, row.updated_at = winner, reason, as_of
    row.revision += 1
    row.save(update_fields=["status", "snoozed_until", "snoozed_until_worse_by", "waits_for", "waiting_reason",
                            "updated_at", "revision"])  # fmt: skip
    return [(row, Kind.WAITING, reason)] if news else []


def _wake(row: Recommendation, as_of: datetime) -> Change:
    row.status, row.waits_for, row.waiting_reason = Status.OPEN, None, ""
    row.opened_at = row.updated_at = as_of
    row.revision += 1
    row.save(update_fields=["status", "waits_for", "waiting_reason", "opened_at", "updated_at", "revision"])
    return row, Kind.REOPENED, "Nothing contradicts it any more."


def _priorities(rows: list[Recommendation], known: Mapping[UUID, Recommendation], as_of: datetime) -> list[Change]:
    """At most three are high at a time; the others that would be are medium until there is room."""
    awake = [row for row in rows if row.status_at(as_of) == Status.OPEN]
    sure_first = sorted(
        awake, key=lambda row: (row.confidence >= Recommendation.SURE, row.weight, row.pk), reverse=True
    )
    left = MOST_HIGH
    changes: list[Change] = []
    for row in sure_first:
        wanted = priority(row.weight)
        if wanted is Priority.HIGH and not left:
            wanted = Priority.MEDIUM
        left -= wanted is Priority.HIGH
        if row.priority == wanted.value:
            continue
        row.priority = wanted.value
        if row.pk not in known:
            row.revision += 1
        row.save(update_fields=["priority", "revision"])
        changes.append((row, Kind.UPDATED, ""))
    return changes
