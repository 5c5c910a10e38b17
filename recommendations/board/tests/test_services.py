"""Deciding: what may follow what, and what is written down."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest

from accounts.errors import Conflict, InvalidInput, NotYours
from accounts.models import Event
from accounts.testing.world import World
from recommendations.board.services import decide
from recommendations.models import Recommendation
from recommendations.testing.findings import finding, seen


@pytest.fixture
def row(world: World, clock: datetime) -> Recommendation:
    return seen(world.business, finding(as_of=clock), as_of=clock)[0]


STEPS = [
    ("open", "accepted", True), ("open", "dismissed", True), ("open", "snoozed", True), ("open", "done", True),
    ("snoozed", "accepted", True), ("snoozed", "open", True), ("snoozed", "snoozed", True),
    ("accepted", "done", True), ("accepted", "open", True), ("accepted", "dismissed", True),
    ("dismissed", "open", True), ("dismissed", "accepted", True),
    ("dismissed", "snoozed", False), ("dismissed", "done", False), ("accepted", "snoozed", False),
    ("open", "failed", True), ("accepted", "failed", True), ("dismissed", "failed", False), ("failed", "open", False),
    ("waiting", "dismissed", True), ("waiting", "accepted", False), ("resolved", "open", False),
    ("done", "open", False), ("expired", "accepted", False), ("expired", "open", False),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "allowed"), STEPS)
def test_what_may_follow_what(
    world: World, clock: datetime, row: Recommendation, before: str, after: str, allowed: bool
) -> None:
    sleeping = clock + timedelta(days=2) if before == "snoozed" else None
    Recommendation.objects.filter(pk=row.pk).update(status=before, snoozed_until=sleeping)
    until = clock + timedelta(days=7) if after == "snoozed" else None
    if not allowed:
        with pytest.raises(Conflict):
            decide(world.business, row.pk, after, actor=world.owner, at=clock, until=until)
        return
    changed = decide(world.business, row.pk, after, actor=world.owner, at=clock, until=until)
    assert changed.status == after and changed.snoozed_until == until


def test_a_decision_leaves_who_when_and_why(world: World, clock: datetime, row: Recommendation) -> None:
    changed = decide(world.business, row.pk, "dismissed", actor=world.member, at=clock, reason="Seasonal")
    assert (changed.decided_by, changed.decided_at, changed.decision_reason) == (world.member, clock, "Seasonal")
    event = Event.objects.get(name="recommendations.board.dismissed")
    assert event.actor == world.member and event.reason == "Seasonal" and str(row.pk) in event.subject


def test_deciding_the_same_again_changes_nothing(world: World, clock: datetime, row: Recommendation) -> None:
    first = decide(world.business, row.pk, "accepted", actor=world.owner, at=clock)
    again = decide(world.business, row.pk, "accepted", actor=world.owner, at=clock + timedelta(hours=1))
    assert again.revision == first.revision and again.decided_at == clock


def test_a_stale_revision_is_refused(world: World, clock: datetime, row: Recommendation) -> None:
    with pytest.raises(Conflict):
        decide(world.business, row.pk, "accepted", actor=world.owner, at=clock, revision=row.revision + 1)


@pytest.mark.parametrize("days", [None, -1, 0, 366])
def test_a_snooze_ends_within_a_year(world: World, clock: datetime, row: Recommendation, days: int | None) -> None:
    until = None if days is None else clock + timedelta(days=days)
    with pytest.raises(InvalidInput):
        decide(world.business, row.pk, "snoozed", actor=world.owner, at=clock, until=until)


@pytest.mark.parametrize("status", ["expired", "closed", ""])
def test_nobody_can_choose_other_states(world: World, clock: datetime, row: Recommendation, status: str) -> None:
    with pytest.raises(InvalidInput):
        decide(world.business, row.pk, status, actor=world.owner, at=clock)


def test_another_business_does_not_reach_it(world: World, clock: datetime, row: Recommendation) -> None:
    for identity in (row.pk, uuid.uuid4()):
        with pytest.raises(NotYours):
            decide(world.other, identity, "accepted", actor=world.stranger, at=clock)
