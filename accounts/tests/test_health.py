"""Probes and metrics."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.health import readiness
from accounts.models import Heartbeat, Job
from accounts.testing.world import World

pytestmark = pytest.mark.django_db


def answers() -> dict[str, bool]:
    return {check.name: check.ok for check in readiness(now=timezone.now())}


def test_a_silent_beat_is_not_ready() -> None:
    assert not answers()["beat"]
    Heartbeat.objects.create(name="beat", at=timezone.now() - timedelta(minutes=5))
    assert not answers()["beat"]
    Heartbeat.objects.update(at=timezone.now())
    assert answers() == {"database": True, "broker": True, "beat": True, "oldest_due_job": True}


def test_work_that_lies_due_is_not_ready(world: World) -> None:
    Job.objects.create(business=world.business, name="x", queue="ingest", due_at=timezone.now() - timedelta(hours=1))
    assert not answers()["oldest_due_job"]


def test_probes_answer_with_their_status(client: Client) -> None:
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 503
    Heartbeat.objects.create(name="beat", at=timezone.now())
    assert client.get("/health/ready").json()["status"] == "ready"


@pytest.mark.parametrize(("only", "status"), [("database", 200), ("beat", 503), ("no-such-check", 503)])
def test_one_check_can_be_asked_alone(client: Client, only: str, status: int) -> None:
    assert client.get("/health/ready", {"only": only}).status_code == status


@pytest.mark.parametrize(("token", "status"), [("", 404), ("wrong", 404), ("metrics-for-tests", 200)])
def test_metrics_are_not_public(client: Client, token: str, status: int) -> None:
    response = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == status
    assert (b"bellwether_ready" in response.content) == (status == 200)
