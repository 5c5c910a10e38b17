"""What a trader could know before each entry: the last close, its outcome, the place in the session. Plain NumPy.

"After a loss" means that the last decision closed before this entry, in the same session, was a loss. A result that
came later is never used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.trading.record import Floats, Ints, Record

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Before:
    """Columns in the record's own order, one value a decision.

    known:       the time of entry is known; everything else is empty where it is not.
    last:        position of the decision that closed last before this entry in the same session; −1 for none.
    after_loss, after_win: its outcome; after a flat decision both are false.
    pause:       seconds from that close to this entry; NaN without one.
    order:       place in the session by entry, from 1; 0 where unknown.
    hours:       hours since the session's first entry; NaN where unknown.
    wins:        wins in a row closed before this entry, over sessions.
    since_entry: seconds since the session's entry before; NaN for its first.
    """

    known: Mask
    last: Ints
    after_loss: Mask
    after_win: Mask
    pause: Floats
    order: Ints
    hours: Floats
    wins: Ints
    since_entry: Floats

    @property
    def again(self) -> Mask:
        """Entries after a win or a loss of the same session."""
        return self.after_loss | self.after_win


def before(record: Record) -> Before:
    """The state before each entry. A decision that opens and closes at one moment does not know its own result."""
    n, known = len(record), np.isfinite(record.opened)
    at = np.where(known, record.opened, -np.inf)
    closed_before = np.minimum(np.searchsorted(record.closed, at, side="right"), np.arange(n)) - 1
    here = closed_before >= 0
    here[here] &= record.session[closed_before[here]] == record.session[here]
    last = np.where(here, closed_before, -1)
    outcome = np.where(last >= 0, np.sign(record.net[last]), 0) if n else np.empty(0)
    pause = np.where(last >= 0, at - record.closed[last], np.nan) if n else np.empty(0)
    order, hours, since = _places(record, known)
    runs = np.concatenate([[0], _runs(record.net > 0)])
    return Before(known, last, outcome < 0, outcome > 0, pause, order, hours, runs[closed_before + 1], since)


def _runs(hit: Mask) -> Ints:
    """The length of the run of true values that ends at each position."""
    place = np.arange(1, len(hit) + 1)
    broken = np.maximum.accumulate(np.where(hit, 0, place)) if len(hit) else place
    return np.asarray(place - broken, dtype=np.int64)


def _places(record: Record, known: Mask) -> tuple[Ints, Floats, Floats]:
    n = len(record)
    order, hours, since = np.zeros(n, dtype=np.int64), np.full(n, np.nan), np.full(n, np.nan)
    rows = np.flatnonzero(known)
    if not len(rows):
        return order, hours, since
    rows = rows[np.lexsort((record.closed[rows], record.opened[rows], record.session[rows]))]
    first = np.concatenate([[True], np.diff(record.session[rows]) != 0])
    begins = np.maximum.accumulate(np.where(first, np.arange(len(rows)), 0))
    at = record.opened[rows]
    order[rows] = np.arange(len(rows)) - begins + 1
    hours[rows] = (at - at[begins]) / 3600
    since[rows[1:]] = np.where(first[1:], np.nan, np.diff(at))
    return order, hours, since
