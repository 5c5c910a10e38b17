"""The daily mail: once a day and member, in the business's morning, only what is new, and easy to stop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Member
from accounts.testing.world import World
from recommendations.digests.services import due_day, recipients, send_digest, stop_token
from recommendations.digests.tasks import digest as digest_job
from recommendations.digests.tasks import digest_all
from recommendations.models import Digest
from recommendations.testing.findings import finding, seen

DAY = timedelta(days=1)
MORNING = datetime(2026, 6, 15, 6, 30, tzinfo=UTC)  # half past eight in Berlin, half past two in New York
ClientOf = Callable[[Any], Client]


@pytest.fixture
def owner(world: World) -> Member:
    Member.objects.filter(business=world.business).update(joined_at=MORNING - 30 * DAY)
    return Member.objects.select_related("user").get(business=world.business, user=world.owner)


@pytest.mark.parametrize(
    ("hour", "day"), [(5, None), (6, date(2026, 6, 15)), (9, date(2026, 6, 15)), (10, None), (23, None)]
)
def test_morning_is_the_business_own(world: World, hour: int, day: date | None) -> None:
    assert due_day(world.business, as_of=datetime(2026, 6, 15, hour, tzinfo=UTC)) == day


def test_only_members_who_want_it_get_it(world: World) -> None:
    Member.objects.filter(business=world.business, user=world.viewer).update(wants_digest=False)
    assert {member.user for member in recipients(world.business)} == {world.owner, world.manager, world.member}


def test_what_is_new_is_told_once_in_text_and_html(world: World, owner: Member) -> None:
    seen(world.business, finding(as_of=MORNING, title="Bring <refunds> down"), as_of=MORNING - timedelta(hours=1))
    assert send_digest(world.business, owner, day=MORNING.date(), as_of=MORNING)
    assert send_digest(world.business, owner, day=MORNING.date(), as_of=MORNING + timedelta(hours=1)) is None
    (sent,) = mail.outbox
    html = sent.alternatives[0][0]  # type: ignore[attr-defined]
    assert sent.to == [world.owner.email] and sent.subject == "Acme: Bring <refunds> down"
    assert "Bring <refunds> down" in sent.body and "Bring &lt;refunds&gt; down" in html
    assert "+4.2 points" in sent.body and "estimate from payment data" in html
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_same_is_not_told_on_the_next_day(world: World, owner: Member) -> None:
    seen(world.business, finding(as_of=MORNING), as_of=MORNING - timedelta(hours=1))
    send_digest(world.business, owner, day=MORNING.date(), as_of=MORNING)
    seen(world.business, finding(as_of=MORNING), as_of=MORNING + timedelta(hours=20))
    later = send_digest(world.business, owner, day=(MORNING + DAY).date(), as_of=MORNING + DAY)
    assert later is not None and later.sent_at is None and len(mail.outbox) == 1


def test_nothing_new_sends_nothing_but_counts_as_done(world: World, owner: Member) -> None:
    send_digest(world.business, owner, day=MORNING.date(), as_of=MORNING)
    assert mail.outbox == [] and Digest.objects.count() == 1


def test_a_new_member_is_not_told_of_old_things(world: World, owner: Member) -> None:
    seen(world.business, finding(as_of=MORNING), as_of=MORNING - 20 * DAY)
    send_digest(world.business, owner, day=MORNING.date(), as_of=MORNING)
    assert mail.outbox == []


def test_more_than_five_are_counted_not_listed(world: World, owner: Member) -> None:
    findings = [finding(as_of=MORNING, subject=str(n), title=f"Advice {chr(97 + n)}") for n in range(8)]
    seen(world.business, *findings, as_of=MORNING - timedelta(hours=1))
    send_digest(world.business, owner, day=MORNING.date(), as_of=MORNING)
    assert "And 3 more." in mail.outbox[0].body and mail.outbox[0].body.count("Refunds were") == 5


def test_mail_that_cannot_be_sent_is_tried_again(world: World, owner: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.mail import EmailMultiAlternatives
    from django.db import transaction

    seen(world.business, finding(as_of=MORNING), as_of=MORNING - timedelta(hours=1))
    with monkeypatch.context() as broken:
        broken.setattr(EmailMultiAlternatives, "send", lambda self: (_ for _ in ()).throw(OSError("down")))
        with pytest.raises(OSError, match="down"), transaction.atomic():
            send_digest(world.business, owner, day=MORNING.date(), as_of=MORNING)
    assert Digest.objects.count() == 0
    assert send_digest(world.business, owner, day=MORNING.date(), as_of=MORNING) and len(mail.outbox) == 1


def test_another_business_advice_is_never_in_the_mail(world: World, owner: Member) -> None:
    seen(world.other, finding(as_of=MORNING, title="CANARY"), as_of=MORNING - timedelta(hours=1))
    send_digest(world.business, owner, day=MORNING.date(), as_of=MORNING)
    assert mail.outbox == []


class TestJobs:
    def test_the_day_is_worked_off_once(self, world: World, owner: Member, run_jobs: Callable[..., list[Any]]) -> None:
        from django.utils import timezone

        now = timezone.now()
        seen(world.business, finding(as_of=now), as_of=now - timedelta(hours=1))
        for _ in range(2):
            digest_job.enqueue(world.business, day=now.date().isoformat())
            assert all(job.state == "done" for job in run_jobs())
        assert len(mail.outbox) == 4 and Digest.objects.count() == 4  # one for each member

    def test_beat_asks_every_business(self, world: World, run_jobs: Callable[..., list[Any]]) -> None:
        digest_all.enqueue()
        assert [job.state for job in run_jobs() if job.name == "recommendations.digest_all"] == ["done"]


class TestStopping:
    def address(self, world: World, owner: Member) -> str:
        return reverse("recommendations:digest-stop", args=[stop_token(world.business, owner)])

    def test_opening_the_link_asks_and_posting_stops(self, world: World, owner: Member, client_of: ClientOf) -> None:
        nobody = client_of(None)
        assert "Stop the daily mail?" in nobody.get(self.address(world, owner)).content.decode()
        owner.refresh_from_db()
        assert owner.wants_digest
        strict = Client(enforce_csrf_checks=True)
        assert strict.post(self.address(world, owner), {"List-Unsubscribe": "One-Click"}).status_code == 200
        owner.refresh_from_db()
        assert not owner.wants_digest

    @pytest.mark.parametrize("token", ["x", "x:y:z"])
    def test_a_forged_link_is_nothing(self, world: World, client_of: ClientOf, token: str) -> None:
        assert client_of(None).get(reverse("recommendations:digest-stop", args=[token])).status_code == 404

    def test_a_link_of_an_ended_membership_is_nothing(self, world: World, owner: Member, client_of: ClientOf) -> None:
        address = self.address(world, owner)
        owner.delete()
        assert client_of(None).get(address).status_code == 404

    def test_the_page_has_the_same_switch(self, world: World, owner: Member, client_of: ClientOf) -> None:
        address = reverse("recommendations:digest-choose", args=[world.business.slug])
        client = client_of(world.owner)
        client.post(address, {})
        owner.refresh_from_db()
        assert not owner.wants_digest
        client.post(address, {"wants_digest": "on"})
        owner.refresh_from_db()
        assert owner.wants_digest
        assert client.get(address).status_code == 405
        assert client_of(world.stranger).post(address, {}).status_code == 404
