"""Signing up and in on the pages, and the way from there to a business."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.socialaccount.providers.google import views as google
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from accounts.models import Business, Event, Member, User
from accounts.people import mark_email_verified
from accounts.testing.world import PASSWORD, World

NEW = {"name": "Nora", "email": "New@Example.com", "password1": "a-long-enough-secret"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    cache.clear()
    return Client()


@pytest.fixture
def known(world: World) -> User:
    mark_email_verified(world.owner)
    return world.owner


def mailed_code() -> str:
    found = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", str(mail.outbox[-1].body), flags=re.M)
    assert found, mail.outbox[-1].body
    return found[1]


def sign_in(browser: Client, **changes: str) -> Any:
    return browser.post("/accounts/login/", {"login": "olivia@example.com", "password": PASSWORD, **changes})


class TestSignUp:
    def test_proves_the_address_by_a_code_and_leads_to_the_first_business(self, browser: Client) -> None:
        answer = browser.post("/accounts/signup/", NEW)
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/confirm-email/")
        assert browser.get("/home/").status_code == 302, "not signed in yet"
        answer = browser.post("/accounts/confirm-email/", {"code": mailed_code()})
        assert answer.status_code == 302
        assert browser.get("/home/")["Location"] == "/onboarding/business/"
        user = User.objects.get(email="new@example.com")
        assert user.name == "Nora" and EmailAddress.objects.get(user=user).verified
        assert user.password.startswith(("argon2", "md5"))
        assert set(Event.objects.filter(actor=user).values_list("name", flat=True)) >= {
            "accounts.user.signed_up", "accounts.user.signed_in",
        }  # fmt: skip

    def test_goes_on_where_it_was_meant_to(self, browser: Client) -> None:
        browser.post("/accounts/signup/?next=/profile/", {**NEW, "next": "/profile/"})
        assert browser.post("/accounts/confirm-email/", {"code": mailed_code()})["Location"] == "/profile/"

    def test_does_not_tell_whether_an_address_is_known(self, browser: Client, known: User) -> None:
        fresh = browser.post("/accounts/signup/", NEW)
        again = Client().post("/accounts/signup/", {**NEW, "email": "olivia@example.com"})
        assert (fresh.status_code, fresh["Location"]) == (again.status_code, again["Location"])
        assert User.objects.get(email="olivia@example.com").check_password(PASSWORD)

    @pytest.mark.parametrize(
        "wrong", [{"password1": "short"}, {"email": "nobody"}, {"name": ""}, {"password1": "1" * 12}]
    )
    def test_refuses_what_cannot_be_used(self, browser: Client, wrong: dict[str, str]) -> None:
        answer = browser.post("/accounts/signup/", {**NEW, **wrong})
        assert answer.status_code == 200 and answer.context["form"].errors
        assert not User.objects.exists()

    def test_takes_three_wrong_codes_and_no_more(self, browser: Client) -> None:
        browser.post("/accounts/signup/", NEW)
        code = mailed_code()
        for _ in range(3):
            browser.post("/accounts/confirm-email/", {"code": "WRONG1"})
        browser.post("/accounts/confirm-email/", {"code": code})
        assert not EmailAddress.objects.filter(verified=True).exists()


class TestLogIn:
    def test_opens_the_only_business(self, browser: Client, known: User) -> None:
        assert sign_in(browser)["Location"] == "/home/"
        assert browser.get("/home/")["Location"].startswith("/b/acme/")

    def test_does_not_tell_unknown_from_wrong(self, browser: Client, known: User) -> None:
        wrong, unknown = sign_in(browser, password="wrong"), sign_in(browser, login="nobody@example.com")
        errors = [answer.context["form"].errors.as_json() for answer in (wrong, unknown)]
        assert errors[0] == errors[1] and wrong.status_code == unknown.status_code == 200

    def test_by_a_mailed_code_needs_no_password(self, browser: Client, known: User) -> None:
        browser.post("/accounts/login/code/", {"email": known.email})
        assert mail.outbox[-1].to == [known.email]
        answer = browser.post("/accounts/login/code/confirm/", {"code": mailed_code()})
        assert answer.status_code == 302 and browser.get("/home/")["Location"].startswith("/b/acme/")

    def test_leads_nowhere_else(self, browser: Client, known: User) -> None:
        answer = browser.post("/accounts/login/?next=https://evil.example/", {
            "login": known.email, "password": PASSWORD, "next": "https://evil.example/",
        })  # fmt: skip
        assert answer["Location"] == "/home/"

    def test_ends_with_the_log_out(self, browser: Client, known: User) -> None:
        sign_in(browser)
        assert browser.get("/accounts/logout/").status_code == 200, "a link alone logs nobody out"
        assert browser.post("/accounts/logout/")["Location"] == "/"
        assert "/accounts/login/" in browser.get("/home/")["Location"]

    @override_settings(ACCOUNT_RATE_LIMITS={"login_failed": "3/m/ip"})
    def test_is_slowed_down_after_wrong_ones(self, browser: Client, known: User) -> None:
        for _ in range(3):
            sign_in(browser, password="wrong")
        assert "Too many" in sign_in(browser).content.decode()
        cache.clear()


class TestSecondFactor:
    def enrol(self, browser: Client) -> tuple[str, list[str]]:
        """Set an authenticator up over the pages, which ask for the password once more; returns secret and codes."""
        assert "/accounts/reauthenticate/" in browser.get("/accounts/2fa/totp/activate/")["Location"]
        browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
        page = browser.get("/accounts/2fa/totp/activate/")
        secret = page.context["form"].secret
        browser.post("/accounts/2fa/totp/activate/", {"code": self.code(secret)})
        return secret, browser.get("/accounts/2fa/recovery-codes/").context["unused_codes"]

    def code(self, secret: str) -> str:
        cache.clear()  # the same half minute serves several steps here
        return totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))

    def test_is_set_up_and_then_asked_for(self, browser: Client, known: User) -> None:
        sign_in(browser)
        secret, _ = self.enrol(browser)
        assert {row.type for row in Authenticator.objects.filter(user=known)} == {"totp", "recovery_codes"}
        other = Client()
        assert sign_in(other)["Location"].startswith("/accounts/2fa/authenticate/")
        assert "/accounts/login/" in other.get("/home/")["Location"]
        other.post("/accounts/2fa/authenticate/", {"code": self.code(secret)})
        assert other.get("/home/")["Location"].startswith("/b/acme/")

    def test_gives_way_to_a_recovery_code_once(self, browser: Client, known: User) -> None:
        sign_in(browser)
        _, codes = self.enrol(browser)
        for expected in ("/b/acme/", "/accounts/login/"):
            other = Client()
            sign_in(other)
            other.post("/accounts/2fa/authenticate/", {"code": codes[0]})
            assert expected in other.get("/home/")["Location"]

    def test_stands_in_the_way_of_a_mailed_code_too(self, browser: Client, known: User) -> None:
        sign_in(browser)
        self.enrol(browser)
        other = Client()
        other.post("/accounts/login/code/", {"email": known.email})
        other.post("/accounts/login/code/confirm/", {"code": mailed_code()})
        assert "/accounts/login/" in other.get("/home/")["Location"]


GOOGLE = {
    "google": {
        **settings.SOCIALACCOUNT_PROVIDERS["google"],
        "APPS": [{"client_id": "id-of-ours", "secret": "s", "key": ""}],
    }
}


class TestGoogle:
    def test_is_offered_only_with_keys(self, browser: Client) -> None:
        assert "google/login" not in browser.get("/accounts/login/").content.decode()
        with override_settings(SOCIALACCOUNT_PROVIDERS=GOOGLE):
            assert "google/login" in browser.get("/accounts/login/").content.decode()

    @override_settings(SOCIALACCOUNT_PROVIDERS=GOOGLE)
    def test_signs_up_and_in_with_a_verified_address(self, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        start = browser.post("/accounts/google/login/")
        target = urlsplit(start["Location"])
        asked = parse_qs(target.query)
        assert target.netloc == "accounts.google.com" and asked["client_id"] == ["id-of-ours"]
        assert asked["code_challenge_method"] == ["S256"] and asked["redirect_uri"][0].endswith(
            "/google/login/callback/"
        )
        who = {"sub": "1", "email": "gina@example.com", "email_verified": True, "given_name": "Gina"}
        monkeypatch.setattr(
            "allauth.socialaccount.providers.oauth2.client.OAuth2Client.get_access_token",
            lambda *_, **__: {"access_token": "t", "id_token": "i"},
        )
        monkeypatch.setattr(google, "_verify_and_decode", lambda *_, **__: who)
        answer = browser.get("/accounts/google/login/callback/", {"code": "c", "state": asked["state"][0]})
        assert answer["Location"] == "/home/"
        assert User.objects.get(email="gina@example.com").name == "Gina"
        assert browser.get("/home/")["Location"] == "/onboarding/business/"

    @override_settings(SOCIALACCOUNT_PROVIDERS=GOOGLE)
    def test_refuses_a_state_of_another_browser(self, browser: Client) -> None:
        answer = browser.get("/accounts/google/login/callback/", {"code": "c", "state": "forged"})
        assert answer.status_code in (200, 401) and not User.objects.exists()


class TestHome:
    def test_asks_which_of_several(self, browser: Client, world: World) -> None:
        Member.objects.create(business=world.other, user=world.owner, role="viewer")
        browser.force_login(world.owner, backend=settings.AUTHENTICATION_BACKENDS[0])
        page = browser.get("/home/").content.decode()
        assert "/b/acme/" in page and "/b/zenith/" in page

    def test_leads_nobody_in_particular_to_the_login(self, browser: Client) -> None:
        for name in ("home", "accounts:start", "accounts:business_new", "accounts:profile"):
            assert "/accounts/login/" in browser.get(reverse(name))["Location"]


class TestOnboarding:
    FORM = {"name": "Nordlicht", "currency": "eur", "time_zone": "Europe/Berlin", "revenue_estimate": "120000.50"}

    def test_makes_the_business_and_goes_on_to_its_first_source(
        self, browser: Client, world: World, client_of: Any
    ) -> None:
        mine = client_of(world.stranger)
        assert mine.get("/onboarding/business/").status_code == 200
        answer = mine.post("/onboarding/business/", self.FORM)
        made = Business.objects.get(slug="nordlicht")
        assert answer["Location"].startswith("/b/nordlicht/") and made.revenue_estimate == 12_000_050
        assert Member.objects.get(business=made).user == world.stranger
        assert Event.objects.get(business=made).name == "accounts.business.created"

    def test_gives_a_taken_name_an_address_of_its_own(self, world: World, client_of: Any) -> None:
        client_of(world.stranger).post("/onboarding/business/", {**self.FORM, "name": "Acme"})
        assert Business.objects.filter(slug__startswith="acme-").count() == 1

    @pytest.mark.parametrize(
        "wrong", [{"name": ""}, {"currency": ""}, {"time_zone": "x"}, {"revenue_estimate": "a lot"}]
    )
    def test_refuses_what_cannot_be(self, world: World, client_of: Any, wrong: dict[str, str]) -> None:
        answer = client_of(world.stranger).post("/onboarding/business/", {**self.FORM, **wrong})
        assert answer.status_code == 200 and answer.context["form"].errors and Business.objects.count() == 2


class TestProfile:
    def test_is_saved_with_an_event(self, world: World, client_of: Any) -> None:
        mine = client_of(world.viewer)
        assert mine.get("/profile/").status_code == 200
        form = {"name": "Vee", "avatar_url": "https://pictures.example/v.png", "theme": "dark"}
        assert mine.post("/profile/", form).status_code == 302
        world.viewer.refresh_from_db()
        assert (world.viewer.name, world.viewer.theme) == ("Vee", "dark")
        assert Event.objects.get(name="accounts.user.updated").ids == {"fields": "avatar_url,name,theme"}

    @pytest.mark.parametrize(
        "wrong", [{"name": " "}, {"avatar_url": "http://x.example/"}, {"avatar_url": "javascript:1"}, {"theme": "x"}]
    )
    def test_refuses_what_cannot_be(self, world: World, client_of: Any, wrong: dict[str, str]) -> None:
        answer = client_of(world.viewer).post("/profile/", {"name": "V", "theme": "dark", **wrong})
        assert answer.status_code == 200 and answer.context["form"].errors


class TestTheme:
    def test_is_kept_for_people_and_in_a_cookie(self, world: World, client_of: Any) -> None:
        mine = client_of(world.viewer)
        answer = mine.post("/theme/", {"theme": "light", "next": "/pricing/"})
        assert (answer["Location"], mine.cookies["theme"].value) == ("/pricing/", "light")
        assert User.objects.get(pk=world.viewer.pk).theme == "light"

    @pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
    def test_leads_nowhere_else(self, browser: Client, target: str) -> None:
        assert browser.post("/theme/", {"theme": "pink", "next": target})["Location"] == "/"
        assert browser.cookies["theme"].value == "system"


@pytest.mark.parametrize("path", ["/", "/pricing/", "/accounts/login/", "/accounts/signup/", "/accounts/login/code/"])
def test_public_pages_are_open_and_strict(browser: Client, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200
    assert "default-src 'none'" in answer["Content-Security-Policy"]
