"""The catalogue and a plan for the standing world: its businesses may do everything, so that other tests are theirs."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from accounts.testing.world import World


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> Generator[None, Any, Any]:
    """Once the test database stands: the catalogue, also where an earlier run emptied a kept database's tables."""
    made = yield
    if fixturedef.argname == "django_db_setup":
        _prepare(request.getfixturevalue("django_db_blocker"))
    return made


def _prepare(blocker: Any) -> None:
    from accounts.testing import world
    from billing.plans.catalogue import ensure_catalogue

    world.FURNISHERS.append(give_everything)
    with blocker.unblock():
        ensure_catalogue()


def give_everything(world: World) -> None:
    """A plan with every desk and no limits for both businesses; which desks are switched on stays as it was."""
    from accounts.testing.world import MOMENT
    from billing.entitlements import entitlements
    from billing.models import Grant, Plan
    from billing.plans.catalogue import ensure_catalogue

    ensure_catalogue()  # a test that commits leaves empty tables behind
    pro, always = Plan.objects.get(key="pro"), MOMENT.replace(year=MOMENT.year - 10)
    for business in (world.business, world.other):
        # Written without its event and its desks: the world's record is empty, and each test switches on what it needs.
        Grant.objects.create(business=business, plan=pro, source=Grant.Source.MANUAL, valid_from=always)
        entitlements(business, at=MOMENT)  # read already, so that no page's count of queries depends on it
