"""Businesses, members, invitations and keys by the API; and who may call it at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.keys import create_key
from accounts.models import ApiKey, Business, Event, Member, User
from accounts.permissions import PERMISSIONS, Role, may
from accounts.testing.world import World
from accounts.tokens import issue_tokens

API = "/api/v1/users"


class Caller:
    """An API client with a bearer token."""

    def __init__(self, token: str) -> None:
        self.client, self.headers = Client(), {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        return self.client.generic(
            method, f"{API}{path}", _json(body), content_type="application/json", headers=self.headers
        )


def _json(body: Any) -> str:
    import json

    return "" if body is None else json.dumps(body)


def as_person(user: User) -> Caller:
    return Caller(issue_tokens(user, now=timezone.now()).access)


def as_key(business: Business, *scopes: str, **changes: Any) -> Caller:
    made = create_key(business, name="k", scopes=scopes or ["read:analytics"], actor=None, now=timezone.now())
    ApiKey.objects.filter(pk=made.key.pk).update(**changes)
    return Caller(made.text)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


class TestWhoMayCall:
    def test_nobody_in_particular_gets_the_error_shape(self, world: World) -> None:
        answer = Client().get(f"{API}/me")
        assert code(answer) == (401, "not_signed_in")
        assert set(answer.json()) == {"error"} and set(answer.json()["error"]) == {"code", "message", "details"}

    def test_a_session_reads_without_and_writes_with_the_csrf_token(self, world: World) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(world.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert browser.get(f"{API}/me").status_code == 200
        change = {"data": {"name": "Liv"}, "content_type": "application/json"}
        assert code(browser.patch(f"{API}/me", **change)) == (403, "csrf_failed")
        token = browser.get("/pricing/").cookies
        browser.get("/accounts/logout/")  # any page with a form sets the cookie
        token = browser.cookies["csrftoken"].value
        assert browser.patch(f"{API}/me", **change, headers={"X-CSRFToken": token}).status_code == 200

    def test_a_bearer_needs_no_csrf_token(self, world: World) -> None:
        caller = as_person(world.owner)
        caller.client = Client(enforce_csrf_checks=True)
        assert caller("PATCH", "/me", {"name": "Liv"}).json()["name"] == "Liv"

    def test_the_documentation_is_served_from_here(self, db: Any) -> None:
        page = Client().get("/api/v1/docs").content.decode()
        assert "/static/ninja/swagger-ui-bundle.js" in page and "https://cdn" not in page
        paths = Client().get("/api/v1/openapi.json").json()["paths"]
        assert {"/api/v1/auth/signup", "/api/v1/auth/login", "/api/v1/auth/me", "/api/v1/users/me"} <= set(paths)


class TestTheErrorShape:
    @pytest.mark.parametrize(
        "body",
        [
            "{bad",
            "[]",
            "5",
            '"x"',
            "null",
            "",
            "\x00",
            "{}" * 2,
            r'{"name": "\u0000"}',
            r'{"name": "\ud800"}',
            r'{"a": [{"\u0000": 1}]}',
            "[" * 100_000,
        ],
    )
    def test_meets_every_body_that_is_no_object(self, world: World, body: str) -> None:
        caller = as_person(world.owner)
        answer = caller.client.generic(
            "POST", f"{API}/businesses", body, content_type="application/json", headers=caller.headers
        )
        assert code(answer) == (400, "invalid_input")

    def test_meets_unknown_paths_and_wrong_methods(self, world: World) -> None:
        caller = as_person(world.owner)
        assert code(caller("GET", "/nothing/here")) == (404, "not_found")
        answer = caller("PUT", "/me", {})
        assert code(answer) == (405, "method_not_allowed") and "PATCH" in answer["Allow"]

    def test_meets_our_own_faults(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        caller = as_person(world.owner)
        caller.client.raise_request_exception = False
        monkeypatch.setattr("accounts.api.users.UserOut.of", lambda person: 1 / 0)
        assert code(caller("GET", "/me")) == (500, "server_error")

    def test_says_which_field_is_wrong(self, world: World) -> None:
        answer = as_person(world.owner)("POST", "/businesses", {"name": 5, "currency": "€"})
        fields = {field["at"] for field in answer.json()["error"]["details"]["fields"]}
        assert fields == {"body.body.name", "body.body.currency"}


class TestProfile:
    def test_lists_the_businesses_with_the_role(self, world: World) -> None:
        body = as_person(world.viewer)("GET", "/me").json()
        assert [(b["name"], b["role"]) for b in body["businesses"]] == [("Acme", "viewer")]

    def test_changes_what_is_given(self, world: World) -> None:
        caller = as_person(world.viewer)
        body = caller("PATCH", "/me", {"avatar_url": "https://pictures.example/v.png", "theme": "dark"}).json()
        assert (body["name"], body["theme"]) == ("Vera", "dark")
        assert Event.objects.get().ids == {"fields": "avatar_url,theme"}

    @pytest.mark.parametrize(
        "wrong", [{"name": ""}, {"name": "x" * 121}, {"avatar_url": "javascript:alert(1)"}, {"theme": "pink"}, []]
    )
    def test_refuses_what_cannot_be(self, world: World, wrong: Any) -> None:
        assert code(as_person(world.viewer)("PATCH", "/me", wrong)) == (400, "invalid_input")


class TestBusinesses:
    FULL = {
        "name": "Nordlicht", "currency": "EUR", "time_zone": "Europe/Berlin", "industry": "Retail",
        "legal_entity": "Nordlicht GmbH", "founded_at": "2020-02-29", "revenue_estimate": 12_000_000,
    }  # fmt: skip

    def test_are_made_with_their_owner_and_an_event(self, world: World) -> None:
        caller = as_person(world.viewer)
        made = caller("POST", "/businesses", self.FULL)
        assert made.status_code == 201
        assert made.json() == {**self.FULL, "currency": "eur", "id": made.json()["id"], "slug": "nordlicht",
                               "desks": ["payments"]}  # fmt: skip
        assert Member.objects.get(business_id=made.json()["id"]).role == "owner"
        assert Event.objects.get(business_id=made.json()["id"]).name == "accounts.business.created"
        assert len(caller("GET", "/me").json()["businesses"]) == 2

    def test_of_the_same_name_get_slugs_of_their_own(self, world: World) -> None:
        slugs = {as_person(world.viewer)("POST", "/businesses", {"name": "Acme"}).json()["slug"] for _ in range(3)}
        assert len(slugs) == 3 and all(slug.startswith("acme-") for slug in slugs)

    @pytest.mark.parametrize(
        ("name", "slug"), [("日本", "business"), ("../../etc", "etc"), ("<b>Ü & Co</b>", "bu-cob")]
    )
    def test_get_safe_slugs_from_any_name(self, world: World, name: str, slug: str) -> None:
        assert as_person(world.viewer)("POST", "/businesses", {"name": name}).json()["slug"] == slug

    @pytest.mark.parametrize(
        "wrong",
        [{"name": " "}, {"name": ""}, {"currency": "xyz"}, {"currency": "eu"}, {"time_zone": "Moon"},
         {"founded_at": "soon"}, {"revenue_estimate": -1}, {"revenue_estimate": 10**16}, {"name": None}],
    )  # fmt: skip
    def test_refuse_what_cannot_be(self, world: World, wrong: dict[str, Any]) -> None:
        caller = as_person(world.owner)
        assert code(caller("POST", "/businesses", {**self.FULL, **wrong}))[0] == 400
        if wrong != {"name": None}:
            assert code(caller("PATCH", f"/businesses/{world.business.pk}", wrong))[0] == 400

    def test_change_field_by_field(self, world: World) -> None:
        caller, path = as_person(world.owner), f"/businesses/{world.business.pk}"
        assert caller("PATCH", path, {"industry": "Travel"}).json()["name"] == "Acme"
        assert caller("PATCH", path, {"founded_at": "2001-01-01"}).json()["industry"] == "Travel"
        assert caller("PATCH", path, {"founded_at": None}).json()["founded_at"] is None
        assert caller("PATCH", path, {"name": None}).json()["name"] == "Acme"

    def test_are_not_re_denominated_by_accident(self, world: World) -> None:
        caller, path = as_person(world.owner), f"/businesses/{world.business.pk}"
        caller("PATCH", path, {"revenue_estimate": 100})
        assert caller("PATCH", path, {"currency": "jpy"}).status_code == 400
        assert caller("PATCH", path, {"currency": "jpy", "revenue_estimate": 1}).json()["currency"] == "jpy"

    def test_of_others_are_refused_whether_they_exist_or_not(self, world: World) -> None:
        caller = as_person(world.owner)
        for pk in (world.other.pk, uuid4()):
            for method, body in (("GET", None), ("PATCH", {"name": "Mine"})):
                assert code(caller(method, f"/businesses/{pk}", body)) == (403, "not_allowed")
        assert Business.objects.get(pk=world.other.pk).name == "Zenith"


PATHS = [
    ("GET", "", None, "read:analytics", 200),
    ("PATCH", "", {"industry": "Travel"}, "write:business", 200),
    ("GET", "/members", None, "read:members", 200),
    ("PATCH", "/members/{member}", {"role": "viewer"}, "write:members", 200),
    ("DELETE", "/members/{member}", None, "write:members", 204),
    ("GET", "/invitations", None, "read:members", 200),
    ("POST", "/invitations", {"email": "x@example.com", "role": "viewer"}, "write:members", 201),
    ("DELETE", "/invitations/{none}", None, "write:members", 404),
    ("GET", "/keys", None, "write:keys", 200),
    ("POST", "/keys", {"name": "k", "scopes": ["read:analytics"]}, "write:keys", 201),
    ("DELETE", "/keys/{none}", None, "write:keys", 404),
]


class TestRolesAndPermissions:
    def people(self, world: World) -> dict[str, User]:
        return {"owner": world.owner, "manager": world.manager, "analyst": world.member, "viewer": world.viewer}

    @pytest.mark.parametrize(("method", "path", "body", "permission", "status"), PATHS)
    @pytest.mark.parametrize("role", Role.values)
    def test_decide_about_every_call(
        self, world: World, role: str, method: str, path: str, body: Any, permission: str, status: int
    ) -> None:
        target = Member.objects.get(user=world.viewer).pk
        address = f"/businesses/{world.business.pk}{path}".format(member=target, none=0)
        answer = as_person(self.people(world)[role])(method, address, body)
        assert answer.status_code == (status if may(role, permission) else 403)

    @pytest.mark.parametrize(("method", "path", "body", "permission", "status"), PATHS)
    def test_keep_strangers_out_of_every_call(
        self, world: World, method: str, path: str, body: Any, permission: str, status: int
    ) -> None:
        address = f"/businesses/{world.business.pk}{path}".format(member=1, none=0)
        assert code(as_person(world.stranger)(method, address, body)) == (403, "not_allowed")

    def test_are_one_table_that_grows_with_the_role(self) -> None:
        table = {role: sorted(p for p in PERMISSIONS if may(role, p)) for role in Role.values}
        assert table == {
            "viewer": ["read:analytics", "read:sources", "use:agent"],
            "analyst": ["export:data", "read:analytics", "read:sources", "use:agent", "write:notes",
                        "write:recommendations"],
            "manager": ["export:data", "read:analytics", "read:members", "read:sources", "use:agent",
                        "write:notes", "write:recommendations", "write:sources"],
            "owner": sorted(PERMISSIONS),
        }  # fmt: skip


class TestOthersIds:
    def test_in_paths_are_not_found(self, world: World) -> None:
        owner, mine = as_person(world.owner), f"/businesses/{world.business.pk}"
        theirs = Member.objects.get(user=world.stranger).pk
        key = create_key(world.other, name="k", scopes=["read:analytics"], actor=None, now=timezone.now()).key.pk
        assert code(owner("PATCH", f"{mine}/members/{theirs}", {"role": "viewer"})) == (404, "not_found")
        assert code(owner("DELETE", f"{mine}/members/{theirs}")) == (404, "not_found")
        assert code(owner("DELETE", f"{mine}/keys/{key}")) == (404, "not_found")

    def test_the_last_owner_is_a_conflict(self, world: World) -> None:
        row = Member.objects.get(user=world.owner).pk
        mine = f"/businesses/{world.business.pk}/members/{row}"
        assert code(as_person(world.owner)("DELETE", mine)) == (409, "last_owner")
        assert code(as_person(world.owner)("PATCH", mine, {"role": "viewer"})) == (409, "last_owner")

    def test_invitations_are_mailed_once_per_call(self, world: World) -> None:
        path = f"/businesses/{world.business.pk}/invitations"
        as_person(world.owner)("POST", path, {"email": "New@Example.com"})
        assert [message.to for message in mail.outbox] == [["new@example.com"]]
        listed = as_person(world.manager)("GET", path).json()["invitations"]
        assert [(row["email"], row["role"]) for row in listed] == [("new@example.com", "viewer")]


class TestKeys:
    def test_are_told_once(self, world: World) -> None:
        owner, path = as_person(world.owner), f"/businesses/{world.business.pk}/keys"
        made = owner("POST", path, {"name": "Export", "scopes": ["read:analytics", "export:data"]}).json()
        assert made["text"].startswith("bw_") and made["key"]["prefix"] == made["text"][:11]
        assert made["text"] not in owner("GET", path).content.decode()

    def test_read_their_business_without_naming_it(self, world: World) -> None:
        key = as_key(world.business)
        assert key("GET", f"/businesses/{world.business.pk}").json()["slug"] == "acme"
        assert ApiKey.objects.get().last_used_at is not None

    def test_work_in_either_header(self, world: World) -> None:
        text = as_key(world.business).headers["Authorization"].removeprefix("Bearer ")
        there = f"{API}/businesses/{world.business.pk}"
        assert Client().get(there, headers={"X-API-Key": text}).status_code == 200
        assert Client().get(there, headers={"X-API-Key": text + "x"}).status_code == 401

    def test_open_no_other_business(self, world: World) -> None:
        assert code(as_key(world.business)("GET", f"/businesses/{world.other.pk}")) == (403, "not_allowed")

    def test_need_the_scope(self, world: World) -> None:
        there = f"/businesses/{world.business.pk}"
        assert code(as_key(world.business, "use:agent")("GET", there)) == (403, "not_allowed")

    @pytest.mark.parametrize("how", ["revoked", "expired"])
    def test_stop_working(self, world: World, how: str) -> None:
        past = timezone.now() - timedelta(seconds=1)
        change = {"revoked_at": past} if how == "revoked" else {"expires_at": past}
        there = f"/businesses/{world.business.pk}"
        assert code(as_key(world.business, **change)("GET", there)) == (401, "invalid_key")

    def test_are_no_person(self, world: World) -> None:
        key = as_key(world.business, "read:analytics", "write:sources")
        assert code(key("GET", "/me")) == (403, "person_needed")
        for method, path, body, permission, _ in PATHS:
            if permission not in ("read:analytics",):
                address = f"/businesses/{world.business.pk}{path}".format(member=1, none=0)
                assert code(key(method, address, body))[0] == 403
        assert code(key("POST", "/businesses", {"name": "Mine"})) == (403, "person_needed")

    @pytest.mark.parametrize(
        "wrong",
        [{"scopes": []}, {"scopes": ["write:members"]}, {"scopes": ["*"]}, {"name": " "},
         {"expires_at": "2001-01-01T00:00:00Z"}, {"expires_at": "2999-01-01T00:00:00"}],
    )  # fmt: skip
    def test_are_refused_beyond_what_a_key_may(self, world: World, wrong: dict[str, Any]) -> None:
        path = f"/businesses/{world.business.pk}/keys"
        body = {"name": "k", "scopes": ["read:analytics"], **wrong}
        assert as_person(world.owner)("POST", path, body).status_code == 400
        assert not ApiKey.objects.exists()
