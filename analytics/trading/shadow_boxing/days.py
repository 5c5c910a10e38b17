"""A record cut into a firm's own days, trades in close order inside each, as the engines read it. Plain NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from analytics.trading.record import Floats, Ints, Record
from analytics.trading.shadow_boxing.rule_set import Reset

DAY = 86_400
NOON = 43_200
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Days:
    """D days with at most K trades each. Money is counted from the day's start; short days repeat their last trade.

    close:   (D, K) what was closed so far; low, high: worst and best equity inside each trade, from MAE and MFE where
             the statement has them, else from the closes alone.
    first:   position of the day's first trade in the record; count: how many there are.
    opens:   whether a position was opened on the day; trades without a time of entry count as opened.
    """

    number: Ints
    first: Ints
    count: Ints
    close: Floats
    low: Floats
    high: Floats
    opens: Mask
    intratrade: bool

    def __len__(self) -> int:
        return len(self.number)

    @property
    def net(self) -> Floats:
        return self.close[:, -1]


def firm_day(seconds: Floats, reset: Reset) -> Ints:
    """The firm's day of each moment, as days since 1970. A day that begins in the afternoon carries tomorrow's date."""
    zone = ZoneInfo(reset.zone)
    quarters, where = np.unique(np.floor(seconds / 900).astype(np.int64), return_inverse=True)
    offsets = np.array([_offset(int(quarter) * 900, zone) for quarter in quarters], dtype=np.int64)
    begins = reset.at.hour * 3600 + reset.at.minute * 60
    local = np.floor(seconds).astype(np.int64) + offsets[where] - begins
    return local // DAY + (1 if begins >= NOON else 0)


def cut(record: Record, reset: Reset) -> Days:
    """The record by the firm's days. Empty: no days for a record without trades."""
    number = firm_day(record.closed, reset)
    names, first, count = np.unique(number, return_index=True, return_counts=True)
    widest = int(count.max()) if len(count) else 1
    at = first[:, None] + np.minimum(np.arange(widest)[None, :], count[:, None] - 1)
    total = np.concatenate([[0.0], np.cumsum(record.net)])
    start = total[first][:, None]
    close, before = total[at + 1] - start, total[at] - start
    mae = np.where(np.isfinite(record.mae), np.abs(record.mae), 0.0)[at]
    mfe = np.where(np.isfinite(record.mfe), np.abs(record.mfe), 0.0)[at]
    opened = np.where(np.isfinite(record.opened), record.opened, record.closed)
    return Days(
        number=names.astype(np.int64),
        first=first.astype(np.int64),
        count=count.astype(np.int64),
        close=close,
        low=np.minimum(np.minimum(before, close), before - mae),
        high=np.maximum(np.maximum(before, close), before + mfe),
        opens=np.isin(names, firm_day(opened, reset)),
        intratrade=bool(len(record)) and bool(np.isfinite(record.mae).all()),
    )


def _offset(seconds: int, zone: ZoneInfo) -> int:
    found = datetime.fromtimestamp(seconds, tz=zone).utcoffset()
    return int(found.total_seconds()) if found is not None else 0
