"""The decisions that a level is about, and what came before each entry. Plain NumPy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.trading.inference.samples import BQL
from analytics.trading.record import Floats, Ints, Record

DAY = 86_400.0
LAST_DAYS, LAST_DECISIONS = 90, 200


@dataclass(frozen=True)
class Entries:
    """For each decision with a known entry: the decision closed last before it in its session, or −1.

    gap: seconds from that close to this entry; NaN without one.
    """

    before: Ints
    gap: Floats

    @property
    def known(self) -> np.ndarray:
        return self.before >= 0


def window(record: Record) -> Record:
    """The last 90 days or 200 decisions, whichever is fewer, but at least 30 decisions on 10 sessions if there are."""
    n = len(record)
    if not n:
        return record
    recent = int((record.closed >= record.closed[-1] - LAST_DAYS * DAY).sum())
    least = _least(record)
    return record.where(np.arange(n) >= n - max(min(recent, LAST_DECISIONS), least))


def _least(record: Record) -> int:
    """Decisions from the end that hold 30 decisions and 10 sessions."""
    backwards = record.session[::-1]
    _, first = np.unique(backwards, return_index=True)
    firsts = np.sort(first)
    tenth = int(firsts[BQL.days - 1]) + 1 if len(firsts) >= BQL.days else len(record)
    return max(min(BQL.decisions, len(record)), tenth)


def entries(record: Record) -> Entries:
    """Only what was closed before an entry can have moved it: an open position has no result yet."""
    n = len(record)
    place = np.searchsorted(record.closed, record.opened, side="right") - 1
    place = np.where(np.isfinite(record.opened), place, -1)
    place = np.where(place >= np.arange(n), np.arange(n) - 1, place)  # never itself, where entry and close coincide
    same = (place >= 0) & (record.session[np.maximum(place, 0)] == record.session)
    before = np.where(same, place, -1).astype(np.int64)
    gap = np.where(same, record.opened - record.closed[np.maximum(before, 0)], np.nan)
    return Entries(before, gap)
