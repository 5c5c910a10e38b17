"""Invitations: whom they let in, and whom not."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.invitations import MailFailed, accept_invitation, invite, revoke_invitation
from accounts.models import Business, Event, Invitation, Member
from accounts.tenancy import acting_for
from accounts.testing.world import World, person


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def send(world: World, now: datetime, *, email: str = "guest@example.com", role: str = "analyst") -> str:
    """Invite and return the path of the link that was mailed."""
    with acting_for(world.business):
        invite(world.business, email=email, role=role, actor=world.owner, now=now)
    found = re.search(r"http://\S+?(/invitations/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def token_of(path: str) -> str:
    return path.strip("/").split("/")[-1]


pytestmark = pytest.mark.django_db


class TestAnInvitation:
    def test_lets_its_addressee_in_with_its_role(self, world: World, client_of: Any, now: datetime) -> None:
        path, guest = send(world, now), person("Guest")
        browser = client_of(guest)
        page = browser.get(path)
        assert page.status_code == 200 and "Join Acme" in page.content.decode()
        assert not Member.objects.filter(user=guest).exists(), "reading must not join"
        assert browser.post(path).status_code == 302
        assert Member.objects.get(user=guest).role == "analyst"
        joined = Event.objects.get(name="accounts.member.joined")
        assert (joined.actor, joined.business) == (guest, world.business)

    def test_is_mailed_without_its_token_being_kept(self, world: World, now: datetime) -> None:
        token = token_of(send(world, now))
        assert mail.outbox[0].to == ["guest@example.com"]
        assert mail.outbox[0].subject == "Olivia invites you to Acme on Bellwether"
        assert "as analyst" in mail.outbox[0].body and "7 days" in mail.outbox[0].body
        assert token not in str(Invitation.objects.values())

    def test_leads_nobody_in_particular_to_the_login_and_back(
        self, world: World, client_of: Any, now: datetime
    ) -> None:
        path = send(world, now)
        for answer in (client_of(None).get(path), client_of(None).post(path)):
            assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/?next=/invitations/")

    def test_opens_once(self, world: World, client_of: Any, now: datetime) -> None:
        path, browser = send(world, now), client_of(person("Guest"))
        browser.post(path)
        assert browser.post(path).status_code == 404 and browser.get(path).status_code == 404
        assert Event.objects.filter(name="accounts.member.joined").count() == 1

    def test_opens_for_its_address_only(self, world: World, client_of: Any, now: datetime) -> None:
        path = send(world, now)
        for stranger in (world.stranger, world.viewer):
            for answer in (client_of(stranger).get(path), client_of(stranger).post(path)):
                assert answer.status_code == 403
                assert "guest@example.com" not in answer.content.decode(), "the address is not told"
                assert "Acme" not in answer.content.decode().split("<main")[1].split("</main")[0]
        assert Invitation.objects.get().accepted_at is None

    def test_does_not_care_about_capitals(self, world: World, client_of: Any, now: datetime) -> None:
        path = send(world, now, email=" GUEST@Example.COM ")
        assert client_of(person("Guest")).post(path).status_code == 302

    @pytest.mark.parametrize("age", [timedelta(days=7), timedelta(days=400)])
    def test_expires(self, world: World, client_of: Any, now: datetime, age: timedelta) -> None:
        path, browser = send(world, now - age), client_of(person("Guest"))
        assert browser.get(path).status_code == 400 and browser.post(path).status_code == 400
        assert (
            "expired" in browser.get(path).content.decode()
            and Member.objects.filter(business=world.business).count() == 4
        )

    def test_works_until_the_last_day(self, world: World, client_of: Any, now: datetime) -> None:
        path = send(world, now - timedelta(days=6, hours=23))
        assert client_of(person("Guest")).post(path).status_code == 302

    def test_ends_when_it_is_withdrawn(self, world: World, client_of: Any, now: datetime) -> None:
        path = send(world, now)
        client_of(world.owner).post(
            reverse(
                "accounts:invitation_revoke", kwargs={"business": "acme", "invitation": Invitation.objects.get().pk}
            )
        )
        assert client_of(person("Guest")).post(path).status_code == 404
        assert Event.objects.filter(name="accounts.invitation.revoked").exists()

    def test_ends_when_a_newer_one_is_sent(self, world: World, client_of: Any, now: datetime) -> None:
        first, second = send(world, now), send(world, now, role="viewer")
        browser = client_of(person("Guest"))
        assert browser.post(first).status_code == 404 and browser.post(second).status_code == 302
        assert Member.objects.get(user__email="guest@example.com").role == "viewer"

    def test_cannot_be_guessed(self, client_of: Any, world: World) -> None:
        assert client_of(world.stranger).get("/invitations/guess/").status_code == 404
        assert client_of(world.stranger).get("/invitations/%00/").status_code == 404

    def test_does_not_change_the_role_of_who_is_in_already(self, world: World, now: datetime) -> None:
        token, guest = token_of(send(world, now)), person("Guest")
        Member.objects.create(business=world.business, user=guest, role="manager")
        with acting_for(Business(pk=world.other.pk)):
            assert accept_invitation(token, user=guest, now=now).role == "manager"


class TestInviting:
    @pytest.mark.parametrize(
        ("email", "role", "said"),
        [
            ("nonsense", "viewer", "no e-mail"),
            ("", "viewer", "no e-mail"),
            ("Vera@example.com", "viewer", "member already"),
            ("x@example.com", "pirate", "A role is"),
            ("a@example.com\nBcc: b@example.com", "viewer", "no e-mail"),
        ],
    )
    def test_refuses_what_cannot_be(self, world: World, client_of: Any, email: str, role: str, said: str) -> None:
        answer = client_of(world.owner).post(
            reverse("accounts:invite", kwargs={"business": "acme"}), {"email": email, "role": role}, follow=True
        )
        assert said in str(next(iter(answer.context["messages"])))
        assert not mail.outbox and not Invitation.objects.exists()

    def test_writes_nothing_when_the_mail_does_not_leave(
        self, world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_: Any, **__: Any) -> None:
            raise SMTPServerDisconnected("away")

        monkeypatch.setattr("accounts.invitations.send_mail", away)
        with pytest.raises(MailFailed), acting_for(world.business):
            invite(world.business, email="x@example.com", role="viewer", actor=world.owner, now=now)
        assert not Invitation.objects.exists() and not Event.objects.exists()

    def test_withdraws_only_its_own(self, world: World, now: datetime) -> None:
        with acting_for(world.other):
            invite(world.other, email="x@example.com", role="viewer", actor=world.stranger, now=now)
        theirs = Invitation.objects.get().pk
        with pytest.raises(Exception, match="no such"), acting_for(world.business):
            revoke_invitation(world.business, invitation_id=theirs, actor=world.owner, now=now)
        assert Invitation.objects.get().revoked_at is None

    def test_asks_an_existing_member_in_another_business_too(self, world: World, now: datetime, client_of: Any) -> None:
        path = send(world, now, email="stan@example.com")
        assert client_of(world.stranger).post(path).status_code == 302
        assert Member.objects.filter(user=world.stranger).count() == 2
