"""Changing how one signs in asks for the password first."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from accounts.testing.world import World


def test_switching_on_mfa_leads_to_the_password_first(world: World, client_of: Callable[..., Client]) -> None:
    answer = client_of(world.owner).get("/accounts/2fa/totp/activate/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/reauthenticate/")
