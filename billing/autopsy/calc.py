"""The promise of a report in working days. Plain Python, no clock."""

from __future__ import annotations

from datetime import datetime, time, timedelta

SATURDAY = 5


def promised_by(start: datetime, *, working_days: int) -> datetime:
    """The moment `working_days` after `start`, Saturdays and Sundays (of `start`'s zone) not counted.

    A start on a weekend counts as the Monday's beginning. Zero days is the start itself, moved off a weekend.
    """
    moment = start
    while moment.weekday() >= SATURDAY:
        moment = datetime.combine(moment.date() + timedelta(days=1), time(), tzinfo=start.tzinfo)
    left = working_days
    while left > 0:
        moment += timedelta(days=1)
        left -= moment.weekday() < SATURDAY
    return moment
