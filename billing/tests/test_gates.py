"""Where the plan says no: pages, calls, export, members. It says what is missing, and reading goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.invitations import accept_invitation, invite
from accounts.models import Business, Member
from accounts.permissions import Role
from accounts.testing.world import World, person
from accounts.tokens import issue_tokens
from billing.entitlements import NotEntitled
from billing.grants import grant
from billing.models import Grant, Plan, PlanFeature

ClientOf = Callable[[Any], Client]
DAY = timedelta(days=1)


@pytest.fixture
def free(world: World, wakeups: Any) -> World:
    """The standing world on the free plan."""
    Grant.objects.all().delete()
    from billing.grants import renew_version

    renew_version([world.business, world.other])
    return world


def unpaid(world: World) -> None:
    """A plan whose payment failed for longer than its grace."""
    now = timezone.now()
    pro = Plan.objects.get(key="pro")
    grant(world.business, pro, source="stripe", external_id="sub_1", valid_from=now - DAY, read_only_from=now - DAY)


class TestADesk:
    url = "/b/acme/payments/readiness/"

    def close(self, world: World) -> None:
        from billing.grants import renew_version

        PlanFeature.objects.filter(plan__key="free", key="desk.payments").update(value=0)
        renew_version([world.business])

    def test_is_open_when_the_plan_has_it(self, free: World, client_of: ClientOf) -> None:
        assert client_of(free.owner).get(self.url).status_code == 200

    def test_shows_a_gate_that_names_the_plan(self, free: World, client_of: ClientOf) -> None:
        self.close(free)
        answer = client_of(free.owner).get(self.url)
        assert answer.status_code == 402
        text = answer.content.decode()
        assert "The payments desk is not part of your plan" in text and "/b/acme/settings/plan/" in text

    def test_sends_a_member_to_an_owner(self, free: World, client_of: ClientOf) -> None:
        self.close(free)
        text = client_of(free.viewer).get(self.url).content.decode()
        assert "An owner of Acme can change the plan" in text and "/b/acme/settings/plan/" not in text

    def test_hides_itself_from_a_stranger_all_the_same(self, free: World, client_of: ClientOf) -> None:
        self.close(free)
        assert client_of(free.stranger).get(self.url).status_code == 404

    def test_answers_a_program_in_its_shape(self, free: World, client_of: ClientOf) -> None:
        self.close(free)
        token = issue_tokens(free.owner, now=timezone.now()).access
        answer = Client().get("/api/v1/readiness", headers={"Authorization": f"Bearer {token}"})
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["details"]["feature"]) == (
            402,
            "not_entitled",
            "desk.payments",
        )


class TestHistory:
    def test_reaches_as_far_as_the_plan_shows(self, free: World, client_of: ClientOf) -> None:
        client = client_of(free.owner)
        assert client.get("/b/acme/payments/metrics/?period=12m").status_code == 200
        answer = client.get("/b/acme/payments/metrics/?period=2024-01-01..2024-06-30")
        assert answer.status_code == 402
        assert "12\u00a0months of history. What is older is kept. The Payments plan has it." in answer.content.decode()

    def test_is_not_limited_by_a_plan_without_a_limit(self, world: World, client_of: ClientOf, wakeups: Any) -> None:
        address = "/b/acme/payments/metrics/?period=2024-01-01..2024-06-30"
        assert client_of(world.owner).get(address).status_code == 200


class TestExport:
    def test_is_not_in_the_free_plan(self, free: World, client_of: ClientOf) -> None:
        from django.urls import reverse

        url = reverse("payments:metrics-file", kwargs={"business": "acme"})
        answer = client_of(free.owner).get(url)
        assert answer.status_code == 402 and "Export is not part of your plan" in answer.content.decode()

    def test_stays_open_while_a_payment_is_missing(self, free: World, client_of: ClientOf) -> None:
        from django.urls import reverse

        unpaid(free)
        url = reverse("payments:metrics-file", kwargs={"business": "acme"})
        assert client_of(free.owner).get(url).status_code == 200


class TestAMissingPayment:
    def test_lets_people_read_and_refuses_new_work(self, free: World, client_of: ClientOf) -> None:
        unpaid(free)
        client = client_of(free.owner)
        assert client.get("/b/acme/payments/readiness/").status_code == 200
        assert client.get("/b/acme/agent/").status_code == 200
        answer = client.post("/b/acme/agent/ask/", {"message": "How am I doing?"})
        assert answer.status_code == 402 and "A payment is missing" in answer.content.decode()

    def test_never_stands_in_the_way_of_settings(self, free: World, client_of: ClientOf) -> None:
        unpaid(free)
        client = client_of(free.owner)
        assert client.get("/b/acme/settings/members/").status_code == 200
        member = Member.objects.get(business=free.business, user=free.viewer)
        assert client.post(f"/b/acme/settings/members/{member.pk}/remove/").status_code == 302


class TestMembers:
    def test_over_the_limit_are_not_invited(self, free: World) -> None:
        now = timezone.now()
        with pytest.raises(NotEntitled, match="team member"):
            invite(free.business, email="new@example.com", role=Role.VIEWER, actor=free.owner, now=now)

    def test_open_invitations_count(self, free: World) -> None:
        now = timezone.now()
        alone = Business.objects.create(slug="solo", name="Solo")
        Member.objects.create(business=alone, user=free.owner, role=Role.OWNER)
        invite(alone, email="one@example.com", role=Role.VIEWER, actor=free.owner, now=now)
        invite(alone, email="one@example.com", role=Role.VIEWER, actor=free.owner, now=now)
        with pytest.raises(NotEntitled):
            invite(alone, email="two@example.com", role=Role.VIEWER, actor=free.owner, now=now)

    def test_cannot_come_in_by_an_old_invitation(self, free: World, monkeypatch: pytest.MonkeyPatch) -> None:
        now = timezone.now()
        given = grant(free.business, Plan.objects.get(key="pro"), source="manual", valid_from=now - DAY)
        tokens: list[str] = []
        monkeypatch.setattr("accounts.invitations._mail", lambda invitation, token: tokens.append(token))
        invite(free.business, email="late@example.com", role=Role.VIEWER, actor=free.owner, now=now)
        given.delete()
        from billing.grants import renew_version

        renew_version([free.business])
        with pytest.raises(NotEntitled):
            accept_invitation(tokens[0], user=person("late"), now=now)

    def test_who_are_there_already_stay(self, free: World, client_of: ClientOf) -> None:
        assert Member.objects.filter(business=free.business).count() == 4
        assert client_of(free.viewer).get("/b/acme/payments/readiness/").status_code == 200
