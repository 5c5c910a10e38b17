"""A trader's record: the closed decisions of one account in close order, as columns. What every module computes on.

Plain NumPy: no database, no clock. Statistics are float64; what is added up as money stays exact beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, Self
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Texts = NDArray[np.str_]

EPOCH = date(1970, 1, 1)
#: Form is cut off here, so that one outlier does not decide an average (AFMA, trading.md § 7).
FORM_LIMIT = 5.0
#: Columns that a record may be made without; they are NaN then.
OPTIONAL = ("stop", "first_exit", "last_exit")


@dataclass(frozen=True, eq=False)
class Record:
    """N decisions in close order; all columns have length N.

    opened, closed:  seconds since 1970 in UTC; `opened` is NaN where the statement has no time of entry.
    session:         the session of the close, as days since 1970.
    zone:            in which hours and weekdays are told: the session's zone.
    size:            quantity ÷ the median quantity of its instrument; 1 is usual.
    net, gross, costs: money in major units of `currency`; costs (commission, fees, swap) negative; net = gross + costs.
    risk, r:         initial risk in money and net ÷ risk; NaN unless the initial stop is known.
    mae, mfe:        worst and best unrealised money; NaN unless the statement has them.
    exact:           net to the last digit, for sums that are shown as money.
    stop:            the last known stop price; NaN unless the statement has it.
    first_exit, last_exit: prices of the first and the last exit of a decision that was closed in parts; else NaN.
    balance:         the balance before the first decision; None without one, and then nothing is said in percent.
    flows:           deposits and withdrawals as (seconds since 1970, amount), in order.
    """

    currency: str
    zone: str
    keys: tuple[str, ...]
    instrument: Texts
    setup: Texts
    exit_reason: Texts
    direction: Ints
    opened: Floats
    closed: Floats
    session: Ints
    quantity: Floats
    size: Floats
    entry: Floats
    exit: Floats
    net: Floats
    gross: Floats
    costs: Floats
    risk: Floats
    mae: Floats
    mfe: Floats
    exact: tuple[Decimal, ...]
    stop: Floats = field(default_factory=lambda: np.empty(0))
    first_exit: Floats = field(default_factory=lambda: np.empty(0))
    last_exit: Floats = field(default_factory=lambda: np.empty(0))
    balance: Decimal | None = None
    flows: tuple[tuple[float, Decimal], ...] = ()
    asset_class: str = ""

    def __post_init__(self) -> None:
        for name in OPTIONAL:
            if not len(getattr(self, name)) and len(self.keys):
                object.__setattr__(self, name, np.full(len(self.keys), np.nan))
        lengths = {len(getattr(self, name)) for name in self.columns()}
        if len(lengths) > 1:
            raise ValueError(f"columns of different lengths: {sorted(lengths)}")
        if len(self) and bool(np.any(np.diff(self.closed) < 0)):
            raise ValueError("decisions are kept in close order")

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """The names of the columns, one value a decision each."""
        single = {"currency", "zone", "balance", "flows", "asset_class"}
        return tuple(one.name for one in fields(cls) if one.name not in single)

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def r(self) -> Floats:
        """Net in units of initial risk; NaN where that is unknown."""
        known = self.risk > 0
        return np.divide(self.net, self.risk, out=np.full(len(self), np.nan), where=known)

    @cached_property
    def form(self) -> Floats:
        """f: net in R where at least half of the decisions know their risk, else net ÷ median loss; cut off at ±5.

        Empty: all zero while there is neither a risk nor a loss to measure by. Source: trading.md § 7, AFMA.
        """
        if len(self) and np.isfinite(self.r).mean() >= 0.5:
            return np.clip(np.where(np.isfinite(self.r), self.r, self.net / self.unit), -FORM_LIMIT, FORM_LIMIT)
        return np.clip(self.net / self.unit, -FORM_LIMIT, FORM_LIMIT)

    @cached_property
    def unit(self) -> float:
        """The median loss in money, by which results are compared; the mean absolute result without any loss, or 1."""
        losses = -self.net[self.net < 0]
        if len(losses):
            return float(np.median(losses))
        mean = float(np.abs(self.net).mean()) if len(self) else 0.0
        return mean or 1.0

    @cached_property
    def sessions(self) -> Ints:
        """The sessions traded, ascending, once each, as days since 1970."""
        return np.unique(self.session)

    @property
    def n_sessions(self) -> int:
        return len(self.sessions)

    @cached_property
    def first_session(self) -> date | None:
        return day_of(int(self.session.min())) if len(self) else None

    @cached_property
    def last_session(self) -> date | None:
        return day_of(int(self.session.max())) if len(self) else None

    @cached_property
    def as_of(self) -> datetime:
        """The data's own time: the last close, or 1970 for an empty record."""
        return datetime.fromtimestamp(float(self.closed[-1]) if len(self) else 0.0, tz=UTC)

    @cached_property
    def local_opened(self) -> tuple[datetime | None, ...]:
        """Entries in the record's zone; None where unknown."""
        zone = ZoneInfo(self.zone)
        return tuple(datetime.fromtimestamp(t, tz=zone) if np.isfinite(t) else None for t in self.opened)

    @cached_property
    def hold(self) -> Floats:
        """Seconds from entry to exit; NaN where the entry's time is unknown."""
        return self.closed - self.opened

    @cached_property
    def by_entry(self) -> Ints:
        """Positions in order of entry (then of close); decisions without a time of entry come by their close."""
        entered = np.where(np.isfinite(self.opened), self.opened, self.closed)
        return np.lexsort((np.arange(len(self)), self.closed, entered)).astype(np.int64)

    @cached_property
    def digest(self) -> str:
        """What the record holds, as a hash: equal records, equal results."""
        content = hashlib.sha256()
        for name in self.columns():
            column = getattr(self, name)
            body = (
                column.tobytes() if isinstance(column, np.ndarray) and column.dtype.kind in "fi" else repr(list(column))
            )
            content.update(name.encode())
            content.update(body if isinstance(body, bytes) else body.encode())
        content.update(repr((self.currency, self.zone, self.balance, self.flows, self.asset_class)).encode())
        return content.hexdigest()

    def where(self, mask: NDArray[np.bool_]) -> Self:
        """The decisions of `mask`, sizes as they were: normalised over the whole record."""
        picked = np.flatnonzero(mask)
        columns: dict[str, Any] = {
            name: tuple(column[i] for i in picked)
            if isinstance(column := getattr(self, name), tuple)
            else column[picked]
            for name in self.columns()
        }
        return replace(self, **columns)


def day_of(number: int) -> date:
    """The day `number` days after 1970-01-01."""
    return EPOCH + timedelta(days=number)


def number_of(day: date) -> int:
    """Days from 1970-01-01 to `day`."""
    return (day - EPOCH).days


def normalised_size(instrument: Sequence[str] | Texts, quantity: Floats) -> Floats:
    """Each quantity ÷ the median quantity of its instrument, so that contracts of all kinds compare."""
    names = np.asarray(instrument)
    size = np.ones(len(quantity))
    for name in np.unique(names):
        mine = names == name
        middle = float(np.median(quantity[mine]))
        size[mine] = quantity[mine] / middle if middle > 0 else 1.0
    return size
