"""How subscriptions, discounts and invoices look on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ingestion.sandbox.payments.books import Books
from ingestion.sandbox.payments.catalog import Coupon, Offer, coupon_id, price, price_id
from ingestion.sandbox.payments.customers import Customer
from ingestion.sandbox.timeline import JSON


@dataclass(frozen=True, slots=True)
class Line:
    """One subscribed thing in one billing period; amount in minor units before discount."""

    offer: Offer
    quantity: int
    item: str
    start: int
    end: int

    @property
    def amount(self) -> int:
        return self.offer.unit_amount * self.quantity


def subscription(
    books: Books, sub_id: str, customer: Customer, lines: Sequence[Line], created: int, **given: Any
) -> JSON:
    anchor = given.get("trial_end") or created
    return {
        "id": sub_id,
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": anchor,
        "billing_mode": {"type": "flexible"},
        "billing_thresholds": None,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "created": created,
        "currency": lines[0].offer.currency,
        "customer": customer.id,
        "days_until_due": None,
        "default_payment_method": books.draws.id("pm_1", customer.fingerprint),
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "ended_at": None,
        "items": items(books, sub_id, lines, created),
        "latest_invoice": None,
        "livemode": books.livemode,
        "metadata": {},
        "on_behalf_of": None,
        "pause_collection": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": created,
        "status": "active",
        "test_clock": None,
        "transfer_data": None,
        "trial_end": None,
        "trial_start": None,
    } | given


def items(books: Books, sub_id: str, lines: Sequence[Line], created: int) -> JSON:
    """The `items` list; since 2025 each item carries the billing period, the subscription no longer does."""
    data = []
    for line in lines:
        item: JSON = {
            "id": line.item,
            "object": "subscription_item",
            "billing_thresholds": None,
            "created": created,
            "current_period_end": line.end,
            "current_period_start": line.start,
            "discounts": [],
            "metadata": {},
            "price": price(books, line.offer),
            "subscription": sub_id,
            "tax_rates": [],
        }
        if not line.offer.metered:
            item["quantity"] = line.quantity
        data.append(item)
    return {
        "object": "list",
        "data": data,
        "has_more": False,
        "total_count": len(data),
        "url": f"/v1/subscription_items?subscription={sub_id}",
    }


def discount(
    books: Books, sub_id: str, customer: Customer, coupon: Coupon, currency: str, start: int, end: int | None
) -> JSON:
    return {
        "id": books.draws.id("di_1", sub_id, coupon.key),
        "object": "discount",
        "checkout_session": None,
        "customer": customer.id,
        "end": end,
        "invoice": None,
        "invoice_item": None,
        "promotion_code": None,
        "source": {"coupon": coupon_id(coupon, currency), "type": "coupon"},
        "start": start,
        "subscription": sub_id,
        "subscription_item": None,
    }


def invoice(
    books: Books,
    sub: JSON,
    customer: Customer,
    lines: Sequence[Line],
    at: int,
    *,
    number: int,
    reason: str,
    off: int,
    discounts: Sequence[str],
    trial: bool,
) -> JSON:
    """A finalised, unpaid invoice; `off` is the discount in minor units, a trial bills nothing."""
    invoice_id = books.draws.id("in_1", sub["id"], at)
    subtotal = 0 if trial else sum(line.amount for line in lines)
    total = subtotal - off
    currency = sub["currency"]
    return {
        "id": invoice_id,
        "object": "invoice",
        "account_country": "DE",
        "account_name": books.name,
        "amount_due": total,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_remaining": total,
        "amount_shipping": 0,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None, "status": None},
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": at,
        "currency": currency,
        "customer": customer.id,
        "customer_email": customer.email,
        "customer_name": customer.name,
        "default_tax_rates": [],
        "description": None,
        "discounts": list(discounts),
        "due_date": None,
        "effective_at": at,
        "ending_balance": 0,
        "lines": _lines(books, invoice_id, sub["id"], lines, off=off, discounts=discounts, trial=trial),
        "livemode": books.livemode,
        "metadata": {},
        "next_payment_attempt": None,
        "number": f"{customer.fingerprint[:8].upper()}-{number:04d}",
        "parent": {
            "quote_details": None,
            "subscription_details": {"metadata": {}, "subscription": sub["id"]},
            "type": "subscription_details",
        },
        "payments": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/invoice_payments?invoice={invoice_id}",
        },
        "period_end": at,
        "period_start": at if reason == "subscription_create" else lines[0].start,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "starting_balance": 0,
        "statement_descriptor": None,
        "status": "open",
        "status_transitions": {"finalized_at": at, "marked_uncollectible_at": None, "paid_at": None, "voided_at": None},
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "test_clock": None,
        "total": total,
        "total_discount_amounts": [{"amount": off, "discount": name} for name in discounts] if off else [],
        "total_excluding_tax": total,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": at,
    }


def payment_of(books: Books, bill: JSON, intent: str, at: int) -> JSON:
    """The `payments` entry that ties an invoice to the payment intent which paid it."""
    payment = {
        "id": books.draws.id("inpay_1", bill["id"], intent),
        "object": "invoice_payment",
        "amount_paid": bill["total"],
        "amount_requested": bill["total"],
        "created": bill["created"],
        "currency": bill["currency"],
        "invoice": bill["id"],
        "is_default": True,
        "livemode": books.livemode,
        "payment": {"payment_intent": intent, "type": "payment_intent"},
        "status": "paid",
        "status_transitions": {"canceled_at": None, "paid_at": at},
    }
    return {**bill["payments"], "data": [payment]}


def _lines(
    books: Books,
    invoice_id: str,
    sub_id: str,
    lines: Sequence[Line],
    *,
    off: int,
    discounts: Sequence[str],
    trial: bool,
) -> JSON:
    data = []
    for position, line in enumerate(lines):
        share = off if position == 0 else 0
        amount = 0 if trial else line.amount
        data.append(
            {
                "id": books.draws.id("il_1", invoice_id, position),
                "object": "line_item",
                "amount": amount,
                "currency": line.offer.currency,
                "description": f"{line.quantity} × {line.offer.title}",
                "discount_amounts": [{"amount": share, "discount": name} for name in discounts] if share else [],
                "discountable": True,
                "discounts": [],
                "invoice": invoice_id,
                "livemode": books.livemode,
                "metadata": {},
                "parent": {
                    "invoice_item_details": None,
                    "subscription_item_details": {
                        "invoice_item": None,
                        "proration": False,
                        "proration_details": {"credited_items": None},
                        "subscription": sub_id,
                        "subscription_item": line.item,
                    },
                    "type": "subscription_item_details",
                },
                "period": {"end": line.end, "start": line.start},
                "pretax_credit_amounts": [],
                "pricing": {
                    "price_details": {
                        "price": price_id(books, line.offer),
                        "product": books.draws.id("prod", books.account, line.offer.key),
                    },
                    "type": "price_details",
                    "unit_amount_decimal": "0" if trial else str(line.offer.unit_amount),
                },
                "quantity": line.quantity,
                "subtotal": amount,
                "taxes": [],
            }
        )
    return {
        "object": "list",
        "data": data,
        "has_more": False,
        "total_count": len(data),
        "url": f"/v1/invoices/{invoice_id}/lines",
    }
