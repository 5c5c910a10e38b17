"""What is drawn from: the sessions that were traded, as money and as shares of the balance they began with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.trading.record import Floats, Record


@dataclass(frozen=True, slots=True)
class Sessions:
    """Results by session in order. `shares` and `balance` (after the last one) are None without a known balance.

    fall: the deepest fall of the running result, in money.
    """

    money: Floats
    shares: Floats | None
    balance: float | None
    fall: float


def sessions_of(record: Record) -> Sessions:
    """Empty: no sessions for a record without decisions. A balance that was used up on the way counts as unknown."""
    _, first, inverse = np.unique(record.session, return_index=True, return_inverse=True)
    money = np.bincount(inverse, weights=record.net, minlength=len(first)).astype(np.float64)
    running = np.concatenate([[0.0], np.cumsum(record.net)])
    fall = float((np.maximum.accumulate(running) - running).max())
    if record.balance is None or not len(record):
        return Sessions(money, None, None, fall)
    arrived = np.searchsorted([at for at, _ in record.flows], record.closed[first], side="right")
    moved = np.concatenate([[0.0], np.cumsum([float(amount) for _, amount in record.flows])])
    before = float(record.balance) + moved[arrived] + running[first]
    now = float(record.balance) + float(moved[-1]) + float(running[-1])
    if now <= 0 or bool((before <= 0).any()):
        return Sessions(money, None, None, fall)
    return Sessions(money, np.maximum(money / before, -1.0), now, fall)
