"""When messages are tried again."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations.outbound.schedule import LONGEST_PAUSE, RETRIES, is_given_up, next_try

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


@given(attempts=st.integers(1, len(RETRIES)), seed=st.integers())
def test_each_retry_is_within_a_tenth_of_its_pause(attempts: int, seed: int) -> None:
    due = next_try(attempts, now=NOW, retry_after=None, draw=random.Random(seed))
    assert due is not None and abs((due - NOW) / RETRIES[attempts - 1] - 1) <= 0.1001


def test_after_the_last_one_it_is_over() -> None:
    assert next_try(len(RETRIES) + 1, now=NOW, retry_after=None, draw=random.Random(1)) is None
    assert sum(RETRIES, timedelta()) > timedelta(days=3)


@pytest.mark.parametrize(
    ("asked", "least"), [(timedelta(hours=1), timedelta(hours=1)), (timedelta(days=9), LONGEST_PAUSE)]
)
def test_a_receiver_may_ask_for_a_pause_of_a_day(asked: timedelta, least: timedelta) -> None:
    assert next_try(1, now=NOW, retry_after=asked, draw=random.Random(1)) == NOW + least


def test_an_endpoint_is_given_up_after_five_days() -> None:
    assert not is_given_up(None, now=NOW)
    assert not is_given_up(NOW - timedelta(days=4, hours=23), now=NOW)
    assert is_given_up(NOW - timedelta(days=5), now=NOW)
