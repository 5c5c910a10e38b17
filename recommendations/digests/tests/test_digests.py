"""The daily mail: once a day and member, in their own morning, only what is new or got worse, and never twice."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from accounts.models import Job, Member
from accounts.testing.world import World
from recommendations.digests.services import due
from recommendations.digests.tasks import digest as digest_job
from recommendations.digests.tasks import digest_all, send
from recommendations.models import Digest, Recommendation
from recommendations.testing.findings import finding, seen
from recommendations.testing.mails import prefer, send_digest

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MORNING = datetime(2026, 6, 15, 6, 30, tzinfo=UTC)  # a Monday: half past eight in Berlin, half past two in New York


@pytest.fixture
def owner(world: World) -> Member:
    Member.objects.filter(business=world.business).update(joined_at=MORNING - 30 * DAY)
    return Member.objects.select_related("user", "business").get(business=world.business, user=world.owner)


def whose(world: World, at: datetime) -> set[Any]:
    return {member.user for member, _, _ in due(world.business, as_of=at)}


class TestDue:
    @pytest.mark.parametrize(("hour", "is_time"), [(5, False), (6, True), (9, True), (10, False), (23, False)])
    def test_in_the_morning_of_the_member(self, world: World, owner: Member, hour: int, is_time: bool) -> None:
        assert bool(whose(world, datetime(2026, 6, 15, hour, tzinfo=UTC))) == is_time
        prefer(owner, time_zone="America/New_York")
        assert world.owner in whose(world, datetime(2026, 6, 15, 12, tzinfo=UTC))

    def test_only_to_members_who_want_it_and_may_read_it(self, world: World, owner: Member) -> None:
        prefer(Member.objects.get(business=world.business, user=world.viewer), advice="never")
        world.manager.is_active = False
        world.manager.save()
        assert whose(world, MORNING) == {world.owner, world.member}

    def test_weekly_ones_on_mondays(self, world: World, owner: Member) -> None:
        prefer(owner, advice="weekly")
        found = {member.user: (kind, day) for member, kind, day in due(as_of=MORNING)}
        assert found[world.owner] == ("weekly", date(2026, 6, 15)) and found[world.viewer] == (
            "daily",
            date(2026, 6, 15),
        )
        assert world.owner not in whose(world, MORNING + DAY) and world.owner in whose(world, MORNING + 7 * DAY)

    def test_not_in_quiet_hours_but_when_they_end(self, world: World, owner: Member) -> None:
        prefer(owner, quiet_from=time(20), quiet_until=time(13))
        assert world.owner not in whose(world, MORNING)
        assert world.owner in whose(world, MORNING + 4 * HOUR + HOUR / 2)

    def test_whoever_was_dealt_with_is_not(self, world: World, owner: Member) -> None:
        send_digest(owner, day=MORNING.date(), as_of=MORNING)
        assert whose(world, MORNING) == {world.manager, world.member, world.viewer}

    def test_a_plan_that_is_out_of_date_by_its_turn_sends_nothing(self, world: World, owner: Member) -> None:
        """Between planning and sending people unsubscribe, leave, go to bed, or the morning ends."""
        seen(world.business, finding(as_of=MORNING), as_of=MORNING - HOUR)
        row = prefer(owner, advice="never")
        assert send_digest(owner, day=MORNING.date(), as_of=MORNING) is None
        prefer(owner, advice="daily", quiet_from=time(8), quiet_until=time(9))
        assert send_digest(owner, day=MORNING.date(), as_of=MORNING) is None
        row.delete()
        assert send_digest(owner, day=MORNING.date(), as_of=MORNING + 6 * HOUR) is None
        assert send_digest(owner, day=(MORNING - DAY).date(), as_of=MORNING) is None
        gone = Member.objects.select_related("user", "business").get(business=world.business, user=world.viewer)
        Member.objects.filter(pk=gone.pk).delete()
        assert send_digest(gone, day=MORNING.date(), as_of=MORNING) is None
        assert mail.outbox == [] and not Digest.objects.exists()


def test_what_is_new_is_told_once_in_text_and_html(world: World, owner: Member) -> None:
    seen(world.business, finding(as_of=MORNING, title="Bring <refunds> down"), as_of=MORNING - timedelta(hours=1))
    for hours in range(3):
        send_digest(owner, day=MORNING.date(), as_of=MORNING + hours * HOUR)
    (sent,) = mail.outbox
    html = sent.alternatives[0][0]  # type: ignore[attr-defined]
    assert sent.to == [world.owner.email] and sent.subject == "Acme: Bring <refunds> down"
    assert "Bring <refunds> down" in sent.body and "Bring &lt;refunds&gt; down" in html
    assert "+4.2 points" in sent.body and "estimate from payment data" in html
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_same_is_not_told_on_the_next_day(world: World, owner: Member) -> None:
    seen(world.business, finding(as_of=MORNING), as_of=MORNING - timedelta(hours=1))
    send_digest(owner, day=MORNING.date(), as_of=MORNING)
    seen(world.business, finding(as_of=MORNING), as_of=MORNING + timedelta(hours=20))
    later = send_digest(owner, day=(MORNING + DAY).date(), as_of=MORNING + DAY)
    assert later is not None and later.sent_at is None and len(mail.outbox) == 1


def test_nothing_new_sends_nothing_but_counts_as_done(world: World, owner: Member) -> None:
    send_digest(owner, day=MORNING.date(), as_of=MORNING)
    assert mail.outbox == [] and Digest.objects.count() == 1


def test_a_new_member_is_not_told_of_old_things(world: World, owner: Member) -> None:
    seen(world.business, finding(as_of=MORNING), as_of=MORNING - 20 * DAY)
    send_digest(owner, day=MORNING.date(), as_of=MORNING)
    assert mail.outbox == []


def test_who_left_and_came_back_is_not_told_of_the_time_between(world: World, owner: Member) -> None:
    send_digest(owner, day=MORNING.date(), as_of=MORNING)
    seen(world.business, finding(as_of=MORNING), as_of=MORNING + DAY)
    Member.objects.filter(pk=owner.pk).delete()
    again = Member.objects.create(business=world.business, user=world.owner, role="owner", joined_at=MORNING + 2 * DAY)
    send_digest(again, day=(MORNING + 3 * DAY).date(), as_of=MORNING + 3 * DAY)
    assert mail.outbox == []


def test_more_than_five_are_counted_not_listed(world: World, owner: Member) -> None:
    findings = [finding(as_of=MORNING, subject=str(n), title=f"Advice {chr(97 + n)}") for n in range(8)]
    seen(world.business, *findings, as_of=MORNING - timedelta(hours=1))
    send_digest(owner, day=MORNING.date(), as_of=MORNING)
    assert "And 3 more." in mail.outbox[0].body and mail.outbox[0].body.count("Refunds were") == 5


def test_days_are_those_of_the_business(world: World, owner: Member) -> None:
    late = datetime(2026, 6, 20, 22, 30, tzinfo=UTC)  # half past midnight of the 21st in Berlin
    seen(world.business, finding(as_of=MORNING, deadline=late), as_of=MORNING - HOUR)
    send_digest(owner, day=MORNING.date(), as_of=MORNING)
    assert "Due on 21 Jun 2026." in mail.outbox[0].body


def test_another_business_advice_is_never_in_the_mail(world: World, owner: Member) -> None:
    seen(world.other, finding(as_of=MORNING, title="CANARY"), as_of=MORNING - timedelta(hours=1))
    send_digest(owner, day=MORNING.date(), as_of=MORNING)
    assert mail.outbox == []


class TestWorse:
    """Advice that was told of before and whose evidence grew materially since."""

    def worsen(self, world: World, evidence: str, *, at: datetime) -> None:
        seen(world.business, finding(as_of=at, evidence=evidence, title="Bring refunds down"), as_of=at)

    @pytest.fixture(autouse=True)
    def _told(self, world: World, owner: Member) -> None:
        self.owner = owner
        self.worsen(world, "0.08", at=MORNING - HOUR)
        send_digest(owner, day=MORNING.date(), as_of=MORNING)

    def next_mail(self, days: int = 1) -> str | None:
        before = len(mail.outbox)
        send_digest(self.owner, day=(MORNING + days * DAY).date(), as_of=MORNING + days * DAY)
        return mail.outbox[-1].body if len(mail.outbox) > before else None

    def test_is_told_once_with_its_new_figures(self, world: World) -> None:
        self.worsen(world, "0.12", at=MORNING + 20 * HOUR)
        said = self.next_mail()
        assert said is not None and "It got worse since we last wrote." in said and "12.0%" in said
        assert self.next_mail(2) is None

    def test_a_little_worse_is_silence(self, world: World) -> None:
        self.worsen(world, "0.09", at=MORNING + 20 * HOUR)
        assert self.next_mail() is None

    def test_worse_and_better_again_is_silence(self, world: World) -> None:
        self.worsen(world, "0.12", at=MORNING + 19 * HOUR)
        self.worsen(world, "0.08", at=MORNING + 20 * HOUR)
        assert self.next_mail() is None

    def test_what_was_decided_meanwhile_is_silence(self, world: World) -> None:
        self.worsen(world, "0.12", at=MORNING + 20 * HOUR)
        Recommendation.objects.update(status="accepted")
        assert self.next_mail() is None

    def test_a_change_of_rank_alone_is_silence(self, world: World) -> None:
        at = MORNING + 20 * HOUR
        more = [finding(as_of=at, subject=str(n), title="Other", points="30") for n in range(3)]
        seen(world.business, finding(as_of=at, evidence="0.08", title="Bring refunds down"), *more, as_of=at)
        said = self.next_mail()
        assert said is not None and "Bring refunds down" not in said


class TestHandingOver:
    """The row is committed before the mail server is asked, so that no mail goes out twice."""

    @pytest.fixture(autouse=True)
    def _news(self, world: World, owner: Member) -> None:
        self.owner = owner
        seen(world.business, finding(as_of=MORNING, title="Bring refunds down"), as_of=MORNING - HOUR)

    def try_once(self, days: int = 0) -> Digest | None:
        return send_digest(self.owner, day=(MORNING + days * DAY).date(), as_of=MORNING + days * DAY)

    def breaking(self, monkeypatch: pytest.MonkeyPatch, error: BaseException, *, after: bool = False) -> Any:
        real = EmailMultiAlternatives.send

        def broken(message: Any) -> None:
            if after:
                real(message)
            raise error

        context = monkeypatch.context()
        context.__enter__().setattr(EmailMultiAlternatives, "send", broken)
        return context

    def test_a_server_that_is_away_is_tried_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        broken = self.breaking(monkeypatch, OSError("down"))
        with pytest.raises(OSError, match="down"):
            self.try_once()
        broken.__exit__(None, None, None)
        assert not Digest.objects.exists()
        assert self.try_once() and len(mail.outbox) == 1

    @pytest.mark.parametrize("was_sent", [True, False])
    def test_a_process_that_dies_sends_nothing_twice(self, monkeypatch: pytest.MonkeyPatch, was_sent: bool) -> None:
        broken = self.breaking(monkeypatch, SystemExit(), after=was_sent)
        with pytest.raises(SystemExit):
            self.try_once()
        broken.__exit__(None, None, None)
        row = self.try_once()
        assert len(mail.outbox) == was_sent
        assert row is not None and row.handed_at == MORNING and row.sent_at is None
        self.try_once(1)
        assert "Bring refunds down" in mail.outbox[-1].body, "what may be lost is told by the next one"
        self.try_once(2)
        assert len(mail.outbox) == was_sent + 1

    def test_an_address_that_is_refused_for_good_is_not_tried_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        refused = smtplib.SMTPRecipientsRefused({"olivia@example.com": (550, b"no such user")})
        broken = self.breaking(monkeypatch, refused)
        row = self.try_once()
        broken.__exit__(None, None, None)
        assert row is not None and row.sent_at is None and self.try_once() == row and mail.outbox == []

    def test_an_address_that_is_busy_is_tried_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        busy = smtplib.SMTPRecipientsRefused({"olivia@example.com": (451, b"greylisted")})
        broken = self.breaking(monkeypatch, busy)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            self.try_once()
        broken.__exit__(None, None, None)
        assert self.try_once() and len(mail.outbox) == 1


class TestJobs:
    @pytest.fixture(autouse=True)
    def _morning(self, world: World, owner: Member, time_machine: Any) -> None:
        time_machine.move_to(MORNING, tick=False)
        seen(world.business, finding(as_of=MORNING), as_of=MORNING - HOUR)

    def test_the_day_is_worked_off_once(self, world: World, run_jobs: Callable[..., list[Any]]) -> None:
        for _ in range(2):
            digest_all.enqueue()
            assert all(job.state == "done" for job in run_jobs())
        assert len(mail.outbox) == 4 and Digest.objects.count() == 4  # one for each member

    def test_the_same_job_twice_sends_once(
        self, world: World, owner: Member, run_jobs: Callable[..., list[Any]]
    ) -> None:
        for _ in range(2):
            send.enqueue(world.business, member_id=owner.pk, day=MORNING.date().isoformat())
        assert [job.result for job in run_jobs()] == [{"sent": 1}, {"sent": 0}] and len(mail.outbox) == 1

    def test_beat_asks_only_businesses_whose_morning_it_is(self, run_jobs: Callable[..., list[Any]]) -> None:
        digest_all.enqueue()
        assert [job.result for job in run_jobs() if job.name == "recommendations.digest_all"] == [{"businesses": 1}]

    def test_a_job_of_another_business_reaches_nobody(
        self, world: World, owner: Member, run_jobs: Callable[..., list[Any]]
    ) -> None:
        send.enqueue(world.other, member_id=owner.pk, day=MORNING.date().isoformat())
        assert [job.result for job in run_jobs()] == [{"sent": 0}] and mail.outbox == []

    def test_jobs_of_the_version_before_still_run(self, world: World, run_jobs: Callable[..., list[Any]]) -> None:
        Job.objects.create(
            business=world.business, name=digest_job.name, queue="notifications", args={"day": "2026-06-15"},
            due_at=timezone.now(),
        )  # fmt: skip
        assert {job.state for job in run_jobs()} == {"done"} and len(mail.outbox) == 4
