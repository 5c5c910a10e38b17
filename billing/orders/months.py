"""Paid months from payments: which stretch of time each payment covers. Plain Python, no clock."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from billing.orders.reading import Payment

MONTHS: Final = {"month": 1, "year": 12}
#: No order has more; an amount that pays for more is a mistake that must not run for ever.
MOST: Final = 1_200


@dataclass(frozen=True, slots=True)
class Period:
    """One paid stretch: `starts_at` inside, `ends_at` outside. `payment` is the one that completed it."""

    number: int
    starts_at: datetime
    ends_at: datetime
    payment: str


def add_months(moment: datetime, months: int) -> datetime:
    """The same day and time `months` later; the last day of a month where that day does not exist."""
    month = moment.month - 1 + months
    year, month = moment.year + month // 12, month % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))


def paid_periods(
    payments: Sequence[Payment], *, first: int, renewal: int, interval: str, grace: timedelta
) -> tuple[Period, ...]:
    """The periods that payments cover, oldest first, whatever order they come in.

    first:   minor units that begin the first period, which may include other things of the same order.
    renewal: minor units of each further one.
    A payment before the end of a period, or up to `grace` after it, continues it; a later one begins anew, and the
    time between is a pause that nobody paid for.
    Empty:   no payments, or too little money for one period.
    """
    periods: list[Period] = []
    run_start: datetime | None = None
    in_run, money = 0, 0
    for payment in sorted(payments, key=lambda payment: (payment.paid_at, payment.ref)):
        money += payment.amount
        while (needed := renewal if periods else first) > 0 and money >= needed and len(periods) < MOST:
            money -= needed
            if run_start is None or payment.paid_at > periods[-1].ends_at + grace:
                run_start, in_run = payment.paid_at, 0
            step = MONTHS[interval]
            starts, ends = add_months(run_start, in_run * step), add_months(run_start, (in_run + 1) * step)
            in_run += 1
            periods.append(Period(len(periods) + 1, starts, ends, payment.ref))
    return tuple(periods)
