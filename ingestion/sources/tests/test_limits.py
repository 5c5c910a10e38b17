"""How far the plan reaches: connecting, reading, and what rests after a downgrade."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.jobs import REGISTRY
from accounts.models import Job
from accounts.testing.world import World
from billing.entitlements import NotEntitled
from billing.grants import grant, renew_version
from billing.models import Grant, Plan
from ingestion.models import Source
from ingestion.sources.connecting import Connection, connect, start_consent
from ingestion.sources.limits import rests, used_sources
from ingestion.sources.services import sync_now

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def free(world: World, wakeups: Any) -> World:
    Grant.objects.all().delete()
    renew_version([world.business])
    return world


def source(world: World, number: int, **values: Any) -> Source:
    at = timezone.now() - timedelta(days=100 - number)
    given = {
        "provider": "stripe", "label": f"Account {number}", "external_account": f"acct_{number}",
        "auth_mode": Source.AuthMode.OAUTH, "state": Source.State.ACTIVE, "connected_at": at,
    }  # fmt: skip
    return Source.objects.create(business=world.business, **{**given, **values})


def begin(world: World, number: int, *, now: datetime) -> Source:
    connection = Connection(f"acct_{number}", False, Source.AuthMode.OAUTH)
    return connect(world.business, connection, user=world.owner, now=now, facts={"display_name": "New"})


class TestConnecting:
    def test_one_too_many_is_refused_and_leaves_nothing(self, free: World) -> None:
        now = timezone.now()
        begin(free, 1, now=now)
        with pytest.raises(NotEntitled, match="1\u00a0connected source"):
            begin(free, 2, now=now)
        assert used_sources(free.business, now) == 1

    def test_the_same_account_again_is_no_second_one(self, free: World) -> None:
        now = timezone.now()
        assert begin(free, 1, now=now).pk == begin(free, 1, now=now).pk

    def test_disconnected_ones_and_files_do_not_count(self, free: World) -> None:
        source(free, 1, state=Source.State.DISCONNECTED)
        source(free, 2, auth_mode=Source.AuthMode.UPLOAD, external_account="")
        assert begin(free, 3, now=timezone.now()).is_connected

    def test_is_not_begun_while_a_payment_is_missing(self, free: World) -> None:
        now = timezone.now()
        pro = Plan.objects.get(key="pro")
        grant(free.business, pro, source="stripe", external_id="s", valid_from=now - DAY, read_only_from=now - DAY)
        with pytest.raises(NotEntitled, match="A payment is missing"):
            start_consent(
                free.business,
                user=free.owner,
                session_key="s",
                livemode=False,
                redirect_uri="https://a.example",
                now=now,
            )


class TestAfterADowngrade:
    def test_the_oldest_are_read_and_the_others_rest(self, free: World) -> None:
        held = [source(free, number) for number in (3, 1, 2)]
        assert rests(free.business, held, at=timezone.now()) == {held[0].pk, held[2].pk}

    def test_background_work_leaves_resting_ones_alone(self, free: World, run_jobs: Callable[..., Any]) -> None:
        kept, resting = source(free, 1), source(free, 2)
        REGISTRY["ingestion.sync_all"].enqueue()
        run = Job.objects.get(name="ingestion.sync_all")
        from accounts import jobs

        jobs.work(run.pk, now=timezone.now())
        named = Job.objects.filter(name="ingestion.stripe.sync").values_list("args__source_id", flat=True)
        assert list(named) == [kept.pk] and resting.state == Source.State.ACTIVE

    def test_reading_a_resting_one_by_hand_is_refused(self, free: World) -> None:
        kept, resting = source(free, 1), source(free, 2)
        sync_now(kept, actor=free.owner, now=timezone.now())
        with pytest.raises(NotEntitled):
            sync_now(resting, actor=free.owner, now=timezone.now())

    def test_pages_say_so_and_nothing_is_gone(self, free: World, client_of: Callable[[Any], Client]) -> None:
        source(free, 1)
        resting = source(free, 2)
        client = client_of(free.owner)
        assert "does not read this source any more" in client.get("/b/acme/sources/").content.decode()
        assert "does not read this source any more" in client.get(f"/b/acme/sources/{resting.pk}/").content.decode()

    def test_everything_is_read_again_once_there_is_room(self, free: World) -> None:
        held = [source(free, number) for number in (1, 2)]
        grant(free.business, Plan.objects.get(key="desk_payments"), source="manual", valid_from=timezone.now() - DAY)
        assert rests(free.business, held, at=timezone.now()) == frozenset()
