"""Months and weeks as the metrics of this desk count them."""

from __future__ import annotations

import calendar
from datetime import date, timedelta


def month_start(day: date) -> date:
    return day.replace(day=1)


def add_months(day: date, months: int) -> date:
    """The same day `months` later (or earlier), held at the end of a shorter month:

    31 January + 1 is 28 February.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_between(first: date, as_of: date) -> int:
    """The largest n with `first` + n months ≤ `as_of`; 0 when `as_of` is earlier."""
    n = max(0, (as_of.year - first.year) * 12 + as_of.month - first.month)
    return n if n == 0 or add_months(first, n) <= as_of else n - 1


def complete_months(first: date | None, as_of: date) -> tuple[date, ...]:
    """First days of the whole calendar months before `as_of` that begin on or after `first`."""
    if first is None:
        return ()
    month = month_start(first) if first.day == 1 else add_months(month_start(first), 1)
    months = []
    while add_months(month, 1) <= month_start(as_of):
        months.append(month)
        month = add_months(month, 1)
    return tuple(months)


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def complete_weeks(first: date | None, as_of: date, *, last: int) -> tuple[date, ...]:
    """Mondays of the `last` ISO weeks that end before the week of `as_of`, none earlier than `first`."""
    if first is None:
        return ()
    this = monday(as_of)
    weeks = (this - timedelta(weeks=back) for back in range(last, 0, -1))
    return tuple(week for week in weeks if week >= first)
