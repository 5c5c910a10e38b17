"""Findings become rows: created, kept up to date, woken, expired. One open row per business, rule and subject."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.events import record
from accounts.models import Business
from analytics.figures import to_json
from recommendations.events import AdviceEvent, Happened, OutcomeFacts, publish
from recommendations.findings import Finding, fingerprint, priority, urgency, weight, worsened
from recommendations.models import Recommendation, RecommendationEvent
from recommendations.registry import Evaluation

QUIET = timedelta(days=30)  # a dismissed finding rests this long, unless it gets worse
SIX_PLACES = Decimal("0.000001")
Status = Recommendation.Status
Kind = RecommendationEvent.Kind


@dataclass(slots=True)
class Changes:
    """What a run did, in rows."""

    created: int = 0
    updated: int = 0
    reopened: int = 0
    expired: int = 0
    done: int = 0
    unchanged: int = 0

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def apply(business: Business, *, desk: str, evaluation: Evaluation, as_of: datetime) -> Changes:
    """Bring the business's recommendations of one desk in line with what the rules saw.

    Rows whose rule failed in this run are left as they are. Runs one at a time per business.
    """
    _lock(business)
    standing = {
        row.fingerprint: row for row in Recommendation.objects.of(business).standing().of_desk(desk).select_for_update()
    }
    changes = Changes()
    seen: set[str] = set()
    for finding in evaluation.findings:
        print_ = fingerprint(business.pk, finding.rule, finding.subject)
        if print_ in seen:
            continue
        seen.add(print_)
        row = standing.get(print_)
        if row is None:
            _create(business, desk, print_, finding, as_of)
            changes.created += 1
        else:
            _refresh(row, finding, as_of, changes)
    for print_, row in standing.items():
        if print_ not in seen and row.rule in evaluation.ran:
            _close(row, as_of, changes)
    record(
        "recommendations.generation.ran", business=business, desk=desk, rules_failed=len(evaluation.failed),
        **changes.as_dict(),
    )  # fmt: skip
    return changes


def note(
    row: Recommendation, kind: str, *, at: datetime, actor_id: UUID | None = None, reason: str = ""
) -> RecommendationEvent:
    """Write what happened to a recommendation into its own history, and tell those who listen."""
    publish(told(row, kind, at=at, actor_id=actor_id, reason=reason))
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


def _create(business: Business, desk: str, print_: str, finding: Finding, as_of: datetime) -> None:
    row = Recommendation(
        business=business, desk=desk, rule=finding.rule, subject=finding.subject, fingerprint=print_,
        created_at=as_of, opened_at=as_of,
    )  # fmt: skip
    _write(row, finding, as_of)
    row.save(force_insert=True)
    note(row, Kind.CREATED, at=as_of)


def _refresh(row: Recommendation, finding: Finding, as_of: datetime, changes: Changes) -> None:
    """An accepted row keeps what was accepted; a dismissed one rests; the others follow the evidence."""
    if row.status == Status.ACCEPTED:
        changes.unchanged += 1
        return
    if row.status == Status.DISMISSED:
        if _rests(row, finding, as_of):
            changes.unchanged += 1
            return
        _reopen(row, finding, as_of, reason="The evidence got worse, or it was dismissed a month ago.")
        changes.reopened += 1
        return
    if row.status == Status.SNOOZED and row.snoozed_until is not None and row.snoozed_until <= as_of:
        _reopen(row, finding, as_of, reason="The snooze is over.")
        changes.reopened += 1
        return
    before = _content(row)
    worse, rank = worsened(row.evidence, _places(finding.evidence)), row.priority
    _write(row, finding, as_of)
    if _content(row) == before:
        row.save(update_fields=["as_of"])
        changes.unchanged += 1
        return
    row.revision += 1
    row.save()
    if worse or row.priority != rank:
        note(row, Kind.UPDATED, at=as_of)
    changes.updated += 1


def _rests(row: Recommendation, finding: Finding, as_of: datetime) -> bool:
    since = row.decided_at or row.updated_at
    known = row.evidence if row.decided_evidence is None else row.decided_evidence
    return as_of < since + QUIET and not worsened(known, _places(finding.evidence))


def _reopen(row: Recommendation, finding: Finding, as_of: datetime, *, reason: str) -> None:
    _write(row, finding, as_of)
    row.status, row.snoozed_until, row.opened_at = Status.OPEN, None, as_of
    row.revision += 1
    row.save()
    note(row, Kind.REOPENED, at=as_of, reason=reason)


def _close(row: Recommendation, as_of: datetime, changes: Changes) -> None:
    """The condition is gone: what was accepted is done, everything else has expired."""
    done = row.status == Status.ACCEPTED
    row.status = Status.DONE if done else Status.EXPIRED
    row.closed_at = row.updated_at = as_of
    row.revision += 1
    row.save(update_fields=["status", "closed_at", "updated_at", "revision"])
    note(row, Kind.DONE if done else Kind.EXPIRED, at=as_of, reason="The condition has cleared.")
    if done:
        changes.done += 1
    else:
        changes.expired += 1


def _write(row: Recommendation, finding: Finding, as_of: datetime) -> None:
    points = weight(finding, as_of=as_of)
    row.title = finding.title.text()[:300]
    row.body = " ".join(part.text() for part in finding.body)
    row.figures = [to_json(figure) for figure in finding.figures]
    row.target = to_json(finding.target) if finding.target else None
    row.exposure = to_json(finding.exposure) if finding.exposure else None
    row.gain = _places(finding.gain.raw) if finding.gain else None
    row.gain_score = finding.gain.score if finding.gain else None
    row.gain_caps = list(finding.gain.lifted) if finding.gain else []
    row.urgency = urgency(finding, as_of=as_of)
    row.weight = _places(points)
    row.priority = priority(points).value
    row.evidence = _places(finding.evidence)
    row.knowledge = list(finding.knowledge)
    row.action = finding.action
    row.deadline = finding.deadline
    row.as_of = row.updated_at = as_of


def _content(row: Recommendation) -> Mapping[str, object]:
    """What a reader would notice; the moment of reading is not part of it."""
    figures = [{**body, "as_of": ""} for body in row.figures]
    names = (
        "title",
        "body",
        "gain",
        "gain_score",
        "gain_caps",
        "urgency",
        "weight",
        "priority",
        "evidence",
        "deadline",
    )
    return {"figures": figures, **{name: getattr(row, name) for name in names}}


def _places(value: Decimal) -> Decimal:
    return value.quantize(SIX_PLACES, rounding=ROUND_HALF_EVEN)


def _lock(business: Business) -> None:
    """Two runs for one business wait for each other; held until the transaction ends."""
    name = f"recommendations:{business.pk}".encode()
    number = int.from_bytes(hashlib.sha256(name).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [number])
