"""Stripe's objects as the few values we decide by. Pure; several API versions are understood.

Newer payloads keep the period on the items, older ones on the subscription (payments.md § 3, 15).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """One subscription. Amounts are minor units a period, excluding tax; `price_id` is empty for anything but one item.

    failing_since:  when the newest invoice was first asked for and not paid; None while nothing is owed.
    """

    id: str
    customer: str
    status: str
    livemode: bool
    price_id: str
    item_id: str
    amount: int
    discounted: int
    currency: str
    interval: str
    started_at: datetime
    trial_end: datetime | None
    period_end: datetime | None
    cancel_at: datetime | None
    ended_at: datetime | None
    failing_since: datetime | None


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """One invoice of ours; totals are minor units."""

    id: str
    customer: str
    subscription: str
    number: str
    status: str
    currency: str
    total: int
    total_excluding_tax: int
    amount_paid: int
    amount_due: int
    attempt_count: int
    next_attempt_at: datetime | None
    hosted_url: str
    pdf_url: str
    issued_at: datetime
    paid_at: datetime | None

    @property
    def is_failing(self) -> bool:
        return self.status == "open" and self.attempt_count > 0


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """One way to the till."""

    id: str
    status: str
    is_paid: bool
    customer: str
    subscription: str
    reference: str
    attempt: str
    currency: str
    subtotal: int


def subscription_facts(obj: JSON) -> SubscriptionFacts:
    """Read a subscription with `latest_invoice` expanded. Errors: KeyError, TypeError for what is none."""
    items = obj["items"]["data"]
    only = items[0] if len(items) == 1 and items[0].get("quantity", 1) == 1 else None
    price = (only or {}).get("price") or {}
    ends = [item["current_period_end"] for item in items if item.get("current_period_end")]
    period_end = max(ends) if ends else obj.get("current_period_end")
    amount = sum((item["price"].get("unit_amount") or 0) * item.get("quantity", 1) for item in items)
    return SubscriptionFacts(
        id=obj["id"],
        customer=_id(obj["customer"]),
        status=obj["status"],
        livemode=obj["livemode"] is True,
        price_id=price.get("id", ""),
        item_id=(only or {}).get("id", ""),
        amount=amount,
        discounted=_discounted(amount, obj.get("discounts") or []),
        currency=obj["currency"],
        interval=(price.get("recurring") or {}).get("interval", "month"),
        started_at=_at(obj.get("start_date") or obj["created"]),
        trial_end=_maybe(obj.get("trial_end")),
        period_end=_maybe(period_end),
        cancel_at=_maybe(obj.get("cancel_at") or (period_end if obj.get("cancel_at_period_end") else None)),
        ended_at=_maybe(obj.get("ended_at")),
        failing_since=_failing_since(obj),
    )


def invoice_facts(obj: JSON) -> InvoiceFacts:
    """Errors: KeyError, TypeError for what is no invoice."""
    moments = obj.get("status_transitions") or {}
    parent = ((obj.get("parent") or {}).get("subscription_details") or {}).get("subscription")
    return InvoiceFacts(
        id=obj["id"],
        customer=_id(obj["customer"]),
        subscription=_id(parent or obj.get("subscription") or ""),
        number=obj.get("number") or "",
        status=obj.get("status") or "draft",
        currency=obj["currency"],
        total=obj["total"],
        total_excluding_tax=obj["total"] if obj.get("total_excluding_tax") is None else obj["total_excluding_tax"],
        amount_paid=obj["amount_paid"],
        amount_due=obj["amount_due"],
        attempt_count=obj.get("attempt_count") or 0,
        next_attempt_at=_maybe(obj.get("next_payment_attempt")),
        hosted_url=obj.get("hosted_invoice_url") or "",
        pdf_url=obj.get("invoice_pdf") or "",
        issued_at=_at(moments.get("finalized_at") or obj["created"]),
        paid_at=_maybe(moments.get("paid_at")),
    )


def session_facts(obj: JSON) -> SessionFacts:
    """Errors: KeyError, TypeError for what is no checkout session."""
    return SessionFacts(
        id=obj["id"],
        status=obj.get("status") or "open",
        is_paid=obj.get("payment_status") in ("paid", "no_payment_required"),
        customer=_id(obj.get("customer") or ""),
        subscription=_id(obj.get("subscription") or ""),
        reference=obj.get("client_reference_id") or "",
        attempt=(obj.get("metadata") or {}).get("attempt", ""),
        currency=obj.get("currency") or "",
        subtotal=obj.get("amount_subtotal") or 0,
    )


def subscription_of(type: str, obj: JSON) -> str:
    """Which subscription an event is about; empty for none. `invoice.upcoming` has no id, its subscription has."""
    if type.startswith("customer.subscription."):
        return _id(obj.get("id") or "")
    if type.startswith("invoice."):
        parent = ((obj.get("parent") or {}).get("subscription_details") or {}).get("subscription")
        return _id(parent or obj.get("subscription") or "")
    return ""


def _failing_since(obj: JSON) -> datetime | None:
    """The first attempt comes with the invoice's finalisation, so that moment stands for the first failure."""
    invoice = obj.get("latest_invoice")
    if not isinstance(invoice, dict) or invoice.get("status") not in ("open", "uncollectible"):
        return None
    if not invoice.get("attempt_count"):
        return None
    return _at((invoice.get("status_transitions") or {}).get("finalized_at") or invoice["created"])


def _discounted(amount: int, discounts: list[Any]) -> int:
    """After discounts that are given whole (`expand`); those of one invoice only do not count for the period."""
    for discount in discounts:
        coupon = _coupon(discount)
        if not coupon or coupon.get("duration") == "once":
            continue
        if coupon.get("percent_off"):
            amount -= round(amount * coupon["percent_off"] / 100)
        amount -= coupon.get("amount_off") or 0
    return max(amount, 0)


def _coupon(discount: Any) -> JSON:
    if not isinstance(discount, dict):
        return {}
    source = discount.get("source") or {}
    found = discount.get("coupon") or source.get("coupon")
    return found if isinstance(found, dict) else {}


def _id(value: Any) -> str:
    """An object's id, whether it came expanded or not."""
    return str(value.get("id", "")) if isinstance(value, dict) else str(value)


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _maybe(seconds: int | None) -> datetime | None:
    return _at(seconds) if seconds else None
