"""The drawer: raised once, resolved when the cause is gone, read by each member for themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Job
from accounts.testing.pages import FiveQuestions
from accounts.testing.world import World
from analytics.testing import payments as facts
from ingestion.models import Source, SyncRun
from recommendations.board.services import decide
from recommendations.models import Notification
from recommendations.notifications.queries import drawer, unread_count
from recommendations.notifications.services import announce_urgent, mark_read, watch_jobs, watch_sources
from recommendations.notifications.tasks import tell
from recommendations.testing.findings import finding, seen

ClientOf = Callable[[Any], Client]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def source(world: World) -> Source:
    return facts.source(world.business, label="Main shop")


def standing(world: World) -> list[str]:
    return list(Notification.objects.of(world.business).standing().order_by("key").values_list("title", flat=True))


def run(source: Source, state: str, at: datetime, message: str = "") -> None:
    SyncRun.objects.create(
        business=source.business, source=source, kind="incremental", state=state, started_at=at, message=message
    )


class TestSources:
    @pytest.mark.parametrize("state", ["needs_reconnect", "revoked"])
    def test_a_source_that_cannot_be_read_is_announced_once_and_until_it_can(
        self, world: World, source: Source, clock: datetime, state: str
    ) -> None:
        Source.objects.filter(pk=source.pk).update(state=state, state_reason="Access was revoked.")
        assert [watch_sources(world.business, as_of=clock) for _ in range(3)] == [1, 0, 0]
        assert standing(world) == ["Main shop has to be reconnected"]
        (line,) = drawer(world.business, world.owner)
        assert line.url == reverse("sources:page", args=[world.business.slug, source.pk])
        Source.objects.filter(pk=source.pk).update(state="active")
        watch_sources(world.business, as_of=clock + MINUTE)
        assert standing(world) == []
        assert Notification.objects.get().resolved_at == clock + MINUTE

    def test_a_failed_update_is_announced_until_one_works(self, world: World, source: Source, clock: datetime) -> None:
        run(source, "done", clock - 3 * MINUTE)
        run(source, "failed", clock - 2 * MINUTE, "Stripe did not answer.")
        watch_sources(world.business, as_of=clock)
        assert standing(world) == ["Main shop could not be updated"]
        run(source, "running", clock - MINUTE)
        watch_sources(world.business, as_of=clock)
        assert len(standing(world)) == 1
        run(source, "done", clock)
        watch_sources(world.business, as_of=clock)
        assert standing(world) == []

    def test_a_source_that_was_disconnected_on_purpose_is_quiet(
        self, world: World, source: Source, clock: datetime
    ) -> None:
        Source.objects.filter(pk=source.pk).update(state="disconnected")
        assert watch_sources(world.business, as_of=clock) == 0

    def test_another_business_trouble_is_theirs(self, world: World, clock: datetime) -> None:
        facts.source(world.other, label="CANARY", state="needs_reconnect")
        assert watch_sources(world.business, as_of=clock) == 0
        watch_sources(world.other, as_of=clock)
        assert drawer(world.business, world.owner) == () and unread_count(world.business, world.owner) == 0


class TestJobs:
    def job(self, world: World, state: str, at: datetime) -> Job:
        return Job.objects.create(
            business=world.business,
            name="analytics.x",
            queue="analytics",
            state=state,
            finished_at=at,
            error_message="No.",
        )

    def test_failed_work_is_announced_until_it_works(self, world: World, clock: datetime) -> None:
        self.job(world, "failed", clock)
        assert watch_jobs(world.business, as_of=clock) == 1 and standing(world) == ["Background work failed"]
        self.job(world, "done", clock + MINUTE)
        watch_jobs(world.business, as_of=clock + MINUTE)
        assert standing(world) == []

    def test_a_job_that_is_given_up_is_announced_at_once(self, world: World, source: Source) -> None:
        failed = self.job(world, "failed", timezone.now())
        Source.objects.filter(pk=source.pk).update(state="needs_reconnect")
        tell(failed, "source_refused", "No.")
        assert len(standing(world)) == 2

    def test_work_of_no_business_is_nobodys_news(self, world: World) -> None:
        tell(Job.objects.create(name="x", queue="analytics", state="failed"), "x", "x")
        assert Notification.objects.count() == 0


class TestUrgentAdvice:
    def test_is_announced_and_resolved_by_a_decision(self, world: World, clock: datetime) -> None:
        row, _ = seen(
            world.business,
            finding(as_of=clock, points="12"),
            finding(as_of=clock, subject="x", points="2"),
            as_of=clock,
        )
        assert announce_urgent(world.business, desk="payments", as_of=clock) == 1
        decide(world.business, row.pk, "accepted", actor=world.owner, at=clock)
        assert announce_urgent(world.business, desk="payments", as_of=clock) == 0 and standing(world) == []


class TestReading:
    def test_each_member_reads_for_themselves(self, world: World, source: Source, clock: datetime) -> None:
        Source.objects.filter(pk=source.pk).update(state="needs_reconnect")
        watch_sources(world.business, as_of=clock)
        assert mark_read(world.business, world.owner, at=clock) == 1
        assert mark_read(world.business, world.owner, at=clock) == 0
        assert unread_count(world.business, world.owner) == 0 and unread_count(world.business, world.viewer) == 1
        (line,) = drawer(world.business, world.viewer)
        assert line.unread and line.needs_attention and line.tone == "bad"


class TestDrawerPage(FiveQuestions):
    url = "recommendations:alerts"
    queries = 11


class TestCount(FiveQuestions):
    url = "recommendations:alerts-count"
    queries = 11


def test_the_drawer_is_a_fragment_for_htmx_and_a_page_for_everyone_else(
    world: World, client_of: ClientOf, source: Source, clock: datetime
) -> None:
    Source.objects.filter(pk=source.pk).update(state="needs_reconnect", state_reason="<b>gone</b>")
    watch_sources(world.business, as_of=clock)
    client, address = client_of(world.owner), reverse("recommendations:alerts", args=[world.business.slug])
    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "has to be reconnected" in fragment and "<html" not in fragment and "&lt;b&gt;gone" in fragment
    assert "<html" in client.get(address).content.decode()
    count = reverse("recommendations:alerts-count", args=[world.business.slug])
    assert ">1<" in client.get(count).content.decode()
    read = reverse("recommendations:alerts-read", args=[world.business.slug])
    assert client.get(read).status_code == 405
    assert client.post(read).status_code == 302
    assert ">1<" not in client.get(count).content.decode()
    assert client_of(world.stranger).post(read).status_code == 404
