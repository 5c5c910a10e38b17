"""An order as it was read at one moment: plain values, money in minor units, aware times. No Django in here."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order. subtotal excludes tax, total includes it; both in minor units of the order's currency."""

    id: int
    sku: str
    name: str
    quantity: Decimal
    subtotal: int
    total: int


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that arrived for an order, and how much of it went back.

    ref:     names it for ever, such as `tx:17` or `invoice:4`.
    amount:  minor units of its own currency.
    """

    ref: str
    paid_at: datetime
    amount: int
    currency: str
    refunded: int = 0

    @property
    def is_returned(self) -> bool:
        return self.refunded >= self.amount


@dataclass(frozen=True, slots=True)
class OrderReading:
    """One sales order with its lines and money. `version` is the newest write date of all records it was made from."""

    id: int
    name: str
    state: str
    version: datetime
    ordered_at: datetime
    currency: str
    total: int
    email: str
    customer: str = ""
    partner: int = 0
    lines: tuple[Line, ...] = ()
    payments: tuple[Payment, ...] = ()

    def as_json(self) -> JSON:
        """The reading as it is stored; `from_json` gives it back."""
        plain: JSON = json.loads(json.dumps(asdict(self), default=_text))
        return plain

    @property
    def mark(self) -> str:
        """A digest of everything but the version: two readings that say the same have the same."""
        said = {name: value for name, value in self.as_json().items() if name != "version"}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def from_json(stored: JSON) -> OrderReading:
    """The reading that `as_json` stored."""
    values = dict(stored)
    values["lines"] = tuple(Line(**{**line, "quantity": Decimal(line["quantity"])}) for line in stored["lines"])
    values["payments"] = tuple(Payment(**{**paid, "paid_at": _moment(paid["paid_at"])}) for paid in stored["payments"])
    for name in ("version", "ordered_at"):
        values[name] = _moment(stored[name])
    return OrderReading(**values)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
