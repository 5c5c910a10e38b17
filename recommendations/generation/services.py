"""Findings become rows: created, kept up to date, woken, closed. One standing row per business, rule and subject."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from accounts.events import record
from accounts.models import Business
from recommendations.findings import Finding, fingerprint, worsened
from recommendations.generation.content import Writer, content, places
from recommendations.generation.history import note
from recommendations.generation.settling import STALE, Change, settle
from recommendations.generation.states import muted_rules, note_runs
from recommendations.models import Recommendation, RecommendationEvent
from recommendations.registry import Evaluation

QUIET = timedelta(days=30)  # a dismissed finding rests this long, unless it gets worse
Status = Recommendation.Status
Kind = RecommendationEvent.Kind
GONE = {Kind.DONE: "done", Kind.EXPIRED: "expired", Kind.RESOLVED: "resolved"}


@dataclass(slots=True)
class Changes:
    """What a run did, in rows."""

    created: int = 0
    updated: int = 0
    reopened: int = 0
    waiting: int = 0
    resolved: int = 0
    expired: int = 0
    done: int = 0
    unchanged: int = 0

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Run:
    """One run over one desk: the rows it meets, and what it did to them."""

    business: Business
    desk: str
    as_of: datetime
    evaluation: Evaluation
    writer: Writer
    changes: Changes = field(default_factory=Changes)
    told: list[Change] = field(default_factory=list)

    def tell(self, row: Recommendation, kind: str, reason: str = "") -> None:
        self.told.append((row, kind, reason))


def apply(business: Business, *, desk: str, evaluation: Evaluation, as_of: datetime) -> Changes:
    """Bring the business's recommendations of one desk in line with what the rules saw.

    Rows whose rule failed in this run are left as they are, until they run out. Runs one at a time per business.
    """
    _lock(business)
    run = Run(business, desk, as_of, evaluation, Writer(business, as_of))
    stored = Recommendation.objects.of(business).standing().of_desk(desk)
    standing = {row.fingerprint: row for row in stored.select_for_update()}
    for row in standing.values():
        row.business = business
    seen = _meet(run, standing)
    for print_, row in standing.items():
        if print_ not in seen:
            _miss(run, row)
    note_runs(business, evaluation, as_of=as_of)
    known = {row.pk: row for row, _, _ in run.told} | {row.pk: row for row in standing.values()}
    _tell(run, settle(business, known=known, as_of=as_of))
    record(
        "recommendations.generation.ran", business=business, desk=desk, rules_failed=len(evaluation.failed),
        **run.changes.as_dict(),
    )  # fmt: skip
    return run.changes


def expire_overdue(business: Business, *, as_of: datetime) -> int:
    """Close what nobody confirmed within its validity, also of desks that are off and rules that are gone."""
    _lock(business)
    run = Run(business, "", as_of, Evaluation((), (), ()), Writer(business, as_of))
    late = Recommendation.objects.of(business).filter(
        status__in=(Status.OPEN, Status.WAITING, Status.SNOOZED), expires_at__lte=as_of
    )
    for row in late.select_for_update().order_by("pk"):
        row.business = business
        _ran_out(run, row)
    if run.told:
        _tell(run, settle(business, known={}, as_of=as_of))
    return run.changes.expired


def _meet(run: Run, standing: dict[str, Recommendation]) -> set[str]:
    """Bring each finding to its row; returns the fingerprints that were seen. Muted rules are not heard."""
    seen: set[str] = set()
    muted = muted_rules(run.business)
    for finding in run.evaluation.findings:
        print_ = fingerprint(run.business.pk, finding.rule, finding.subject)
        if print_ in seen:
            continue
        seen.add(print_)
        row = standing.get(print_)
        if run.evaluation.is_stale(finding.rule, finding.subject):
            if row is not None:
                _suspend(run, row)
        elif row is not None:
            _refresh(run, row, finding)
        elif finding.rule not in muted:
            _create(run, print_, finding)
    return seen


def _create(run: Run, print_: str, finding: Finding) -> None:
    row = Recommendation(
        business=run.business, desk=run.desk, rule=finding.rule, subject=finding.subject, fingerprint=print_,
        created_at=run.as_of, opened_at=run.as_of,
    )  # fmt: skip
    run.writer.write(row, finding)
    row.save(force_insert=True)
    run.tell(row, Kind.CREATED)
    run.changes.created += 1


def _refresh(run: Run, row: Recommendation, finding: Finding) -> None:
    """An accepted row keeps what was accepted; a dismissed one rests; the others follow the evidence."""
    if row.status == Status.ACCEPTED:
        run.changes.unchanged += 1
        return
    reason = _wakes(row, finding, run.as_of)
    if reason:
        _reopen(run, row, finding, reason)
        return
    if row.status == Status.DISMISSED:
        run.changes.unchanged += 1
        return
    before, worse = content(row), worsened(row.evidence, places(finding.evidence))
    run.writer.write(row, finding)
    if content(row) == before:
        row.save(update_fields=["as_of", "weight", "impact", "expires_at"])
        run.changes.unchanged += 1
        return
    row.revision += 1
    row.save()
    if worse:
        run.tell(row, Kind.UPDATED)
    run.changes.updated += 1


def _wakes(row: Recommendation, finding: Finding, as_of: datetime) -> str:
    """Why a row that was put aside asks again; empty while it stays aside."""
    known = row.evidence if row.decided_evidence is None else row.decided_evidence
    evidence = places(finding.evidence)
    if row.status == Status.DISMISSED:
        rests = as_of < (row.decided_at or row.updated_at) + QUIET and not worsened(known, evidence)
        return "" if rests else "The evidence got worse, or it was dismissed a month ago."
    if row.status == Status.SNOOZED:
        if row.snoozed_until is not None and row.snoozed_until <= as_of:
            return "The snooze is over."
        by = row.snoozed_until_worse_by
        return "It got worse by as much as you named." if by and worsened(known, evidence, by=by) else ""
    return "Newer data confirms it." if row.status == Status.WAITING and row.waiting_reason == STALE else ""


def _reopen(run: Run, row: Recommendation, finding: Finding, reason: str) -> None:
    run.writer.write(row, finding)
    row.status, row.snoozed_until, row.snoozed_until_worse_by = Status.OPEN, None, None
    row.waits_for, row.waiting_reason, row.opened_at = None, "", run.as_of
    row.revision += 1
    row.save()
    run.tell(row, Kind.REOPENED, reason)
    run.changes.reopened += 1


def _suspend(run: Run, row: Recommendation) -> None:
    """Old data starts nothing and ends nothing: what is open waits for newer data, or runs out."""
    if _ran_out(run, row) or row.status != Status.OPEN:
        return
    row.status, row.waiting_reason, row.updated_at = Status.WAITING, STALE, run.as_of
    row.revision += 1
    row.save(update_fields=["status", "waiting_reason", "updated_at", "revision"])
    run.tell(row, Kind.WAITING, STALE)
    run.changes.waiting += 1


def _miss(run: Run, row: Recommendation) -> None:
    """A row that no finding speaks for: its reason is gone, or its rule failed, or its data is old."""
    if row.rule not in run.evaluation.ran:
        _ran_out(run, row)
    elif run.evaluation.is_stale(row.rule, row.subject):
        _suspend(run, row)
    elif row.status == Status.ACCEPTED:
        _close(run, row, Kind.DONE, "The condition has cleared.")
    elif row.deadline is not None and row.deadline <= run.as_of:
        _close(run, row, Kind.EXPIRED, "The time to act is over.")
    else:
        _close(run, row, Kind.RESOLVED, "The condition has cleared.")


def _ran_out(run: Run, row: Recommendation) -> bool:
    """Close what nobody confirmed within its validity; what was decided stays."""
    late = row.expires_at is not None and row.expires_at <= run.as_of
    if not late or row.status in (Status.ACCEPTED, Status.DISMISSED):
        return False
    _close(run, row, Kind.EXPIRED, "Nothing confirmed it while it was valid.")
    return True


def _close(run: Run, row: Recommendation, kind: str, reason: str) -> None:
    row.status = Status(kind)
    row.closed_at = row.updated_at = run.as_of
    row.revision += 1
    row.save(update_fields=["status", "closed_at", "updated_at", "revision"])
    run.tell(row, kind, reason)
    name = GONE[Kind(kind)]
    setattr(run.changes, name, getattr(run.changes, name) + 1)


def _tell(run: Run, settled: list[Change]) -> None:
    """Each row once for its evidence, however often this run touched it, and what settling did to it."""
    news = {row.pk for row, _, _ in run.told}
    later = [one for one in settled if one[1] != Kind.UPDATED or one[0].pk not in news]
    for row, kind, reason in (*run.told, *later):
        note(row, kind, at=run.as_of, reason=reason)
    run.changes.waiting += sum(kind == Kind.WAITING for _, kind, _ in settled)


def _lock(business: Business) -> None:
    """Two runs for one business wait for each other; held until the transaction ends."""
    name = f"recommendations:{business.pk}".encode()
    number = int.from_bytes(hashlib.sha256(name).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [number])
