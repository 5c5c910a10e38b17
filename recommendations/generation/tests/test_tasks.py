"""When the rules run: daily, hourly for what is urgent, and after the score was computed anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.jobs import PERIODIC
from accounts.models import Business, Job
from accounts.testing.world import World
from analytics.payments.readiness.tasks import recompute
from analytics.testing import payments as facts
from recommendations.generation.tasks import generate, generate_all, generate_urgent
from recommendations.models import Notification, Recommendation

RunJobs = Callable[..., list[Any]]


@pytest.fixture
def disputed(world: World) -> None:
    now = timezone.now()
    source = facts.source(world.business, last_synced_at=now)
    facts.save(facts.dispute(source, now - timedelta(days=1), 4_200, evidence_due_by=now + timedelta(days=2)))


def test_a_run_writes_what_the_rules_see_and_announces_what_is_urgent(
    world: World, disputed: None, run_jobs: RunJobs
) -> None:
    generate.enqueue(world.business)
    (job,) = run_jobs()
    assert job.state == "done" and job.result["payments"]["created"] == 1 and job.result["payments"]["failed"] == []
    row = Recommendation.objects.get()
    assert row.rule == "payments.answer_dispute" and row.priority == "high"
    assert Notification.objects.get().key == f"recommendation:{row.pk}"


def test_a_second_run_changes_nothing(world: World, disputed: None, run_jobs: RunJobs) -> None:
    for _ in range(2):
        generate.enqueue(world.business)
        jobs = run_jobs()
    assert jobs[0].result["payments"]["unchanged"] == 1 and Recommendation.objects.count() == 1


def test_an_hourly_run_leaves_the_other_rules_alone(world: World, disputed: None, run_jobs: RunJobs) -> None:
    generate.enqueue(world.business)
    run_jobs()
    Recommendation.objects.update(rule="payments.reduce_refunds", fingerprint="x")
    generate_urgent.enqueue()
    run_jobs()
    assert sorted(Recommendation.objects.values_list("rule", "status")) == [
        ("payments.answer_dispute", "open"), ("payments.reduce_refunds", "open"),
    ]  # fmt: skip


def test_the_daily_run_reaches_every_business(world: World, run_jobs: RunJobs) -> None:
    generate_all.enqueue()
    ran = {job.business_id for job in run_jobs() if job.name == "recommendations.generate"}
    assert ran == set(Business.objects.values_list("pk", flat=True))


def test_a_desk_that_is_off_is_left_out(world: World, disputed: None, run_jobs: RunJobs) -> None:
    Business.objects.filter(pk=world.business.pk).update(desks=[])
    generate.enqueue(Business.objects.get(pk=world.business.pk))
    assert run_jobs()[0].result == {} and Recommendation.objects.count() == 0


def test_new_scores_are_followed_by_new_advice(
    world: World, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.payments.readiness.tasks.recompute_readiness", lambda business, as_of: 3)
    recompute.enqueue(world.business)
    assert [job.name for job in run_jobs()] == [recompute.name, generate.name]


def test_without_new_scores_nothing_follows(world: World, run_jobs: RunJobs) -> None:
    recompute.enqueue(world.business)
    run_jobs()
    assert not Job.objects.filter(name=generate.name).exists()


def test_beat_knows_the_schedule_of_the_brief() -> None:
    assert PERIODIC["recommendations.generate_all"].daily_at is not None
    assert PERIODIC["recommendations.generate_urgent"].every == timedelta(hours=1)
    assert PERIODIC["recommendations.digest_all"].every == timedelta(minutes=15)
    assert PERIODIC["recommendations.watch_all"].every == timedelta(minutes=15)
