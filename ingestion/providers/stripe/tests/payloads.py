"""Objects as Stripe's API writes them, old and new, for tests that vary them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

JSON = dict[str, Any]
SEEN_AT = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
CREATED = 1_780_000_000  # 2026-05-28 20:26:40 UTC


def balance_transaction(**changes: Any) -> JSON:
    return {
        "id": "txn_1",
        "object": "balance_transaction",
        "amount": 10_000,
        "available_on": CREATED + 172_800,
        "balance_type": "payments",
        "created": CREATED,
        "currency": "usd",
        "description": "Order 17",
        "exchange_rate": None,
        "fee": 320,
        "net": 9_680,
        "reporting_category": "charge",
        "source": "ch_1",
        "status": "available",
        "type": "charge",
        **changes,
    }


def charge(**changes: Any) -> JSON:
    """A charge of the present API: no invoice, no refunds list, the card under payment_method_details."""
    return {
        "id": "ch_1",
        "object": "charge",
        "amount": 10_000,
        "amount_captured": 10_000,
        "amount_refunded": 0,
        "balance_transaction": "txn_1",
        "calculated_statement_descriptor": "ACME* ORDER",
        "captured": True,
        "created": CREATED,
        "currency": "usd",
        "customer": "cus_1",
        "disputed": False,
        "failure_code": None,
        "livemode": True,
        "paid": True,
        "payment_intent": "pi_1",
        "payment_method_details": {"card": {"brand": "visa", "fingerprint": "fp_1"}, "type": "card"},
        "status": "succeeded",
        **changes,
    }


def charge_of_2013(**changes: Any) -> JSON:
    """Before status, amount_captured, payment intents and payment_method_details existed."""
    return {
        "id": "ch_old",
        "object": "charge",
        "amount": 2_500,
        "amount_refunded": 0,
        "card": {"id": "card_1", "object": "card", "type": "American Express", "fingerprint": "fp_old"},
        "created": 1_370_000_000,
        "currency": "USD",
        "customer": None,
        "description": None,
        "dispute": None,
        "failure_code": None,
        "invoice": "in_old",
        "livemode": True,
        "paid": True,
        "refunded": False,
        **changes,
    }


def refund(**changes: Any) -> JSON:
    return {
        "id": "re_1",
        "object": "refund",
        "amount": 1_000,
        "balance_transaction": "txn_2",
        "charge": "ch_1",
        "created": CREATED,
        "currency": "usd",
        "payment_intent": "pi_1",
        "reason": "requested_by_customer",
        "status": "succeeded",
        **changes,
    }


def dispute(**changes: Any) -> JSON:
    return {
        "id": "dp_1",
        "object": "dispute",
        "amount": 10_000,
        "balance_transactions": [],
        "charge": "ch_1",
        "created": CREATED,
        "currency": "usd",
        "evidence_details": {"due_by": CREATED + 604_800, "has_evidence": False},
        "livemode": True,
        "payment_method_details": {"card": {"brand": "visa", "case_type": "chargeback"}, "type": "card"},
        "reason": "fraudulent",
        "status": "needs_response",
        **changes,
    }


def payout(**changes: Any) -> JSON:
    return {
        "id": "po_1",
        "object": "payout",
        "amount": 50_000,
        "arrival_date": CREATED + 86_400,
        "automatic": True,
        "balance_transaction": "txn_3",
        "created": CREATED,
        "currency": "usd",
        "failure_code": None,
        "method": "standard",
        "status": "paid",
        **changes,
    }


def subscription(**changes: Any) -> JSON:
    """The present API: periods on the items, discounts as a list."""
    return {
        "id": "sub_1",
        "object": "subscription",
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "created": CREATED,
        "currency": "usd",
        "customer": "cus_1",
        "discounts": [],
        "ended_at": None,
        "items": {
            "object": "list",
            "data": [
                {
                    "id": "si_1",
                    "current_period_end": CREATED + 2_592_000,
                    "price": {
                        "id": "price_1",
                        "unit_amount": 3_000,
                        "unit_amount_decimal": "3000",
                        "currency": "usd",
                        "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
                    },
                    "quantity": 2,
                }
            ],
        },
        "status": "active",
        "trial_end": None,
        **changes,
    }


def invoice(**changes: Any) -> JSON:
    return {
        "id": "in_1",
        "object": "invoice",
        "created": CREATED,
        "currency": "usd",
        "customer": "cus_1",
        "parent": {"subscription_details": {"subscription": "sub_1"}, "type": "subscription_details"},
        "status": "paid",
        "total": 6_000,
        "lines": {
            "object": "list",
            "data": [
                {
                    "id": "il_1",
                    "amount": 6_000,
                    "discount_amounts": [{"amount": 500}],
                    "parent": {"subscription_item_details": {"subscription": "sub_1"}},
                    "period": {"start": CREATED, "end": CREATED + 2_592_000},
                    "pricing": {"price_details": {"price": "price_1"}, "unit_amount_decimal": "3000"},
                    "quantity": 2,
                },
                {"id": "il_2", "amount": 900, "parent": {"invoice_item_details": {}}, "quantity": 1},
            ],
        },
        **changes,
    }
