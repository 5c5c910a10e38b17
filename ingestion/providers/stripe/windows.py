"""The windows of the first import: the last twelve months one by one, then whole years; newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

MONTHS = 12
#: Stripe opened to the public in September 2011.
FIRST_YEAR = 2011


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open range of creation times, with a label that stays the same over resumptions."""

    label: str
    start: datetime
    end: datetime

    def created(self) -> dict[str, int]:
        return {"gte": int(self.start.timestamp()), "lt": int(self.end.timestamp())}


def windows(*, opened: datetime | None, until: datetime) -> list[Window]:
    """Windows that together cover [`opened`, `until`], newest first.

    Months come alone so that the recent past is on screen after a few reads; older years together, because every
    window costs one read a stream even when it is empty. An unknown opening means Stripe's own beginning.
    """
    oldest = opened or datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    # The end is exclusive and in whole seconds: one more second takes in what was created in this one.
    end = datetime.fromtimestamp(int(until.timestamp()) + 1, UTC)
    found: list[Window] = []
    start = datetime(until.year, until.month, 1, tzinfo=UTC)
    for _ in range(MONTHS):
        if end <= oldest:
            return found
        found.append(Window(f"{start:%Y-%m}", start, end))
        start, end = _month_before(start), start
    for year in range(end.year if end.month > 1 else end.year - 1, FIRST_YEAR - 1, -1):
        if end <= oldest:
            break
        found.append(Window(f"{year}", datetime(year, 1, 1, tzinfo=UTC), end))
        end = datetime(year, 1, 1, tzinfo=UTC)
    return found


def since(moment: datetime) -> dict[str, Any]:
    """List parameters for everything created at or after `moment`."""
    return {"created": {"gte": int(moment.timestamp())}}


def _month_before(start: datetime) -> datetime:
    return start.replace(year=start.year - 1, month=12) if start.month == 1 else start.replace(month=start.month - 1)
