"""From the mailed link to an open desk, and everything that must not open one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client, override_settings
from django.utils import timezone

from accounts.models import Business, Event, Job, Member, User
from accounts.people import mark_email_verified
from accounts.secrets import token_hash
from accounts.testing.world import World
from billing.activation import links
from billing.activation.tests.conftest import token_in
from billing.entitlements import entitlements
from billing.models import Activation, Grant, OdooOrder
from billing.testing.odoo import AUTOPSY, EMAIL, at, line, payment, reading, taken

pytestmark = pytest.mark.django_db


def address(token: str) -> str:
    return f"/activate/link/{token}/"


def businesses() -> list[Business]:
    return list(Business.objects.exclude(slug__in=("acme", "zenith")))


class TestTheLink:
    def test_is_kept_as_a_hash_only(self, token: str) -> None:
        link = Activation.objects.get()
        assert link.token_hash == token_hash(token) and len(token) >= 22
        assert link.expires_at - link.created_at == timedelta(minutes=30)

    def test_a_scanner_that_opens_it_uses_nothing_up(self, client: Client, token: str) -> None:
        for method in (client.get, client.head, client.get):
            assert method(address(token)).status_code == 200
        assert Activation.objects.get().consumed_at is None and businesses() == [] and User.objects.count() == 0
        assert "Open my desk" in client.get(address(token)).content.decode()

    def test_the_button_makes_person_business_owner_desk_and_grant(self, client: Client, token: str) -> None:
        response = client.post(address(token))
        made = businesses()[0]
        assert response.status_code == 302 and response["Location"].startswith(f"/b/{made.slug}/")
        owner = Member.objects.get(business=made)
        assert (owner.user.email, owner.role) == (EMAIL, "owner")
        assert not owner.user.has_usable_password()
        assert "trading" in made.desks and made.currency == "usd"
        assert entitlements(made, at=timezone.now()).has("desk.trading")
        assert Grant.objects.get(business=made).external_id == "shop:42:1"
        assert client.get(f"/b/{made.slug}/settings/").status_code == 200  # signed in
        assert Event.objects.filter(name="billing.activation.completed", business=made).count() == 1

    def test_works_once(self, token: str) -> None:
        Client().post(address(token))
        again = Client().post(address(token))
        assert again.status_code == 404 and "This link was used" in again.content.decode()
        assert Client().get(address(token)).status_code == 404
        assert len(businesses()) == 1 and Grant.objects.filter(source="odoo").count() == 1

    def test_ends_and_can_be_replaced_by_its_own_page(
        self, client: Client, token: str, run_jobs: Callable[..., Any]
    ) -> None:
        Activation.objects.update(expires_at=timezone.now())
        gone = client.post(address(token))
        assert gone.status_code == 404 and "Send me a new link" in gone.content.decode()
        assert businesses() == []
        client.post(f"{address(token)}again/")
        run_jobs()
        assert Client().post(address(token_in(mail.outbox[-1].body))).status_code == 302

    def test_a_newer_link_makes_the_older_useless(self, order: OdooOrder, token: str) -> None:
        links.send_link(order, now=timezone.now())
        assert Client().post(address(token)).status_code == 404
        assert Client().post(address(token_in(mail.outbox[-1].body))).status_code == 302

    @pytest.mark.parametrize("wrong", ["x" * 43, "..", "%00", "a"])
    def test_an_unknown_one_is_like_any_dead_one(self, client: Client, wrong: str) -> None:
        assert client.get(address(wrong)).status_code == 404
        assert client.post(address(wrong)).status_code == 404

    def test_dies_with_a_refund_and_with_a_cancellation(self, order: OdooOrder, token: str) -> None:
        now = timezone.now()
        taken(reading(version=now + timedelta(seconds=1), state="cancel"), now=now)
        assert Client().post(address(token)).status_code == 404
        assert businesses() == []

    def test_is_shown_to_nobody_else(self, client: Client, token: str) -> None:
        response = client.get(address(token))
        assert "no-store" in response["Cache-Control"]
        # The address stays here. `no-referrer` would also blank the Origin of the button's POST, which CSRF asks for.
        assert response["Referrer-Policy"] == "same-origin"


class TestWho:
    def test_somebody_with_an_account_has_to_sign_in_and_the_link_stays_good(
        self, token: str, client_of: Callable[[Any], Client]
    ) -> None:
        david = User.objects.create_user(EMAIL, "a-long-enough-phrase", name="David")
        mark_email_verified(david)
        response = Client().post(address(token))
        assert response.status_code == 302 and "/accounts/login/" in response["Location"]
        assert Activation.objects.get().consumed_at is None
        assert client_of(david).post(address(token)).status_code == 302
        assert Member.objects.get(user=david).business == businesses()[0]

    def test_whoever_signed_up_with_a_foreign_address_loses_it(self, token: str) -> None:
        squatter = User.objects.create_user(EMAIL, "known-to-the-squatter", name="Not David")
        session = Client()
        session.force_login(squatter, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert Client().post(address(token)).status_code == 302
        squatter.refresh_from_db()
        assert not squatter.check_password("known-to-the-squatter")
        assert session.get("/home/")["Location"].startswith("/accounts/login/")

    def test_a_closed_account_opens_nothing(self, token: str) -> None:
        User.objects.create_user(EMAIL, name="David", is_active=False)
        assert Client().post(address(token)).status_code == 403
        assert businesses() == [] and Activation.objects.get().consumed_at is None

    def test_a_signed_in_owner_may_add_the_plan_to_a_business(
        self, world: World, token: str, client_of: Callable[[Any], Client]
    ) -> None:
        owner = client_of(world.owner)
        assert "Acme" in owner.get(address(token)).content.decode()
        assert owner.post(address(token), {"into": str(world.business.pk)}).status_code == 302
        assert Grant.objects.get(source="odoo").business == world.business and businesses() == []

    @pytest.mark.parametrize("who", ["member", "stranger"])
    def test_nobody_may_add_it_to_a_business_that_is_not_theirs(
        self, world: World, token: str, client_of: Callable[[Any], Client], who: str
    ) -> None:
        person = client_of(getattr(world, who))
        assert person.post(address(token), {"into": str(world.business.pk)}).status_code == 400
        assert person.post(address(token), {"into": "no-uuid"}).status_code == 400
        assert Grant.objects.filter(source="odoo").count() == 0 and Activation.objects.get().consumed_at is None

    def test_two_orders_of_one_address_open_two_businesses_of_one_person(
        self, order: OdooOrder, token: str, run_jobs: Callable[..., Any]
    ) -> None:
        now = timezone.now()
        taken(reading(43, version=now, ordered_at=now), now=now)
        run_jobs()
        second = token_in(mail.outbox[-1].body)
        client = Client()
        client.post(address(token))
        client.post(address(second))
        assert User.objects.filter(email=EMAIL).count() == 1
        assert {grant.external_id for grant in Grant.objects.filter(source="odoo")} == {"shop:42:1", "shop:43:1"}


class TestAlreadyPurchased:
    def ask(self, number: str, email: str) -> Any:
        return Client().post("/activate/", {"order": number, "email": email})

    def answers(
        self, run_jobs: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, number: str, email: str
    ) -> list[Any]:
        monkeypatch.setattr("billing.odoo.tasks.connected", lambda: None)
        mail.outbox.clear()
        assert self.ask(number, email)["Location"] == "/activate/asked/"
        run_jobs()
        return mail.outbox

    def test_the_page_answers_all_the_same(self, order: OdooOrder) -> None:
        answers = [self.ask(*pair) for pair in (("S00042", EMAIL), ("S99999", EMAIL), ("S00042", "other@x.example"))]
        assert len({(answer.status_code, answer["Location"]) for answer in answers}) == 1
        assert Job.objects.filter(name="billing.odoo.look_up").count() == 3

    def test_the_buyer_gets_a_new_link(
        self, order: OdooOrder, token: str, run_jobs: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent = self.answers(run_jobs, monkeypatch, " s00042 ", EMAIL.upper())
        assert [message.to for message in sent] == [[EMAIL]]
        assert Client().get(address(token)).status_code == 404

    @pytest.mark.parametrize(("number", "email"), [("S99999", EMAIL), ("S00042", "other@x.example")])
    def test_anybody_else_gets_nothing(
        self, order: OdooOrder, run_jobs: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, number: str, email: str
    ) -> None:
        assert self.answers(run_jobs, monkeypatch, number, email) == []

    def test_who_activated_already_is_told_where_to_sign_in(
        self, order: OdooOrder, token: str, run_jobs: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Client().post(address(token))
        sent = self.answers(run_jobs, monkeypatch, "S00042", EMAIL)
        assert len(sent) == 1 and "/accounts/login/" in sent[0].body and "/activate/link/" not in sent[0].body

    def test_a_one_off_buyer_gets_the_page_of_the_order(
        self, run_jobs: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        taken(reading(lines=(line(AUTOPSY),)))
        run_jobs()
        sent = self.answers(run_jobs, monkeypatch, "S00042", EMAIL)
        assert len(sent) == 1 and "/orders/" in sent[0].body

    def test_an_unpaid_or_parked_order_gets_nothing(
        self, run_jobs: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        taken(reading(1, paid=False, name="S1"))
        taken(reading(2, name="S2", payments=(payment(amount=25_000, currency="eur"),), version=at(2)))
        run_jobs()  # staff hears of the parked one
        assert self.answers(run_jobs, monkeypatch, "S1", EMAIL) == []
        assert self.answers(run_jobs, monkeypatch, "S2", EMAIL) == []

    @pytest.mark.parametrize(
        ("number", "email"),
        [("", EMAIL), ("'; drop table", EMAIL), ("S1", "nobody"), ("S" * 41, EMAIL), ("S1\x00", EMAIL)],
    )
    def test_what_cannot_be_an_order_is_said_at_once(self, number: str, email: str) -> None:
        assert self.ask(number, email).status_code == 400
        assert Job.objects.count() == 0

    @override_settings(RATE_LIMITS=True)
    def test_one_order_is_asked_about_five_times_an_hour(self, order: OdooOrder) -> None:
        cache.clear()
        codes = [self.ask("S00042", EMAIL).status_code for _ in range(6)]
        assert codes == [302] * 5 + [429]
        assert self.ask("S00043", EMAIL).status_code == 302

    @override_settings(RATE_LIMITS=True)
    def test_one_address_asks_ten_times_an_hour(self) -> None:
        cache.clear()
        codes = [self.ask(f"S{number}", EMAIL).status_code for number in range(11)]
        assert codes == [302] * 10 + [429]


class TestApi:
    def post(self, path: str, **body: Any) -> Any:
        return Client().post(f"/api/v1/activations/{path}", body, content_type="application/json")

    def test_start_is_the_same_for_every_order(self, order: OdooOrder) -> None:
        known, unknown = self.post("start", order="S00042", email=EMAIL), self.post("start", order="S9", email=EMAIL)
        assert known.status_code == unknown.status_code == 202
        assert known.json() == unknown.json()
        assert Job.objects.filter(name="billing.odoo.look_up").count() == 2

    def test_verify_gives_a_log_in_and_where_to_upload(self, token: str) -> None:
        answer = self.post("verify", token=token)
        body, made = answer.json(), businesses()[0]
        assert answer.status_code == 200 and body["business_id"] == str(made.pk)
        assert body["upload_path"].startswith(f"/b/{made.slug}/")
        headers = {"Authorization": f"Bearer {body['login']['token']}"}
        me = Client().get("/api/v1/auth/me", headers=headers).json()
        assert (me["email"], me["businesses"][0]["role"]) == (EMAIL, "owner")
        assert self.post("verify", token=token).status_code == 404

    def test_verify_never_passes_a_second_factor(self, token: str) -> None:
        mark_email_verified(User.objects.create_user(EMAIL, "a-long-enough-phrase", name="David"))
        answer = self.post("verify", token=token)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "sign_in_first")
        assert Activation.objects.get().consumed_at is None and businesses() == []

    @pytest.mark.parametrize("body", [{}, {"token": ""}, {"token": "x" * 43}, {"token": None}, {"token": ["x"]}])
    def test_verify_refuses_what_is_no_token(self, body: Any) -> None:
        assert self.post("verify", **body).status_code in (400, 404)
