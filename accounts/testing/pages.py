"""The five questions every page answers: it works, a teammate may, a stranger may not, reading is not writing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.permissions import may
from accounts.testing.world import World

WRITES = ("insert ", "update ", "delete ")
#: A session's own bookkeeping and the role switch are not the page's writes.
FRAME_TABLES = ("django_session",)


class FiveQuestions:
    """Subclass as `Test…Page` with `url` (a URL name of a business page) and, where known, `queries`."""

    url: ClassVar[str]
    kwargs: ClassVar[dict[str, Any]] = {}
    permission: ClassVar[str] = "read:analytics"
    queries: ClassVar[int | None] = None

    def address(self, world: World) -> str:
        return reverse(self.url, kwargs={"business": world.business.slug, **self.page_kwargs(world)})

    def page_kwargs(self, world: World) -> dict[str, Any]:
        """Further URL arguments; override where the page shows one row."""
        return self.kwargs

    @pytest.fixture(autouse=True)
    def _world(self, world: World, client_of: Callable[[Any], Client], wakeups: Any) -> None:
        self.world, self.client_of = world, client_of

    def test_works_for_the_owner(self) -> None:
        assert self.client_of(self.world.owner).get(self.address(self.world)).status_code == 200

    def test_opens_to_teammates_with_the_permission_only(self) -> None:
        for user, role in ((self.world.member, "analyst"), (self.world.viewer, "viewer")):
            status = self.client_of(user).get(self.address(self.world)).status_code
            assert status == (200 if may(role, self.permission) else 403), role

    def test_hides_itself_from_a_stranger(self) -> None:
        assert self.client_of(self.world.stranger).get(self.address(self.world)).status_code == 404

    def test_leads_nobody_in_particular_to_the_login(self) -> None:
        response = self.client_of(None).get(self.address(self.world))
        assert response.status_code == 302 and "/accounts/login/" in response["Location"]

    def test_reading_writes_nothing(self) -> None:
        client = self.client_of(self.world.owner)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(self.address(self.world))
        written = [q["sql"] for q in captured if q["sql"].lower().startswith(WRITES)]
        assert [sql for sql in written if not any(table in sql for table in FRAME_TABLES)] == []
        if self.queries is not None:
            assert len(captured) == self.queries, "\n".join(q["sql"][:160] for q in captured)
