"""Two workers at one mail, on real connections: whoever is second finds the row of the first."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction

from accounts import jobs
from accounts.models import Business, Member
from accounts.testing.world import World, make_world
from recommendations.digests.tasks import send
from recommendations.models import Digest, NotificationTold
from recommendations.notifications.services import Notice, settle
from recommendations.notifications.tasks import mail as alert_mail
from recommendations.testing.findings import finding, seen

MORNING = datetime(2026, 6, 15, 6, 30, tzinfo=UTC)
WORKERS = 4


@pytest.fixture
def owner(transactional_db: Any, wakeups: Any, time_machine: Any) -> Member:
    time_machine.move_to(MORNING, tick=False)
    world: World = make_world()
    Member.objects.update(joined_at=MORNING - timedelta(days=30))
    with transaction.atomic():
        seen(world.business, finding(as_of=MORNING), as_of=MORNING - timedelta(hours=1))
    settle(world.business, "source", [Notice("source", "alert", "a", "About a")], as_of=MORNING)
    return Member.objects.select_related("business").get(business=world.business, user=world.owner)


@pytest.mark.parametrize("kind", ["digest", "alerts"])
def test_one_mail_goes_out(owner: Member, kind: str) -> None:
    queued = [_enqueue(owner.business, owner, kind).pk for _ in range(WORKERS)]
    together = threading.Barrier(WORKERS)
    results: list[bool] = []

    def worker(pk: Any) -> None:
        try:
            together.wait(timeout=30)
            results.append(jobs.work(pk, now=MORNING))
        finally:
            connection.close()

    threads = [threading.Thread(target=worker, args=(pk,)) for pk in queued]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert results == [True] * WORKERS and len(mail.outbox) == 1
    rows = Digest.objects.all() if kind == "digest" else NotificationTold.objects.all()
    assert [row.sent_at for row in rows] == [MORNING]


def _enqueue(business: Business, owner: Member, kind: str) -> Any:
    if kind == "digest":
        return send.enqueue(business, member_id=owner.pk, day=MORNING.date().isoformat())
    return alert_mail.enqueue(business, member_id=owner.pk, kind="alerts")
