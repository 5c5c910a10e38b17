"""Listening to what happens to recommendations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from accounts.testing.world import World
from recommendations.board.services import decide
from recommendations.events import LISTENERS, AdviceEvent, register_listener
from recommendations.models import Recommendation
from recommendations.testing.findings import RULE, finding, seen


@pytest.fixture
def heard() -> Iterator[list[AdviceEvent]]:
    events: list[AdviceEvent] = []
    register_listener("test", events.append)
    yield events
    del LISTENERS["test"]


def test_a_listener_hears_each_change_with_what_it_is_about(
    world: World, clock: datetime, heard: list[AdviceEvent]
) -> None:
    (row,) = seen(world.business, finding(as_of=clock), as_of=clock)
    decide(world.business, row.pk, "accepted", actor=world.owner, at=clock, reason="Agreed")
    created, accepted = heard
    assert (created.kind, created.rule, created.status, created.revision) == ("created", RULE, "open", 1)
    assert created.recommendation_id == row.pk and created.business == world.business
    assert created.figures[0]["metric"] == "payments.refund_ratio_90"
    assert (accepted.kind, accepted.actor_id, accepted.reason) == ("accepted", world.owner.pk, "Agreed")


def test_a_run_that_changes_nothing_says_nothing(world: World, clock: datetime, heard: list[AdviceEvent]) -> None:
    for day in range(3):
        seen(world.business, finding(as_of=clock), as_of=clock + timedelta(days=day))
    assert [event.kind for event in heard] == ["created"]


def test_an_error_of_a_listener_undoes_the_change(world: World, clock: datetime) -> None:
    def refuse(event: AdviceEvent) -> None:
        raise RuntimeError("the outbox is full")

    register_listener("test", refuse)
    try:
        with pytest.raises(RuntimeError), transaction.atomic():
            seen(world.business, finding(as_of=clock), as_of=clock)
    finally:
        del LISTENERS["test"]
    assert not Recommendation.objects.exists()


def test_a_name_is_given_once(heard: list[AdviceEvent]) -> None:
    with pytest.raises(ValueError, match="listens already"):
        register_listener("test", print)
