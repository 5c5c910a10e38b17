"""The pages of a business's owners, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.invitations import invite
from accounts.keys import create_key
from accounts.models import ApiKey, Business, Event, Invitation, Member
from accounts.testing.deeds import FourRefusals
from accounts.testing.pages import FiveQuestions
from accounts.testing.world import World


def names(world: World) -> list[str]:
    return list(Event.objects.filter(business=world.business).order_by("at", "pk").values_list("name", flat=True))


def address(name: str, world: World, **kwargs: Any) -> str:
    return reverse(name, kwargs={"business": world.business.slug, **kwargs})


class TestSettingsPage(FiveQuestions):
    url = "accounts:settings"
    permission = "write:business"
    queries = 10


class TestMembersPage(FiveQuestions):
    url = "accounts:members"
    permission = "read:members"
    queries = 12


class TestKeysPage(FiveQuestions):
    url = "accounts:keys"
    permission = "write:keys"
    queries = 11


class TestEventsPage(FiveQuestions):
    url = "accounts:events"
    permission = "write:business"
    queries = 11


class TestInviteDeed(FourRefusals):
    url = "accounts:invite"
    permission = "write:members"


class TestRevokeInvitationDeed(FourRefusals):
    url = "accounts:invitation_revoke"
    permission = "write:members"
    kwargs = {"invitation": 1}


class TestChangeRoleDeed(FourRefusals):
    url = "accounts:member_role"
    permission = "write:members"
    kwargs = {"member": 1}


class TestRemoveMemberDeed(FourRefusals):
    url = "accounts:member_remove"
    permission = "write:members"
    kwargs = {"member": 1}


class TestLeaveDeed(FourRefusals):
    url = "accounts:leave"
    permission = "read:analytics"


class TestRevokeKeyDeed(FourRefusals):
    url = "accounts:key_revoke"
    permission = "write:keys"
    kwargs = {"key": 1}


class TestSwitch:
    def test_leads_members_in_and_hides_from_strangers(self, world: World, client_of: Any) -> None:
        there = address("accounts:switch", world)
        assert client_of(world.viewer).get(there).status_code == 302
        assert client_of(world.stranger).get(there).status_code == 404


@pytest.fixture
def owner(world: World, client_of: Any) -> Client:
    return client_of(world.owner)


class TestChangingTheBusiness:
    FORM = {
        "name": "Acme Ltd", "currency": "jpy", "time_zone": "Asia/Tokyo", "industry": "Retail",
        "legal_entity": "Acme K.K.", "founded_on": "2019-04-01", "revenue_estimate": "1500000",
    }  # fmt: skip

    def test_is_saved_in_minor_units_of_its_currency(self, world: World, owner: Client) -> None:
        assert owner.post(address("accounts:settings", world), self.FORM).status_code == 302
        world.business.refresh_from_db()
        assert (world.business.name, world.business.time_zone) == ("Acme Ltd", "Asia/Tokyo")
        assert world.business.revenue_estimate == 1_500_000  # the yen has no decimals
        assert str(world.business.founded_on) == "2019-04-01" and world.business.slug == "acme"

    def test_leaves_one_event_that_names_the_fields(self, world: World, owner: Client) -> None:
        owner.post(address("accounts:settings", world), self.FORM)
        event = Event.objects.get(business=world.business)
        assert event.name == "accounts.business.updated" and "time_zone" in event.ids["fields"]

    def test_without_a_change_leaves_nothing(self, world: World, owner: Client) -> None:
        same = {"name": "Acme", "currency": "usd", "time_zone": "Europe/Berlin"}
        assert owner.post(address("accounts:settings", world), same).status_code == 302
        assert names(world) == []

    @pytest.mark.parametrize(
        "wrong",
        [{"name": ""}, {"currency": "xxx"}, {"time_zone": "Mars/Base"}, {"revenue_estimate": "-1"},
         {"founded_on": "31.02.2020"}, {"revenue_estimate": "1e30"}],
    )  # fmt: skip
    def test_refuses_what_cannot_be(self, world: World, owner: Client, wrong: dict[str, str]) -> None:
        response = owner.post(address("accounts:settings", world), {**self.FORM, **wrong})
        assert response.status_code == 200 and response.context["form"].errors
        assert Business.objects.get(pk=world.business.pk).name == "Acme"

    def test_shows_the_estimate_in_whole_units(self, world: World, owner: Client) -> None:
        Business.objects.filter(pk=world.business.pk).update(revenue_estimate=123_450)
        assert 'value="1234.50"' in owner.get(address("accounts:settings", world)).content.decode()


class TestRoles:
    def test_change_with_an_event(self, world: World, owner: Client) -> None:
        row = Member.objects.get(user=world.viewer)
        owner.post(address("accounts:member_role", world, member=row.pk), {"role": "manager"})
        row.refresh_from_db()
        event = Event.objects.get(business=world.business)
        assert row.role == "manager" and (event.ids["before"], event.ids["after"]) == ("viewer", "manager")

    def test_the_last_owner_stays_one(self, world: World, owner: Client) -> None:
        row = Member.objects.get(user=world.owner)
        for deed, form in (("member_role", {"role": "viewer"}), ("member_remove", {})):
            response = owner.post(address(f"accounts:{deed}", world, member=row.pk), form, follow=True)
            assert "last owner" in str(next(iter(response.context["messages"])))
        owner.post(address("accounts:leave", world))
        row.refresh_from_db()
        assert row.role == "owner" and names(world) == []

    def test_one_of_two_owners_may_go(self, world: World, owner: Client) -> None:
        Member.objects.filter(user=world.manager).update(role="owner")
        owner.post(address("accounts:leave", world))
        assert not Member.objects.filter(user=world.owner).exists()
        assert names(world) == ["accounts.member.left"]

    @pytest.mark.parametrize("role", ["", "pirate", "OWNER"])
    def test_refuse_what_is_no_role(self, world: World, owner: Client, role: str) -> None:
        row = Member.objects.get(user=world.viewer)
        owner.post(address("accounts:member_role", world, member=row.pk), {"role": role})
        row.refresh_from_db()
        assert row.role == "viewer"

    def test_of_another_business_cannot_be_touched(self, world: World, owner: Client) -> None:
        theirs = Member.objects.get(user=world.stranger)
        for deed, form in (("member_role", {"role": "viewer"}), ("member_remove", {})):
            assert owner.post(address(f"accounts:{deed}", world, member=theirs.pk), form).status_code == 404
        theirs.refresh_from_db()
        assert theirs.role == "owner"

    def test_whoever_is_removed_is_out_at_once(self, world: World, owner: Client, client_of: Any) -> None:
        theirs = client_of(world.viewer)
        assert theirs.get(address("accounts:switch", world)).status_code == 302
        owner.post(address("accounts:member_remove", world, member=Member.objects.get(user=world.viewer).pk))
        assert theirs.get(address("accounts:switch", world)).status_code == 404
        assert names(world) == ["accounts.member.removed"]


class TestKeys:
    def make(self, world: World, owner: Client, **form: Any) -> Any:
        given = {"name": "Export", "scopes": ["read:analytics"], "lifetime": "90", **form}
        return owner.post(address("accounts:keys", world), given)

    def test_are_shown_once_and_kept_as_a_hash(self, world: World, owner: Client) -> None:
        response = self.make(world, owner)
        text = response.context["made"].text
        key = ApiKey.objects.get()
        assert text in response.content.decode() and "no-store" in response["Cache-Control"]
        assert text not in str(key.__dict__) and key.prefix == text[:11]
        assert text not in owner.get(address("accounts:keys", world)).content.decode()

    @pytest.mark.parametrize(
        "wrong", [{"scopes": []}, {"scopes": ["write:members"]}, {"name": ""}, {"lifetime": "-5"}, {"lifetime": "x"}]
    )
    def test_are_refused_beyond_their_scopes(self, world: World, owner: Client, wrong: dict[str, Any]) -> None:
        assert self.make(world, owner, **wrong).context["form"].errors
        assert not ApiKey.objects.exists()

    def test_end_when_they_are_revoked(self, world: World, owner: Client) -> None:
        self.make(world, owner)
        owner.post(address("accounts:key_revoke", world, key=ApiKey.objects.get().pk))
        assert ApiKey.objects.get().revoked_at is not None
        assert names(world) == ["accounts.key.created", "accounts.key.revoked"]

    def test_of_another_business_cannot_be_revoked(self, world: World, owner: Client) -> None:
        theirs = create_key(
            world.other, name="x", scopes=["read:analytics"], actor=world.stranger, now=timezone.now()
        ).key
        assert owner.post(address("accounts:key_revoke", world, key=theirs.pk)).status_code == 404
        theirs.refresh_from_db()
        assert theirs.revoked_at is None


class TestTheMembersPage:
    def test_asks_no_more_queries_for_more_people(
        self, world: World, owner: Client, django_assert_num_queries: Any
    ) -> None:
        for number in range(20):
            invite(world.business, email=f"p{number}@example.com", role="viewer", actor=world.owner, now=timezone.now())
        with django_assert_num_queries(TestMembersPage.queries):
            owner.get(address("accounts:members", world))

    def test_offers_managers_no_buttons(self, world: World, client_of: Any) -> None:
        page = client_of(world.manager).get(address("accounts:members", world)).content.decode()
        assert "Send invitation" not in page and "vera@example.com" in page

    def test_marks_what_has_expired(self, world: World, owner: Client) -> None:
        invite(
            world.business, email="late@example.com", role="viewer", actor=world.owner,
            now=timezone.now() - timedelta(days=8),
        )  # fmt: skip
        assert "expired" in owner.get(address("accounts:members", world)).content.decode()
        assert Invitation.objects.count() == 1


class TestTheEventsPage:
    def test_tells_who_did_what(self, world: World, owner: Client) -> None:
        owner.post(address("accounts:settings", world), TestChangingTheBusiness.FORM)
        page = owner.get(address("accounts:events", world)).content.decode()
        assert "Business updated" in page and "Olivia" in page

    def test_shows_only_its_own_business(self, world: World, owner: Client) -> None:
        Event.objects.create(business=world.other, name="accounts.key.created")
        assert "Key created" not in owner.get(address("accounts:events", world)).content.decode()
