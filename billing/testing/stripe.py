"""A Stripe that says what it is told to say, in Stripe's shapes, without a network."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from billing.models import BillingCustomer, PlanPrice
from billing.stripe.client import JSON, Missing

PRICE, CUSTOMER, NAME = "price_trader_usd", "cus_acme", "sub_acme"


class FakeApi:
    """Answers like BillingApi from a table of paths; whatever is not in it is missing, and its lists are empty."""

    def __init__(self, **lists: list[JSON]) -> None:
        self.objects: dict[str, JSON] = {}
        self.lists = {f"/v1/{name}": rows for name, rows in lists.items()}
        self.asked: list[str] = []

    def get(self, path: str, **params: Any) -> JSON:
        self.asked.append(path)
        if path not in self.objects:
            raise Missing(path)
        return self.objects[path]

    def each(self, path: str, **params: Any) -> Iterator[JSON]:
        self.asked.append(path)
        yield from self.lists.get(path, [])

    def put(self, kind: str, obj: JSON) -> None:
        self.objects[f"/v1/{kind}/{obj['id']}"] = obj


def subscription(start: datetime, *, status: str = "active", **changes: Any) -> JSON:
    """A monthly subscription to the trader plan that began at `start`; `period` is days to its end."""
    began = int(start.timestamp())
    period = changes.pop("period", 30)
    amount = changes.pop("amount", 25_000)
    price = {"id": changes.pop("price", PRICE), "unit_amount": amount, "recurring": {"interval": "month"}}
    return {
        "id": NAME, "object": "subscription", "customer": CUSTOMER, "status": status, "livemode": False,
        "currency": "usd", "created": began, "start_date": began, "discounts": [], "trial_end": None,
        "cancel_at": None, "cancel_at_period_end": False, "ended_at": None, "latest_invoice": None,
        "items": {"data": [{"id": "si_1", "quantity": 1, "price": price,
                            "current_period_end": began + period * 86_400}]},
        **changes,
    }  # fmt: skip


def open_invoice(at: datetime) -> JSON:
    """An invoice that failed once, finalised at `at`."""
    moment = int(at.timestamp())
    return {
        "id": "in_1", "object": "invoice", "customer": CUSTOMER, "status": "open", "currency": "usd", "total": 25_000,
        "total_excluding_tax": 25_000, "amount_paid": 0, "amount_due": 25_000, "attempt_count": 1, "created": moment,
        "status_transitions": {"finalized_at": moment, "paid_at": None},
        "parent": {"subscription_details": {"subscription": NAME}},
    }  # fmt: skip


def make_customer(business: Any) -> None:
    """Let `business` be the fake's customer, and the trader price known under its id."""
    BillingCustomer.objects.create(business=business, stripe_id=CUSTOMER, livemode=False)
    PlanPrice.objects.filter(plan__key="trader", currency="usd").update(stripe_price_id=PRICE)
