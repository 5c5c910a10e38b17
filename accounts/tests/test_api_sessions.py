"""Signing up, in and out by the API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from accounts import people
from accounts.models import EmailCode, Event, RefreshToken, User
from accounts.testing.world import PASSWORD, World
from accounts.tokens import issue_tokens, prune_credentials, rotate_tokens, user_of_access

AUTH = "/api/v1/auth"
NEW = {"email": "New@Example.com", "password": "a-long-enough-secret", "name": "Nora"}


@pytest.fixture
def client(db: Any) -> Client:
    return Client()


@pytest.fixture
def verified(world: World) -> User:
    people.mark_email_verified(world.owner)
    return world.owner


def post(client: Client, path: str, body: Any, **headers: Any) -> Any:
    return client.post(f"{AUTH}{path}", body, content_type="application/json", **headers)


def code_in(text: str) -> str:
    found = re.search(r"^([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", text, flags=re.M)
    assert found, text
    return found[1]


def log_in(client: Client, **body: str) -> Any:
    return post(client, "/login", {"email": "olivia@example.com", "password": PASSWORD, **body})


def me(client: Client, token: str) -> Any:
    return client.get(f"{AUTH}/me", headers={"Authorization": f"Bearer {token}"})


class TestSignUp:
    def test_mails_a_code_that_gives_the_tokens(self, client: Client) -> None:
        answer = post(client, "/signup", NEW)
        assert answer.status_code == 201
        assert answer.json()["token"] is None and answer.json()["verification"] == "required"
        code = code_in(mail.outbox[0].body)
        tokens = post(client, "/verify", {"email": NEW["email"], "code": code.lower().replace("-", "")})
        assert tokens.status_code == 200 and tokens.json()["user"]["businesses"] == []
        assert me(client, tokens.json()["token"]).json()["email"] == "new@example.com"

    def test_cannot_log_in_before_the_address_is_proved(self, client: Client) -> None:
        post(client, "/signup", NEW)
        refused = post(client, "/login", {"email": NEW["email"], "password": NEW["password"]})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "email_not_verified")

    def test_answers_the_same_for_a_known_address(self, client: Client, world: World) -> None:
        known = post(client, "/signup", {**NEW, "email": "olivia@example.com"})
        fresh = post(client, "/signup", NEW)
        assert known.status_code == fresh.status_code
        assert {**known.json(), "user": None} == {**fresh.json(), "user": None}
        assert set(known.json()["user"]) == set(fresh.json()["user"]) and known.json()["user"]["id"] is None
        assert User.objects.get(email="olivia@example.com").check_password(PASSWORD)
        assert "already" in mail.outbox[0].body

    @pytest.mark.parametrize(
        "wrong",
        [{"email": "nobody"}, {"password": "short"}, {"password": "1234567890123"}, {"name": " "}, {"name": "x" * 500},
         {"password": None}, {"email": ["a"]}],
    )  # fmt: skip
    def test_refuses_what_cannot_be_used(self, client: Client, wrong: dict[str, Any]) -> None:
        refused = post(client, "/signup", {**NEW, **wrong})
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "invalid_input")
        assert not User.objects.filter(email="new@example.com").exists() and not mail.outbox

    def test_takes_a_code_once_and_not_for_ever(self, client: Client) -> None:
        post(client, "/signup", NEW)
        body = {"email": NEW["email"], "code": code_in(mail.outbox[0].body)}
        EmailCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert post(client, "/verify", body).json()["error"]["code"] == "wrong_code"
        EmailCode.objects.update(expires_at=timezone.now() + timedelta(minutes=1))
        assert post(client, "/verify", body).status_code == 200
        assert post(client, "/verify", body).status_code == 401

    @pytest.mark.parametrize("code", ["", "000000", "💥"])
    def test_takes_no_other_code(self, client: Client, code: str) -> None:
        post(client, "/signup", NEW)
        assert post(client, "/verify", {"email": NEW["email"], "code": code}).status_code == 401
        assert not EmailAddress.objects.get(email="new@example.com").verified

    def test_mails_again_to_those_who_wait_only(self, client: Client, verified: User) -> None:
        post(client, "/signup", NEW)
        for email in (NEW["email"], verified.email, "nobody@example.com"):
            assert post(client, "/code", {"email": email}).status_code == 202
        assert [message.to for message in mail.outbox] == [["new@example.com"], ["new@example.com"]]
        assert post(client, "/verify", {"email": NEW["email"], "code": code_in(mail.outbox[1].body)}).status_code == 200


class TestLogIn:
    def test_gives_a_token_and_the_businesses(self, client: Client, verified: User) -> None:
        answer = log_in(client)
        assert answer.status_code == 200
        assert answer.json()["user"]["businesses"] == [
            {"id": str(verified.memberships.get().business_id), "name": "Acme", "slug": "acme", "role": "owner"}
        ]
        claims = jwt.decode(answer.json()["token"], settings.JWT_KEY, algorithms=["HS256"])
        assert claims["user_id"] == str(verified.pk) and claims["exp"] - claims["iat"] == 1800

    def test_does_not_tell_unknown_from_wrong(self, client: Client, verified: User) -> None:
        wrong, unknown = log_in(client, password="wrong"), log_in(client, email="nobody@example.com")
        assert wrong.status_code == unknown.status_code == 401
        assert wrong.json() == unknown.json()

    def test_is_refused_to_whoever_was_switched_off(self, client: Client, verified: User) -> None:
        User.objects.filter(pk=verified.pk).update(is_active=False)
        assert log_in(client).json()["error"]["code"] == "wrong_credentials"

    def test_leaves_an_event(self, client: Client, verified: User) -> None:
        log_in(client)
        assert Event.objects.filter(name="accounts.user.signed_in", actor=verified).exists()


class TestSecondFactor:
    @pytest.fixture(autouse=True)
    def _factor(self, verified: User) -> None:
        cache.clear()
        self.secret = totp.generate_totp_secret()
        totp.TOTP.activate(verified, self.secret)
        self.recovery = RecoveryCodes.activate(verified)

    def code(self) -> str:
        return totp.format_hotp_value(totp.hotp_value(self.secret, next(totp.yield_hotp_counters_from_time())))

    def test_is_asked_for(self, client: Client) -> None:
        refused = log_in(client)
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "totp_required")

    def test_opens_with_its_code_once(self, client: Client) -> None:
        code = self.code()
        assert log_in(client, totp=code).status_code == 200
        assert log_in(client, totp=code).json()["error"]["code"] == "wrong_totp"

    def test_opens_with_a_recovery_code_once(self, client: Client) -> None:
        code = self.recovery.get_unused_codes()[0]
        assert log_in(client, totp=code).status_code == 200
        assert log_in(client, totp=code).status_code == 401

    def test_does_not_help_without_the_password(self, client: Client) -> None:
        assert log_in(client, password="wrong", totp=self.code()).json()["error"]["code"] == "wrong_credentials"

    def test_is_kept_encrypted(self, verified: User) -> None:
        kept = str(verified.authenticator_set.values_list("data", flat=True))
        assert self.secret not in kept


class TestAccessTokens:
    def test_are_read_until_they_end(self, world: World, clock: datetime) -> None:
        pair = issue_tokens(world.owner, now=clock)
        assert user_of_access(pair.access, now=clock + timedelta(minutes=29, seconds=59)) == world.owner
        for late in (timedelta(minutes=30), timedelta(days=1)):
            with pytest.raises(Exception, match="expired"):
                user_of_access(pair.access, now=clock + late)

    @pytest.mark.parametrize("forge", ["other key", "none", "no exp", "refresh", "cut", "bad id", "other user"])
    def test_cannot_be_forged(self, client: Client, world: World, forge: str) -> None:
        claims: dict[str, Any] = {
            "user_id": str(world.owner.pk), "email": "x", "type": "access",
            "exp": int(timezone.now().timestamp()) + 999,
        }  # fmt: skip
        key, algorithm = settings.JWT_KEY, "HS256"
        if forge == "other key":
            key = "x" * 60
        elif forge == "none":
            key, algorithm = "", "none"
        elif forge == "no exp":
            del claims["exp"]
        elif forge == "refresh":
            claims["type"] = "refresh"
        elif forge == "bad id":
            claims["user_id"] = "1 or 1=1"
        elif forge == "other user":
            claims["user_id"] = "00000000-0000-0000-0000-000000000000"
        token = jwt.encode(claims, key, algorithm=algorithm)
        answer = me(client, token[:-3] if forge == "cut" else token)
        assert answer.status_code == 401 and set(answer.json()["error"]) == {"code", "message", "details"}

    def test_die_with_their_person(self, client: Client, world: World) -> None:
        token = issue_tokens(world.owner, now=timezone.now()).access
        User.objects.filter(pk=world.owner.pk).update(is_active=False)
        assert me(client, token).status_code == 401

    def test_that_are_wrong_do_not_fall_back_to_the_session(self, world: World, client_of: Any) -> None:
        assert me(client_of(world.owner), "nonsense").status_code == 401


class TestRefresh:
    def trade(self, client: Client, token: str) -> Any:
        return post(client, "/refresh", {"refresh_token": token})

    def test_trades_once_for_a_new_pair(self, client: Client, verified: User) -> None:
        first = log_in(client).json()
        second = self.trade(client, first["refresh_token"])
        assert second.status_code == 200 and second.json()["refresh_token"] != first["refresh_token"]
        assert me(client, second.json()["token"]).status_code == 200
        assert second.json()["user"]["businesses"][0]["slug"] == "acme"

    def test_of_a_used_token_ends_the_whole_family(self, client: Client, verified: User) -> None:
        first = log_in(client).json()["refresh_token"]
        second = self.trade(client, first).json()["refresh_token"]
        stolen = self.trade(client, first)
        assert (stolen.status_code, stolen.json()["error"]["code"]) == (401, "invalid_token")
        assert self.trade(client, second).status_code == 401
        assert Event.objects.filter(name="accounts.token.reused", actor=verified).count() == 1

    def test_of_one_log_in_leaves_the_others_alone(self, client: Client, verified: User) -> None:
        here, there = log_in(client).json()["refresh_token"], log_in(client).json()["refresh_token"]
        self.trade(client, here)
        self.trade(client, here)
        assert self.trade(client, there).status_code == 200

    def test_ends_with_its_time(self, world: World, clock: datetime) -> None:
        token = issue_tokens(world.owner, now=clock).refresh
        assert rotate_tokens(token, now=clock + settings.JWT_REFRESH_LIFETIME) is None
        assert rotate_tokens(token, now=clock + settings.JWT_REFRESH_LIFETIME - timedelta(seconds=1)) is not None

    def test_ends_with_the_password(self, client: Client, verified: User) -> None:
        token = log_in(client).json()["refresh_token"]
        verified.set_password("another-long-secret")
        verified.save()
        assert self.trade(client, token).status_code == 401

    def test_ends_with_the_log_out(self, client: Client, verified: User) -> None:
        token = self.trade(client, log_in(client).json()["refresh_token"]).json()["refresh_token"]
        assert post(client, "/logout", {"refresh_token": token}).status_code == 204
        assert self.trade(client, token).status_code == 401
        assert post(client, "/logout", {"refresh_token": "unknown"}).status_code == 204

    @pytest.mark.parametrize("token", ["", "bwr_nonsense"])
    def test_takes_no_other_token(self, client: Client, token: str) -> None:
        assert self.trade(client, token).status_code == 401

    def test_keeps_hashes_only_and_not_for_ever(self, world: World, clock: datetime) -> None:
        pair = issue_tokens(world.owner, now=clock)
        assert pair.refresh not in str(RefreshToken.objects.values())
        assert prune_credentials(now=clock + timedelta(days=13)) == 0
        assert prune_credentials(now=clock + timedelta(days=15)) == 1


class TestLimits:
    @pytest.fixture(autouse=True)
    def _limits(self) -> Iterator[None]:
        cache.clear()
        with override_settings(RATE_LIMITS=True):
            yield
        cache.clear()

    def test_on_guesses_at_one_account_hold_from_any_address(self, client: Client, verified: User) -> None:
        answers = [
            client.post(
                f"{AUTH}/login", {"email": verified.email, "password": f"guess-{n}"},
                content_type="application/json", REMOTE_ADDR=f"10.0.0.{n}",
            )
            for n in range(11)
        ]  # fmt: skip
        assert [answer.status_code for answer in answers] == [401] * 10 + [429]
        assert int(answers[-1]["Retry-After"]) >= 1
        assert answers[-1].json()["error"]["code"] == "too_many_requests"

    def test_on_sign_ups_of_one_address(self, client: Client) -> None:
        statuses = [post(client, "/signup", {**NEW, "email": f"p{n}@example.com"}).status_code for n in range(21)]
        assert statuses == [201] * 20 + [429]

    def test_on_guesses_at_a_code(self, client: Client) -> None:
        post(client, "/signup", NEW)
        statuses = [post(client, "/verify", {"email": NEW["email"], "code": str(n)}).status_code for n in range(11)]
        assert statuses == [401] * 10 + [429]


class TestGoogleCallback:
    def test_hands_over_to_the_page_with_its_query(self, client: Client) -> None:
        answer = client.get(f"{AUTH}/callback/google?code=a&state=b")
        assert answer.status_code == 302
        assert answer["Location"] == "/accounts/google/login/callback/?code=a&state=b"
