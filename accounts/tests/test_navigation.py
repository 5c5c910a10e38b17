"""What the shell offers to whom."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from accounts import navigation
from accounts.models import Business, Member
from accounts.navigation import nav_items, register_nav, register_slot, slot_url


@pytest.fixture(autouse=True)
def empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_entries", {})
    monkeypatch.setattr(navigation, "_slots", {})
    monkeypatch.setattr(navigation, "reverse", lambda name, kwargs: f"/b/{kwargs['business']}/{name}/")


def request_of(role: str, desks: list[str], here: str = "") -> HttpRequest:
    request: Any = RequestFactory().get("/")
    request.business = Business(name="Acme", slug="acme", desks=desks)
    request.member = Member(business=request.business, role=role)
    request.resolver_match = SimpleNamespace(view_name=here)
    return request


def labels(request: HttpRequest) -> dict[str, list[str]]:
    return {group.key: [item.label for item in group.items] for group in nav_items(request)}


def test_links_come_by_desk_in_their_order() -> None:
    register_nav("payments", "Metrics", "payments:metrics", "metrics", 20)
    register_nav("payments", "Readiness", "payments:readiness", "readiness", 10)
    register_nav("business", "Sources", "ingestion:sources", "source", 10)
    assert labels(request_of("viewer", ["payments"])) == {"payments": ["Readiness", "Metrics"], "business": ["Sources"]}


def test_a_desk_that_is_switched_off_is_not_offered() -> None:
    register_nav("trading", "Edge", "trading:edge", "metrics", 10)
    assert labels(request_of("owner", ["payments"])) == {}


def test_a_link_needs_its_permission() -> None:
    register_nav("business", "Team", "accounts:team", "team", 10, permission="read:members")
    assert labels(request_of("viewer", [])) == {}
    assert labels(request_of("owner", [])) == {"business": ["Team"]}


@pytest.mark.parametrize("here", ["payments:disputes", "payments:dispute"])
def test_the_current_page_and_pages_under_it_are_marked(here: str) -> None:
    register_nav("payments", "Disputes", "payments:disputes", "disputes", 10, also=("payments:dispute",))
    (group,) = nav_items(request_of("viewer", ["payments"], here))
    assert [item.active for item in group.items] == [True]


def test_nothing_is_offered_outside_a_business() -> None:
    register_nav("payments", "Metrics", "payments:metrics", "metrics", 20)
    assert nav_items(RequestFactory().get("/")) == []


def test_a_slot_is_filled_only_for_members_who_may_see_it() -> None:
    register_slot("alerts", "recommendations:alerts", permission="write:sources")
    assert slot_url(request_of("owner", []), "alerts") == "/b/acme/recommendations:alerts/"
    assert slot_url(request_of("viewer", []), "alerts") == ""
    assert slot_url(request_of("owner", []), "unknown") == ""
