"""Retention: events become counts, ended jobs and worked-off deliveries go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.housekeeping import fold_events, housekeeping
from accounts.models import Event, EventDay, InboxDelivery, Job
from accounts.testing.world import World

pytestmark = pytest.mark.django_db


def event(world: World, days: int, *, name: str = "payments.metrics.recomputed", business: Any = None) -> None:
    Event.objects.create(business=business or world.business, name=name, at=timezone.now() - timedelta(days=days))


def test_old_events_become_daily_counts(world: World) -> None:
    for days in (0, 89, 91, 91, 120):
        event(world, days)
    event(world, 91, business=world.other)
    assert fold_events(now=timezone.now()) == 3
    assert Event.objects.count() == 2
    assert sorted(EventDay.objects.values_list("business__slug", "n")) == [("acme", 1), ("acme", 2), ("zenith", 1)]


def test_folding_again_adds_to_the_same_day(world: World) -> None:
    for _ in range(2):
        event(world, 100)
        fold_events(now=timezone.now())
    assert EventDay.objects.get().n == 2


def test_the_daily_job_prunes_what_is_over(world: World, run_jobs: Any) -> None:
    old = timezone.now() - timedelta(days=60)
    Job.objects.create(business=world.business, name="old", queue="ingest", state="done", finished_at=old)
    Job.objects.create(business=world.business, name="new", queue="ingest", state="done", finished_at=timezone.now())
    InboxDelivery.objects.create(
        provider="stripe", endpoint="connect", livemode=False, event_id="evt", event_type="x", payload=b"{}",
        received_at=old,
    )  # fmt: skip
    housekeeping.enqueue()
    (ended,) = run_jobs()
    assert ended.result == {"events": 0, "jobs": 1, "deliveries": 1, "credentials": 0}
    assert set(Job.objects.values_list("name", flat=True)) == {"new", "accounts.housekeeping"}
