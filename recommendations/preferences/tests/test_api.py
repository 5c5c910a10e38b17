"""Preferences over the API: one's own, in part, with errors that name their field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.keys import create_key
from accounts.testing.world import World
from accounts.tokens import issue_tokens
from recommendations.models import MailPreference

PATH = "/api/v1/notifications/preferences"
DEFAULTS = {
    "advice": "daily", "told": ["coach", "job", "source", "trading"], "quiet_from": None, "quiet_until": None,
    "time_zone": "", "effective_time_zone": "Europe/Berlin",
}  # fmt: skip


def call(method: str, user: Any, body: Any = None, *, token: str = "") -> Any:
    token = token or issue_tokens(user, now=timezone.now()).access
    return Client().generic(
        method, PATH, json.dumps(body) if body is not None else "", content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip


def test_are_the_defaults_until_something_is_chosen(world: World) -> None:
    assert call("GET", world.viewer).json() == DEFAULTS and not MailPreference.objects.exists()


def test_change_in_part_and_only_one_own(world: World) -> None:
    window = {"quiet_from": "22:00:00", "quiet_until": "07:00:00"}
    assert call("PATCH", world.viewer, window).json() == DEFAULTS | window
    assert call("PATCH", world.viewer, {"told": [], "advice": "weekly"}).json()["quiet_from"] == "22:00:00"
    ended = call("PATCH", world.viewer, {"quiet_from": None, "quiet_until": None, "time_zone": "Etc/GMT+5"}).json()
    assert ended == DEFAULTS | {
        "advice": "weekly", "told": [], "time_zone": "Etc/GMT+5", "effective_time_zone": "Etc/GMT+5",
    }  # fmt: skip
    assert call("GET", world.owner).json() == DEFAULTS


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"advice": "hourly"}, "advice"),
        ({"told": ["weather"]}, "told"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"quiet_until": "07:00"}, "quiet_from"),
        ({"quiet_from": "07:30", "quiet_until": "07:00"}, "quiet_until"),
    ],
)
def test_what_cannot_be_chosen_names_its_field(world: World, body: dict[str, Any], field: str) -> None:
    answer = call("PATCH", world.viewer, body)
    assert answer.status_code == 400 and answer.json()["error"]["details"]["field"] == field
    assert not MailPreference.objects.exists()


@pytest.mark.parametrize("body", [{"quiet_from": "late"}, {"told": "source"}, {"user": "x"}, [], "x"])
def test_what_cannot_be_read_is_refused(world: World, body: Any) -> None:
    assert call("PATCH", world.viewer, body).status_code == 400 and not MailPreference.objects.exists()


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_keys_have_none(world: World, method: str) -> None:
    key = create_key(
        world.business, name="k", scopes=["read:analytics"], actor=world.owner, now=timezone.now()
    )  # fmt: skip
    answer = call(method, None, {} if method == "PATCH" else None, token=key.text)
    assert answer.status_code == 403 and answer.json()["error"]["code"] == "person_needed"
