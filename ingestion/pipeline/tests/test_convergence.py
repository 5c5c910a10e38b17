"""Any order, repetition and grouping of the same rows gives the same facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.testing.world import World
from ingestion.models import Dispute, Source
from ingestion.pipeline.merge import merge
from ingestion.pipeline.rows import ENDED, ENDED_FOR_GOOD, DisputeRow
from ingestion.testing.factories import SEEN, dispute_row, make_source

pytestmark = pytest.mark.django_db

#: Few keys, versions, ranks and contents, so that every kind of tie and collision comes up.
versions = st.builds(
    lambda key, hours, rank, amount: dispute_row(
        f"dp_{key}", version_at=SEEN + timedelta(hours=hours), version_rank=rank, amount=amount
    ),
    key=st.integers(1, 3),
    hours=st.integers(0, 2),
    rank=st.sampled_from([10, 40, 60, 70, 80]),
    amount=st.integers(1, 3),
)
histories = st.lists(versions, min_size=1, max_size=12)

#: The database outlives the examples, so each rolls back; and a shared machine has no deadlines.
property_test = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)


@pytest.fixture
def source(world: World) -> Source:
    return make_source(world.business)


def facts_after(source: Source, batches: Sequence[Sequence[DisputeRow]]) -> list[tuple[Any, ...]]:
    """What the table holds after merging the batches one after the other, without ids and provenance."""
    columns = (*DisputeRow._fields, "content_hash")
    with transaction.atomic():
        for batch in batches:
            report = merge(source, "disputes", batch, observed_at=SEEN)
            assert report.new + report.changed + report.unchanged == report.seen == len(batch)
        held = list(Dispute.objects.of(source.business).order_by("external_id").values_list(*columns))
        transaction.set_rollback(True)
    return held


@property_test
@given(history=histories, data=st.data())
def test_order_does_not_matter(source: Source, history: list[DisputeRow], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(history))
    assert facts_after(source, [[row] for row in shuffled]) == facts_after(source, [[row] for row in history])


@property_test
@given(history=histories, data=st.data())
def test_repetition_does_not_matter(source: Source, history: list[DisputeRow], data: st.DataObject) -> None:
    repeated = history + data.draw(st.lists(st.sampled_from(history), max_size=8))
    assert facts_after(source, [data.draw(st.permutations(repeated))]) == facts_after(source, [history])


@property_test
@given(history=histories, cuts=st.lists(st.integers(0, 12), max_size=4))
def test_grouping_does_not_matter(source: Source, history: list[DisputeRow], cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(history)]
    groups = [history[start:end] for start, end in pairwise(edges)]
    assert facts_after(source, groups) == facts_after(source, [history])


@property_test
@given(history=histories)
def test_the_greatest_version_of_each_key_is_held(source: Source, history: list[DisputeRow]) -> None:
    """The rule itself, in Python: band of the rank, then time, then rank; equal ones may differ only in content."""

    def order(row: DisputeRow) -> tuple[Any, ...]:
        rank = row.version_rank
        return ((rank >= ENDED) + (rank >= ENDED_FOR_GOOD), row.version_at, rank)

    held = {fact[0]: DisputeRow(*fact[:-1]) for fact in facts_after(source, [[row] for row in history])}
    assert set(held) == {row.external_id for row in history}
    for key, fact in held.items():
        of_key = [row for row in history if row.external_id == key]
        assert order(fact) == max(map(order, of_key))
        assert fact in of_key


@property_test
@given(history=histories)
def test_a_replay_marks_nothing(source: Source, history: list[DisputeRow]) -> None:
    with transaction.atomic():
        merge(source, "disputes", history, observed_at=SEEN)
        again = merge(source, "disputes", history, observed_at=SEEN)
        transaction.set_rollback(True)
    assert (again.new, again.changed, again.dirty_days) == (0, 0, frozenset())
