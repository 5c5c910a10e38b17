"""Orders of Odoo for tests: readings, and the records they are made from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from billing.models import OdooOrder
from billing.orders.reading import Line, OrderReading, Payment
from billing.orders.services import take

DATABASE = "shop"
PLACED = datetime(2026, 6, 15, 10, tzinfo=UTC)
EMAIL = "david@trader.example"
TRADER, AUTOPSY = "BW-TRADER", "BW-AUTOPSY"
PRICES = {TRADER: 25_000, AUTOPSY: 9_900, "BW-AUTOPSY-PLUS": 14_900}


def at(minutes: float) -> datetime:
    """So many minutes after the order was placed."""
    return PLACED + timedelta(minutes=minutes)


def payment(number: int = 1, *, amount: int = 25_000, paid_at: datetime | None = None, **fields: Any) -> Payment:
    given: dict[str, Any] = {
        "ref": f"tx:{number}",
        "paid_at": paid_at or at(number),
        "amount": amount,
        "currency": "usd",
    }
    return Payment(**{**given, **fields})


def line(sku: str = TRADER, *, number: int = 1, **fields: Any) -> Line:
    price = PRICES.get(sku, 1_800)
    given: dict[str, Any] = {
        "id": number, "sku": sku, "name": sku, "quantity": Decimal(1), "subtotal": price, "total": price,
    }  # fmt: skip
    return Line(**{**given, **fields})


def reading(order: int = 42, *, sku: str = TRADER, paid: bool = True, **fields: Any) -> OrderReading:
    """A paid order of one plan, unless the fields say otherwise."""
    lines = fields.pop("lines", (line(sku),))
    total = sum(one.total for one in lines)
    given: dict[str, Any] = {
        "id": order, "name": f"S{order:05d}", "state": "sale" if paid else "sent", "version": at(1), "currency": "usd",
        "ordered_at": PLACED, "total": total, "email": EMAIL, "customer": "David Trader", "partner": 7, "lines": lines,
        "payments": (payment(amount=total),) if paid else (),
    }  # fmt: skip
    return OrderReading(**{**given, **fields})


def taken(found: OrderReading, *, observed_at: datetime | None = None, now: datetime | None = None) -> OdooOrder:
    """The order after a reading was taken in."""
    return take(
        found, database=DATABASE, observed_at=observed_at or found.version, found_by="webhook",
        now=now or found.version,
    )  # fmt: skip
