"""Series and changes over the API and on the metrics page: the same sums, and clear refusals."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.testing.world import World
from analytics.testing.desk import computed_desk

API = "/api/v1/metrics"


@pytest.fixture
def desk(world: World) -> World:
    computed_desk(world.business, as_of=timezone.now(), days=60)
    return world


def test_a_series_adds_up_to_the_total(desk: World, client_of: Any) -> None:
    answer = client_of(desk.owner).get(f"{API}/series?metric=payments.gross&period=28d&grain=week")
    body = answer.json()
    total = client_of(desk.owner).get(f"{API}?period=28d").json()["revenue_gross"]
    assert answer.status_code == 200 and body["grain"] == "week" and total > 0
    assert sum(point["figure"]["value"] for point in body["points"]) == total


def test_parts_add_up_to_the_change(desk: World, client_of: Any) -> None:
    body = client_of(desk.owner).get(f"{API}/changes?metric=payments.net&period=28d").json()
    change = body["now"]["value"] - body["before"]["value"]
    assert sum(part["contribution"]["value"] for part in body["parts"]) == change
    assert {part["key"] for part in body["parts"]} == {"payments.gross", "payments.refunds", "payments.dispute_losses"}


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("series?metric=payments.moon", 400, "no series"), ("series?metric=payments.net&grain=hour", 400, "Steps are"),
        ("series?metric=payments.net&period=12m&grain=day", 400, "60 steps"), ("series", 400, ""),
        ("changes?metric=payments.net&by=moon", 400, "parts, currency"),
        ("changes?metric=payments.net&period=whenever", 400, ""),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(desk: World, client_of: Any, query: str, status: int, words: str) -> None:
    answer = client_of(desk.owner).get(f"{API}/{query}")
    assert answer.status_code == status and words in answer.content.decode()


@pytest.mark.parametrize("query", ["series?metric=payments.net", "changes?metric=payments.net"])
def test_a_stranger_gets_nothing(desk: World, client_of: Any, query: str) -> None:
    answer = client_of(desk.stranger).get(f"{API}/{query}&business_id={desk.business.pk}")
    assert answer.status_code in (403, 404)


def test_the_page_shows_what_changed(desk: World, client_of: Any) -> None:
    address = reverse("payments:metrics", kwargs={"business": desk.business.slug})
    html = client_of(desk.owner).get(f"{address}?period=28d").content.decode()
    assert "What changed net revenue" in html and "Number of payments" in html and "Average payment" in html
