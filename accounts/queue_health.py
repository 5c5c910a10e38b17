"""How the background work is doing, in one look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from accounts.jobs import QUEUES
from accounts.models import Heartbeat, InboxDelivery, Job

RECENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QueueHealth:
    """One queue: jobs that are due and wait, that run, that gave up within a day; age of the oldest due one."""

    queue: str
    due: int
    running: int
    failed: int
    oldest_due: timedelta | None


@dataclass(frozen=True, slots=True)
class InboxHealth:
    """Deliveries not worked off yet, given up, and the age of the oldest open one."""

    open: int
    failed: int
    oldest_open: timedelta | None


@dataclass(frozen=True, slots=True)
class WorkHealth:
    queues: tuple[QueueHealth, ...]
    inbox: InboxHealth
    heartbeats: tuple[tuple[str, timedelta], ...]


def work_health(*, now: datetime) -> WorkHealth:
    """All queues, also idle ones, the inbox, and since when each process was last heard of. Three queries, as owner."""
    heartbeats = tuple((beat.name, now - beat.at) for beat in Heartbeat.objects.order_by("name"))
    return WorkHealth(_queues(now), _inbox(now), heartbeats)


def _queues(now: datetime) -> tuple[QueueHealth, ...]:
    due = Q(state=Job.State.QUEUED, due_at__lte=now)
    open_or_recent = Q(state__in=(Job.State.QUEUED, Job.State.RUNNING)) | Q(finished_at__gte=now - RECENT)
    rows: dict[str, Mapping[str, object]] = {
        row["queue"]: row
        for row in Job.objects.filter(open_or_recent)
        .values("queue")
        .annotate(
            due=Count("pk", filter=due),
            running=Count("pk", filter=Q(state=Job.State.RUNNING)),
            failed=Count("pk", filter=Q(state=Job.State.FAILED)),
            oldest=Min("due_at", filter=due),
        )
    }
    names = [*QUEUES, *sorted(set(rows) - set(QUEUES))]
    return tuple(_queue(name, rows.get(name, {}), now) for name in names)


def _queue(name: str, row: Mapping[str, object], now: datetime) -> QueueHealth:
    oldest = row.get("oldest")
    return QueueHealth(
        queue=name,
        due=int(str(row.get("due", 0))),
        running=int(str(row.get("running", 0))),
        failed=int(str(row.get("failed", 0))),
        oldest_due=now - oldest if isinstance(oldest, datetime) else None,
    )


def _inbox(now: datetime) -> InboxHealth:
    waits = Q(state=InboxDelivery.State.RECEIVED)
    found = InboxDelivery.objects.aggregate(
        open=Count("pk", filter=waits),
        failed=Count("pk", filter=Q(state=InboxDelivery.State.FAILED)),
        oldest=Min("received_at", filter=waits),
    )
    oldest = found["oldest"]
    return InboxHealth(found["open"], found["failed"], now - oldest if oldest else None)
