"""The list: filters, orders, pages that never overlap, and nothing of another business."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.errors import InvalidInput, NotYours
from accounts.testing.world import World
from recommendations.board.queries import SORTS, Filters, counts, history, listed, one, top
from recommendations.board.services import decide
from recommendations.models import Recommendation
from recommendations.testing.findings import finding, seen

DAY = timedelta(days=1)


@pytest.fixture
def rows(world: World, clock: datetime) -> list[Recommendation]:
    """Five rows of different weight; two of them have a deadline, one claims no gain."""
    return seen(
        world.business,
        finding(as_of=clock, subject="a", points="12"),
        finding(as_of=clock, subject="b", points="4", deadline=clock + 2 * DAY),
        finding(as_of=clock, subject="c", points="3"),
        finding(as_of=clock, subject="d", points="1"),
        finding(as_of=clock, subject="e", points=None, deadline=clock + 6 * DAY),
        as_of=clock,
    )


def subjects(rows: tuple[Recommendation, ...]) -> str:
    return "".join(row.subject for row in rows)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("-weight", "baecd"),
        ("weight", "dceab"),
        ("-gain", "abcd"),
        ("gain", "dcba"),
        ("deadline", "be"),
        ("-deadline", "eb"),
    ],
)
def test_orders(rows: list[Recommendation], world: World, clock: datetime, sort: str, order: str) -> None:
    assert subjects(listed(world.business, filters=Filters(sort=sort), as_of=clock).rows) == order


@pytest.mark.parametrize("sort", sorted(SORTS))
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_follow_each_other_without_gap_or_overlap(
    rows: list[Recommendation], world: World, clock: datetime, sort: str, limit: int
) -> None:
    whole = listed(world.business, filters=Filters(sort=sort), as_of=clock).rows
    found: list[Recommendation] = []
    cursor = ""
    while True:
        page = listed(world.business, filters=Filters(sort=sort), as_of=clock, cursor=cursor, limit=limit)
        found += page.rows
        cursor = page.next_cursor
        if not cursor:
            break
    assert [row.pk for row in found] == [row.pk for row in whole]


@pytest.mark.parametrize(("priority", "order"), [("high", "bae"), ("medium", "c"), ("low", "d")])
def test_priority_filters(rows: list[Recommendation], world: World, clock: datetime, priority: str, order: str) -> None:
    assert subjects(listed(world.business, filters=Filters(priority=priority), as_of=clock).rows) == order


def test_status_filters_and_counts_agree(rows: list[Recommendation], world: World, clock: datetime) -> None:
    decide(world.business, rows[0].pk, "accepted", actor=world.owner, at=clock)
    decide(world.business, rows[1].pk, "dismissed", actor=world.owner, at=clock)
    decide(world.business, rows[2].pk, "snoozed", actor=world.owner, at=clock, until=clock + DAY)
    for moment, n_open in ((clock, 2), (clock + DAY, 3)):
        numbers = counts(world.business, as_of=moment)
        assert numbers["open"] == n_open and numbers["snoozed"] == 3 - n_open
        for status, number in numbers.items():
            assert len(listed(world.business, filters=Filters(status=status), as_of=moment).rows) == number


@pytest.mark.parametrize("filters", [Filters(status="x"), Filters(priority="x"), Filters(sort="name")])
def test_unknown_filters_are_refused(world: World, clock: datetime, filters: Filters) -> None:
    with pytest.raises(InvalidInput):
        listed(world.business, filters=filters, as_of=clock)


@pytest.mark.parametrize("cursor", ["x", "!!!", "W10", "WyJnYWluIiwgIjEiLCAieCJd"])
def test_a_cursor_that_is_not_ours_is_refused(world: World, clock: datetime, cursor: str) -> None:
    with pytest.raises(InvalidInput):
        listed(world.business, filters=Filters(), as_of=clock, cursor=cursor)


def test_a_cursor_of_another_order_is_refused(rows: list[Recommendation], world: World, clock: datetime) -> None:
    cursor = listed(world.business, filters=Filters(), as_of=clock, limit=1).next_cursor
    with pytest.raises(InvalidInput):
        listed(world.business, filters=Filters(sort="-gain"), as_of=clock, cursor=cursor)


def test_top_gives_the_most_important_open_ones(rows: list[Recommendation], world: World, clock: datetime) -> None:
    decide(world.business, rows[0].pk, "accepted", actor=world.owner, at=clock)
    assert subjects(top(world.business, as_of=clock, limit=2)) == "ae"


def test_another_business_sees_none_of_it(rows: list[Recommendation], world: World, clock: datetime) -> None:
    assert listed(world.other, filters=Filters(status="all"), as_of=clock).rows == ()
    assert top(world.other, as_of=clock) == () and sum(counts(world.other, as_of=clock).values()) == 0
    assert history(world.other, rows[0]) == ()
    with pytest.raises(NotYours):
        one(world.other, rows[0].pk)
