"""What the broker's messages mean. Every one is a wake-up; none carries work of its own."""

from __future__ import annotations

import uuid
from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts import inbox, jobs
from accounts.models import Heartbeat


@shared_task(name="accounts.work", ignore_result=True)
def work(job_id: str, **_: Any) -> None:
    """Run the job if it still waits."""
    jobs.work(uuid.UUID(job_id), now=timezone.now())


@shared_task(name="accounts.drain_inbox", ignore_result=True)
def drain_inbox(**_: Any) -> None:
    """Work off open deliveries."""
    inbox.drain(now=timezone.now())


@shared_task(name="accounts.sweep", ignore_result=True)
def sweep(**_: Any) -> None:
    """Find lost jobs and open deliveries, and note that beat and a worker are alive."""
    now = timezone.now()
    Heartbeat.objects.update_or_create(name="beat", defaults={"at": now})
    jobs.sweep(now=now)
    inbox.drain(now=now)


@shared_task(name="accounts.enqueue_periodic", ignore_result=True)
def enqueue_periodic(name: str, **_: Any) -> None:
    """Enqueue a scheduled job, unless the one before still waits."""
    if schedule := jobs.PERIODIC.get(name):
        schedule.kind.enqueue(dedupe="periodic")
