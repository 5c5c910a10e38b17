"""The standing world of the tests: two businesses, four people, one moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from accounts.models import Business, Member, User
from accounts.permissions import Role

MOMENT = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
PASSWORD = "correct-horse-battery"


@dataclass(frozen=True, slots=True)
class World:
    """`business` has an owner, a manager, a member (analyst) and a viewer; the stranger owns `other`."""

    business: Business
    other: Business
    owner: User
    manager: User
    member: User
    viewer: User
    stranger: User


#: What higher apps add to the world, such as a plan for its businesses.
FURNISHERS: list[Callable[[World], None]] = []


def person(name: str) -> User:
    return User.objects.create_user(f"{name.lower()}@example.com", PASSWORD, name=name)


def make_world() -> World:
    """Write the world as the owner role, outside any tenant context."""
    business = Business.objects.create(slug="acme", name="Acme", currency="usd", time_zone="Europe/Berlin")
    other = Business.objects.create(slug="zenith", name="Zenith", currency="eur", time_zone="America/New_York")
    owner, manager, member, viewer, stranger = (person(name) for name in ("Olivia", "Max", "Ann", "Vera", "Stan"))
    for user, role in (
        (owner, Role.OWNER),
        (manager, Role.MANAGER),
        (member, Role.ANALYST),
        (viewer, Role.VIEWER),
    ):
        Member.objects.create(business=business, user=user, role=role)
    Member.objects.create(business=other, user=stranger, role=Role.OWNER)
    made = World(business, other, owner, manager, member, viewer, stranger)
    for furnish in FURNISHERS:
        furnish(made)
    return made
