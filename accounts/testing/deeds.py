"""The four refusals of every address that changes something: no reading, no strangers, no right, nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from django.test import Client
from django.urls import reverse

from accounts.permissions import may
from accounts.testing.world import World


class FourRefusals:
    """Subclass as `Test…Deed` with `url` (a URL name below a business that only takes POST) and `permission`."""

    url: ClassVar[str]
    kwargs: ClassVar[dict[str, Any]] = {}
    permission: ClassVar[str]
    form: ClassVar[dict[str, Any]] = {}

    def deed_kwargs(self, world: World) -> dict[str, Any]:
        """Further URL arguments; override where the deed concerns one row."""
        return self.kwargs

    @pytest.fixture(autouse=True)
    def _scene(self, world: World, client_of: Callable[[Any], Client], wakeups: Any) -> None:
        self.world, self.client_of = world, client_of
        self.address = reverse(self.url, kwargs={"business": world.business.slug, **self.deed_kwargs(world)})

    def test_is_not_done_by_reading(self) -> None:
        assert self.client_of(self.world.owner).get(self.address).status_code == 405

    def test_hides_itself_from_a_stranger(self) -> None:
        assert self.client_of(self.world.stranger).post(self.address, self.form).status_code == 404

    def test_is_refused_without_the_permission(self) -> None:
        people = {"manager": self.world.manager, "analyst": self.world.member, "viewer": self.world.viewer}
        for role, person in people.items():
            if not may(role, self.permission):
                assert self.client_of(person).post(self.address, self.form).status_code == 403, role

    def test_leads_nobody_in_particular_to_the_login(self) -> None:
        response = self.client_of(None).post(self.address, self.form)
        assert response.status_code == 302 and "/accounts/login/" in response["Location"]
