"""The page of what one is told, and the links that end a kind of mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from accounts.models import Business, Member
from accounts.testing.pages import FiveQuestions
from accounts.testing.world import World
from recommendations.models import MailPreference
from recommendations.preferences.kinds import MailKind
from recommendations.preferences.mails import SALT, stop_token
from recommendations.preferences.queries import preferences_of

ClientOf = Callable[[Any], Client]
GOOD = {"advice": "weekly", "told": ["source"], "quiet_from": "22:00", "quiet_until": "07:00", "time_zone": ""}


class TestPreferencesPage(FiveQuestions):
    url = "recommendations:preferences"
    queries = 11


@pytest.fixture
def address(world: World) -> str:
    return reverse("recommendations:preferences", args=[world.business.slug])


@pytest.fixture
def owner(world: World) -> Member:
    return Member.objects.select_related("user", "business").get(business=world.business, user=world.owner)


def test_saves_with_a_message_and_shows_what_holds(world: World, address: str, client_of: ClientOf) -> None:
    client = client_of(world.owner)
    said = client.post(address, GOOD, follow=True).content.decode()
    row = MailPreference.objects.get()
    assert (row.advice, row.tells_source, row.tells_job, row.quiet_from) == ("weekly", True, False, time(22))
    assert "Saved. It holds from the next mail on." in said and 'value="22:00"' in said
    assert "Nothing changed" in client.post(address, GOOD, follow=True).content.decode()


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"advice": "hourly"}, "advice", "Select a valid choice"),
        ({"advice": ""}, "advice", "This field is required"),
        ({"told": ["source", "weather"]}, "told", "Select a valid choice"),
        ({"told": ["coach"]}, "told", "Select a valid choice"),  # no trading desk
        ({"time_zone": "Mars/Olympus"}, "time_zone", "Select a valid choice"),
        ({"quiet_from": ""}, "quiet_from", "Say from when as well"),
        ({"quiet_until": ""}, "quiet_until", "Say until when as well"),
        ({"quiet_from": "25:00"}, "quiet_from", "Enter a valid time"),
        ({"quiet_until": "soon"}, "quiet_until", "Enter a valid time"),
        ({"quiet_from": "07:30"}, "quiet_until", "Leave at least one hour"),
    ],
)
def test_what_cannot_be_is_said_at_the_field(
    world: World, address: str, client_of: ClientOf, changed: dict[str, Any], field: str, says: str
) -> None:
    response = client_of(world.owner).post(address, GOOD | changed)
    assert response.status_code == 200 and not MailPreference.objects.exists()
    (error,) = response.context["form"].errors[field]
    assert says in error and f'id="id_{field}_error"' in response.content.decode()


def test_kinds_of_trading_are_asked_only_where_the_desk_is_on(
    world: World, owner: Member, address: str, client_of: ClientOf
) -> None:
    client = client_of(world.owner)
    assert "coach" not in client.get(address).content.decode()
    client.post(address, GOOD)
    assert preferences_of(Member.objects.get(pk=owner.pk)).told == {"source", "trading", "coach"}, "kept, not asked"
    Business.objects.filter(pk=world.business.pk).update(desks=["payments", "trading"])
    assert "The coach’s letter" in client.get(address).content.decode()
    client.post(address, GOOD)
    assert preferences_of(Member.objects.get(pk=owner.pk)).told == {"source"}


def test_a_zone_that_the_api_chose_stays_choosable(
    world: World, owner: Member, address: str, client_of: ClientOf
) -> None:
    MailPreference.objects.create(business=world.business, member=owner, time_zone="Etc/GMT+5")
    client = client_of(world.owner)
    assert client.post(address, GOOD | {"time_zone": "Etc/GMT+5"}).status_code == 302
    assert MailPreference.objects.get().time_zone == "Etc/GMT+5"


def test_is_each_member_own(world: World, address: str, client_of: ClientOf) -> None:
    client_of(world.viewer).post(address, GOOD)
    assert [row.member.user for row in MailPreference.objects.all()] == [world.viewer]
    assert client_of(world.stranger).post(address, GOOD).status_code == 404
    assert client_of(None).post(address, GOOD).status_code == 302


@pytest.mark.parametrize("page", ["recommendations:list", "recommendations:alerts"])
def test_is_found_from_the_board_and_the_drawer(world: World, address: str, client_of: ClientOf, page: str) -> None:
    assert address in client_of(world.owner).get(reverse(page, args=[world.business.slug])).content.decode()


class TestStopping:
    def there(self, token: str) -> str:
        return reverse("recommendations:digest-stop", args=[token])

    @pytest.mark.parametrize("kind", list(MailKind))
    def test_opening_asks_and_posting_stops(self, owner: Member, client_of: ClientOf, kind: MailKind) -> None:
        address, nobody = self.there(stop_token(owner, kind)), client_of(None)
        assert f"Stop {kind.label}?".replace("'", "&#x27;") in nobody.get(address).content.decode()
        assert nobody.head(address).status_code == 200 and not MailPreference.objects.exists()
        MailPreference.objects.create(
            business=owner.business, member=owner, advice="weekly" if kind == "weekly" else "daily"
        )
        strict = Client(enforce_csrf_checks=True)
        for _ in range(2):
            said = strict.post(address, {"List-Unsubscribe": "One-Click"})
            assert said.status_code == 200 and "Other mails go on as before" in said.content.decode()
        found = preferences_of(Member.objects.get(pk=owner.pk))
        assert (found.advice == "never") == (kind in ("daily", "weekly"))
        assert ("coach" not in found.told) == (kind == "coach") and ("job" not in found.told) == (kind == "alerts")

    def test_links_from_before_there_were_kinds_end_the_daily_mail(self, owner: Member, client_of: ClientOf) -> None:
        old = signing.dumps([str(owner.business_id), owner.pk], salt=SALT)
        assert client_of(None).post(self.there(old)).status_code == 200
        assert MailPreference.objects.get().advice == "never"

    @pytest.mark.parametrize("body", ["x", [], ["x"], ["not-a-uuid", 1], [None, None], {"a": 1}, 7, None])
    def test_what_we_signed_for_something_else_is_nothing(self, db: Any, client_of: ClientOf, body: Any) -> None:
        assert client_of(None).get(self.there(signing.dumps(body, salt=SALT))).status_code == 404

    @pytest.mark.parametrize("token", ["x", "x:y:z", "é:y:z", "a" * 3000])
    def test_a_forged_link_is_nothing(self, db: Any, client_of: ClientOf, token: str) -> None:
        assert client_of(None).post(self.there(token)).status_code == 404

    def test_an_unknown_kind_is_nothing(self, owner: Member, client_of: ClientOf) -> None:
        token = signing.dumps([str(owner.business_id), owner.pk, "everything"], salt=SALT)
        assert client_of(None).post(self.there(token)).status_code == 404

    def test_a_link_of_an_ended_membership_is_nothing(self, owner: Member, client_of: ClientOf) -> None:
        address = self.there(stop_token(owner, MailKind.DAILY))
        owner.delete()
        assert client_of(None).get(address).status_code == 404

    def test_a_link_with_another_business_is_nothing(self, world: World, owner: Member, client_of: ClientOf) -> None:
        token = signing.dumps([str(world.other.pk), owner.pk, "daily"], salt=SALT)
        assert client_of(None).post(self.there(token)).status_code == 404 and not MailPreference.objects.exists()
