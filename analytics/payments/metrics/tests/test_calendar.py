from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.payments.calendar import add_months, complete_months, complete_weeks, months_between


@pytest.mark.parametrize(
    ("first", "as_of", "n"),
    [
        (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2026, 1, 31), date(2026, 2, 27), 0),
        (date(2026, 1, 15), date(2026, 4, 15), 3),
        (date(2026, 1, 15), date(2026, 4, 14), 2),
        (date(2025, 1, 1), date(2026, 1, 1), 12),
        (date(2024, 2, 29), date(2025, 2, 28), 12),
        (date(2026, 5, 2), date(2026, 5, 1), 0),
    ],
)
def test_history_counts_months_that_have_passed(first, as_of, n):
    assert months_between(first, as_of) == n


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.dates(date(2000, 1, 1), date(2040, 1, 1)))
def test_history_is_the_largest_n_that_fits(first, as_of):
    n = months_between(first, as_of)
    assert n == 0 or add_months(first, n) <= as_of
    assert as_of < first or as_of < add_months(first, n + 1)


@pytest.mark.parametrize(
    ("first", "as_of", "months"),
    [
        (None, date(2026, 6, 1), []),
        (date(2026, 3, 1), date(2026, 6, 1), [3, 4, 5]),
        (date(2026, 3, 2), date(2026, 6, 1), [4, 5]),
        (date(2026, 3, 2), date(2026, 5, 31), [4]),
        (date(2026, 5, 20), date(2026, 6, 30), []),
    ],
)
def test_a_complete_month_lies_whole_between_first_charge_and_as_of(first, as_of, months):
    assert [month.month for month in complete_months(first, as_of)] == months


def test_weeks_end_before_the_week_of_as_of_and_begin_after_the_first_charge():
    # 2026-06-17 is a Wednesday; its week begins on the 15th.
    weeks = complete_weeks(date(2026, 5, 26), date(2026, 6, 17), last=26)
    assert weeks == (date(2026, 6, 1), date(2026, 6, 8))


def test_no_more_weeks_than_asked_for():
    assert len(complete_weeks(date(2020, 1, 1), date(2026, 6, 17), last=26)) == 26
