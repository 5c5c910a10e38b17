"""What beat does when: the sweep of the frame, and every job that registered itself as periodic."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab, schedule
from django.conf import settings

from accounts import jobs
from accounts.jobs import Schedule


def timetable() -> dict[str, dict[str, Any]]:
    """Celery's beat schedule, built from the registry so that no job is scheduled in two places."""
    entries: dict[str, dict[str, Any]] = {
        "accounts.sweep": {
            "task": "accounts.sweep",
            "schedule": schedule(settings.JOB_SWEEP_SECONDS),
            "options": {"queue": "ingest", "expires": 60},
        }
    }
    for name, entry in jobs.PERIODIC.items():
        entries[name] = {
            "task": "accounts.enqueue_periodic",
            "schedule": _when(entry),
            "kwargs": {"name": name},
            "options": {"queue": entry.kind.queue},
        }
    return entries


def _when(entry: Schedule) -> schedule | crontab:
    if entry.daily_at is not None:
        return crontab(hour=str(entry.daily_at.hour), minute=str(entry.daily_at.minute))
    assert entry.every is not None
    return schedule(entry.every)
