"""Alerts and the coach's letters by mail: all that came up in one mail, each thing once, never in quiet hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from accounts.models import Business, Event, Member
from accounts.tenancy import acting_for
from accounts.testing.world import World
from analytics.testing import payments as facts
from ingestion.models import Source
from recommendations.models import Notification, NotificationTold
from recommendations.notifications.mailing import due
from recommendations.notifications.services import Notice, resolve, settle, watch_sources
from recommendations.notifications.tasks import mail as mail_job
from recommendations.notifications.tasks import mail_all
from recommendations.testing.mails import newest, prefer, send_alerts
from recommendations.trading.services import coach
from recommendations.trading.tests.desks import GOOD, account, desk

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOON = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)  # noon in Berlin


@pytest.fixture
def owner(world: World) -> Member:
    Member.objects.filter(business=world.business).update(joined_at=NOON - 30 * DAY)
    Business.objects.filter(pk=world.business.pk).update(desks=["payments", "trading"])
    return Member.objects.select_related("user", "business").get(business=world.business, user=world.owner)


def raised(world: World, *keys: str, kind: str = "source", level: str = "alert", at: datetime = NOON) -> None:
    """Make the standing notifications of one kind equal to `keys`."""
    notices = [Notice(kind, level, key, f"About {key}", "What to do.") for key in keys]
    settle(world.business, kind, notices, as_of=at)


class TestOneMail:
    def test_tells_everything_that_came_up(self, world: World, owner: Member) -> None:
        raised(world, "a", "b")
        raised(world, "c", kind="job")
        assert send_alerts(owner, as_of=NOON) and not send_alerts(owner, as_of=NOON)
        (sent,) = mail.outbox
        assert sent.subject.replace("\u00a0", " ") == "Acme: 3 things need attention"
        assert all(f"About {key}" in sent.body for key in "abc") and "15 Jun 2026, 12:00" in sent.body
        assert NotificationTold.objects.filter(user=world.owner, sent_at=NOON).count() == 3
        assert Event.objects.filter(name="recommendations.notifications.mailed").count() == 1

    def test_one_thing_is_the_subject(self, world: World, owner: Member) -> None:
        source = facts.source(world.business, label="Main <shop>\nBcc: x@example.com")
        Source.objects.filter(pk=source.pk).update(state="needs_reconnect")
        watch_sources(world.business, as_of=NOON)
        assert send_alerts(owner, as_of=NOON)
        html = newest().alternatives[0][0]
        assert "has to be reconnected" in newest().subject and "\n" not in newest().subject
        assert "Main &lt;shop&gt;" in html and newest().to == [world.owner.email]
        assert reverse("sources:page", args=[world.business.slug, source.pk]) in newest().body

    def test_what_comes_later_is_a_mail_of_its_own(self, world: World, owner: Member) -> None:
        raised(world, "a")
        send_alerts(owner, as_of=NOON)
        raised(world, "a", "b", at=NOON + HOUR)
        assert send_alerts(owner, as_of=NOON + HOUR)
        assert "About b" in newest().body and "About a" not in newest().body

    def test_has_a_way_out_of_this_kind_alone(self, world: World, owner: Member) -> None:
        raised(world, "a")
        send_alerts(owner, as_of=NOON)
        headers = newest().extra_headers
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert (
            "Stop mails about what needs attention: http" in newest().body
            and "/recommendations/mails/" in newest().body
        )


class TestNobodyIsTold:
    @pytest.mark.parametrize(
        ("kind", "field"), [("source", "tells_source"), ("job", "tells_job"), ("trading", "tells_trading")]
    )
    def test_of_kinds_they_do_not_want(self, world: World, owner: Member, kind: str, field: str) -> None:
        raised(world, "a", kind=kind)
        row = prefer(owner, **{field: False})
        assert not send_alerts(owner, as_of=NOON) and mail.outbox == []
        row.delete()
        assert send_alerts(owner, as_of=NOON)

    def test_of_news(self, world: World, owner: Member) -> None:
        raised(world, "a", kind="recommendation", level="news")
        assert due(as_of=NOON) == []

    def test_of_trading_where_the_desk_is_off(self, world: World, owner: Member) -> None:
        raised(world, "a", kind="trading")
        Business.objects.filter(pk=world.business.pk).update(desks=["payments"])
        assert due(as_of=NOON) == []

    def test_of_what_was_there_before_they_came(self, world: World, owner: Member) -> None:
        raised(world, "a")
        Member.objects.filter(pk=owner.pk).update(joined_at=NOON + HOUR)
        assert not send_alerts(owner, as_of=NOON + 2 * HOUR)

    def test_of_what_is_over(self, world: World, owner: Member) -> None:
        raised(world, "a")
        resolve(Notification.objects.get(), at=NOON)
        assert not send_alerts(owner, as_of=NOON)

    def test_of_what_is_two_days_old(self, world: World, owner: Member) -> None:
        raised(world, "a")
        assert due(as_of=NOON + 2 * DAY - timedelta(seconds=1)) and due(as_of=NOON + 2 * DAY) == []

    def test_of_another_business(self, world: World, owner: Member) -> None:
        settle(world.other, "source", [Notice("source", "alert", "a", "CANARY")], as_of=NOON)
        assert not send_alerts(owner, as_of=NOON)
        assert [member.user for member, _ in due(as_of=NOON + HOUR) if member.business_id == world.business.pk] == []

    def test_who_is_switched_off_or_has_left(self, world: World, owner: Member) -> None:
        raised(world, "a")
        world.owner.is_active = False
        world.owner.save()
        assert not send_alerts(owner, as_of=NOON)
        Member.objects.filter(pk=owner.pk).delete()
        assert not send_alerts(owner, as_of=NOON)

    def test_again_and_again_of_what_comes_and_goes(self, world: World, owner: Member) -> None:
        for hour in range(0, 11, 2):
            raised(world, "a", at=NOON + hour * HOUR)
            send_alerts(owner, as_of=NOON + hour * HOUR)
            raised(world, at=NOON + hour * HOUR + HOUR)
        assert len(mail.outbox) == 1
        raised(world, "a", at=NOON + 11 * HOUR)
        assert not send_alerts(owner, as_of=NOON + 11 * HOUR) and send_alerts(owner, as_of=NOON + 12 * HOUR)


class TestQuietHours:
    @pytest.fixture(autouse=True)
    def _night(self, owner: Member) -> None:
        self.owner = owner
        prefer(owner, quiet_from=time(11), quiet_until=time(15))  # Berlin; NOON lies in them

    def test_hold_a_mail_back_until_they_end(self, world: World) -> None:
        raised(world, "a")
        assert not send_alerts(self.owner, as_of=NOON) and not send_alerts(
            self.owner, as_of=NOON + 3 * HOUR - timedelta(seconds=1)
        )
        assert send_alerts(self.owner, as_of=NOON + 3 * HOUR)

    def test_and_what_is_over_by_then_is_never_told(self, world: World) -> None:
        raised(world, "a", "b")
        raised(world, "b", at=NOON + HOUR)
        assert send_alerts(self.owner, as_of=NOON + 3 * HOUR)
        assert "About b" in newest().body and "About a" not in newest().body

    def test_do_not_hold_back_others(self, world: World) -> None:
        raised(world, "a")
        assert {member.user for member, _ in due(as_of=NOON)} == {world.manager, world.member, world.viewer}


class TestCoach:
    SUNDAY = datetime(2026, 6, 14, 16, 0, tzinfo=UTC)

    @pytest.fixture(autouse=True)
    def _letters(self, world: World, owner: Member) -> None:
        other = account(id=8, label="FTMO 100k")
        with acting_for(world.business):
            assert coach(world.business, desk(GOOD, other), as_of=self.SUNDAY) == 2
        self.owner = owner

    def test_letters_of_all_accounts_are_one_mail(self, world: World) -> None:
        assert send_alerts(self.owner, as_of=self.SUNDAY, kind="coach")
        assert not send_alerts(self.owner, as_of=self.SUNDAY + HOUR, kind="coach")
        (sent,) = mail.outbox
        assert sent.subject == "Acme: your margin of safety" and "FTMO 100k" in sent.body
        assert "Cushion: 12.00 ordinary days above the floor." in sent.body and "Stop the coach's letter" in sent.body

    def test_are_no_alerts(self) -> None:
        assert not send_alerts(self.owner, as_of=self.SUNDAY)

    def test_are_not_sent_to_who_does_not_want_them(self) -> None:
        prefer(self.owner, tells_coach=False)
        assert not send_alerts(self.owner, as_of=self.SUNDAY, kind="coach")

    def test_wait_for_the_end_of_quiet_hours(self) -> None:
        prefer(self.owner, quiet_from=time(18), quiet_until=time(9))
        assert not send_alerts(self.owner, as_of=self.SUNDAY + HOUR, kind="coach")
        assert send_alerts(self.owner, as_of=self.SUNDAY + 15 * HOUR, kind="coach")


class TestHandingOver:
    @pytest.mark.parametrize("was_sent", [True, False])
    def test_a_process_that_dies_tells_nothing_twice(
        self, world: World, owner: Member, monkeypatch: pytest.MonkeyPatch, was_sent: bool
    ) -> None:
        raised(world, "a")
        real = EmailMultiAlternatives.send

        def dies(message: Any) -> None:
            if was_sent:
                real(message)
            raise SystemExit

        with monkeypatch.context() as broken, pytest.raises(SystemExit):
            broken.setattr(EmailMultiAlternatives, "send", dies)
            send_alerts(owner, as_of=NOON)
        assert not send_alerts(owner, as_of=NOON + HOUR) and len(mail.outbox) == was_sent
        assert NotificationTold.objects.get().sent_at is None

    def test_a_server_that_is_away_is_tried_again(
        self, world: World, owner: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        raised(world, "a")
        with monkeypatch.context() as broken, pytest.raises(OSError, match="down"):
            broken.setattr(EmailMultiAlternatives, "send", lambda message: (_ for _ in ()).throw(OSError("down")))
            send_alerts(owner, as_of=NOON)
        assert not NotificationTold.objects.exists()
        assert send_alerts(owner, as_of=NOON + HOUR) and len(mail.outbox) == 1


class TestJobs:
    @pytest.fixture(autouse=True)
    def _noon(self, world: World, owner: Member, time_machine: Any) -> None:
        time_machine.move_to(NOON, tick=False)
        raised(world, "a", "b")

    def test_each_member_gets_one_mail_however_often_beat_ticks(self, run_jobs: Callable[..., list[Any]]) -> None:
        for _ in range(3):
            mail_all.enqueue()
            assert {job.state for job in run_jobs()} == {"done"}
        assert len(mail.outbox) == 4 and NotificationTold.objects.count() == 8

    def test_two_jobs_for_one_member_send_once(
        self, world: World, owner: Member, run_jobs: Callable[..., list[Any]]
    ) -> None:
        for _ in range(2):
            mail_job.enqueue(world.business, member_id=owner.pk, kind="alerts")
        assert [job.result for job in run_jobs()] == [{"sent": 1}, {"sent": 0}]

    def test_a_job_of_another_business_reaches_nobody(
        self, world: World, owner: Member, run_jobs: Callable[..., list[Any]]
    ) -> None:
        mail_job.enqueue(world.other, member_id=owner.pk, kind="alerts")
        assert [job.result for job in run_jobs()] == [{"sent": 0}] and mail.outbox == []

    def test_planning_takes_three_queries_however_many_are_told(
        self, django_assert_num_queries: Callable[[int], Any]
    ) -> None:
        with django_assert_num_queries(3):
            assert len(due(as_of=NOON)) == 4
