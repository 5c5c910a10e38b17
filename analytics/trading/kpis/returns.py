"""Results by session: which sessions count, and what each returned on the balance it began with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.trading.record import Floats, Ints, Record

YEAR, CRYPTO_YEAR = 252, 365
WEEK = 7
MONDAY_OFFSET = 3  # 1 January 1970 was a Thursday


@dataclass(frozen=True, slots=True)
class Sessions:
    """All sessions from the first to the last, idle ones included, as days since 1970, with their results.

    returns:   result ÷ balance at the session's start; results over their mean size where no balance is known.
    in_money:  whether returns are such scaled money. a: sessions of a year.
    """

    days: Ints
    results: Floats
    returns: Floats
    a: int
    in_money: bool

    def __len__(self) -> int:
        return len(self.days)


def is_crypto(record: Record) -> bool:
    return "crypto" in record.asset_class.lower()


def calendar(record: Record) -> Ints:
    """Weekdays from the first to the last session, every day for crypto, and whatever else was traded."""
    if not len(record):
        return np.empty(0, dtype=np.int64)
    span = np.arange(record.session.min(), record.session.max() + 1)
    if not is_crypto(record):
        span = span[(span + MONDAY_OFFSET) % WEEK < 5]
    return np.union1d(span, record.sessions).astype(np.int64)


def sessions(record: Record) -> Sessions:
    """Empty: no sessions without decisions. Sessions after the balance is used up are left out."""
    days = calendar(record)
    a = CRYPTO_YEAR if is_crypto(record) else YEAR
    place = np.searchsorted(days, record.session)
    results = np.bincount(place, weights=record.net, minlength=len(days)).astype(np.float64)
    if record.balance is None:
        scale = float(np.abs(results[results != 0]).mean()) if np.any(results) else 1.0
        return Sessions(days, results, results / scale, a, in_money=True)
    before = float(record.balance) + _deposited(record, days) + np.concatenate([[0.0], np.cumsum(results)[:-1]])
    gone = np.flatnonzero(before <= 0)
    end = int(gone[0]) if len(gone) else len(days)
    returns = np.maximum(results[:end] / before[:end], -1.0)
    return Sessions(days[:end], results[:end], returns, a, in_money=False)


def _deposited(record: Record, days: Ints) -> Floats:
    """Money moved before each session's first close; of an idle session, before the next."""
    if not record.flows:
        return np.zeros(len(days))
    order = np.lexsort((record.closed, record.session))
    first = np.searchsorted(record.session[order], days)  # of an idle session: the next one's
    moments = record.closed[order][np.minimum(first, len(record) - 1)]
    at = np.array([moment for moment, _ in record.flows])
    total = np.concatenate([[0.0], np.cumsum([float(amount) for _, amount in record.flows])])
    deposited: Floats = total[np.searchsorted(at, moments, side="right")]
    return deposited


def cagr(known: Sessions) -> float | None:
    """Compound return a year. Empty: None below a year of calendar days, or when nothing is left."""
    if len(known) < 2 or known.in_money:
        return None
    years = (int(known.days[-1]) - int(known.days[0]) + 1) / 365.25
    grown = float(np.prod(1 + known.returns))
    return grown ** (1 / years) - 1 if years >= 1 and grown > 0 else None


def worst_share(returns: Floats, share: float = 0.05) -> float | None:
    """Mean of the worst `share` of values, at least one. Empty: None below 60."""
    if len(returns) < 60:
        return None
    worst = np.sort(returns)[: max(1, int(len(returns) * share))]
    return float(worst.mean())
