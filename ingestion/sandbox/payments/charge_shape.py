"""How a charge looks on the wire, before it has a fate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ingestion.sandbox.moments import moment_of
from ingestion.sandbox.payments.books import Books
from ingestion.sandbox.payments.customers import Customer
from ingestion.sandbox.timeline import JSON

#: Methods whose money moves outside the card networks; Stripe calls such charges payments (`py_…`).
REDIRECT_METHODS: Final = frozenset({"sepa_debit", "klarna"})


@dataclass(frozen=True, slots=True)
class Sale:
    """What a customer agreed to pay; several charges may try to collect it under one payment intent.

    amount: minor units of the presentment `currency`.
    key:    names the sale within its company; ids follow from it.
    """

    key: str
    customer: Customer
    amount: int
    currency: str
    description: str
    method: str = "card"
    invoice: str | None = None
    card_present: bool = False


def intent_id(books: Books, sale: Sale) -> str:
    return books.draws.id("pi_3", books.account, sale.key)


def charge_id(books: Books, sale: Sale, at: int) -> str:
    prefix = "py_3" if sale.method in REDIRECT_METHODS else "ch_3"
    return books.draws.id(prefix, books.account, sale.key, at)


def blank_charge(books: Books, sale: Sale, at: int) -> JSON:
    person = sale.customer
    return {
        "id": charge_id(books, sale, at),
        "object": "charge",
        "amount": sale.amount,
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": {
            "address": {
                "city": None,
                "country": person.country,
                "line1": None,
                "line2": None,
                "postal_code": None,
                "state": None,
            },
            "email": person.email,
            "name": person.name,
            "phone": None,
            "tax_id": None,
        },
        "calculated_statement_descriptor": books.descriptor,
        "captured": True,
        "created": at,
        "currency": sale.currency,
        "customer": person.id,
        "description": sale.description,
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": books.livemode,
        "metadata": {},
        "on_behalf_of": None,
        "outcome": None,
        "paid": False,
        "payment_intent": intent_id(books, sale),
        "payment_method": books.draws.id("pm_1", person.fingerprint),
        "payment_method_details": payment_method_details(sale, at),
        "radar_options": {},
        "receipt_email": person.email,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }


def payment_method_details(sale: Sale, at: int) -> JSON:
    person = sale.customer
    if sale.method == "sepa_debit":
        bank: JSON = {
            "bank_code": "37040044",
            "branch_code": "",
            "country": "DE",
            "fingerprint": person.fingerprint,
            "last4": "3000",
            "mandate": None,
        }
        return {"sepa_debit": bank, "type": "sepa_debit"}
    if sale.method == "klarna":
        return {"klarna": {"payment_method_category": "pay_later", "preferred_locale": "de-DE"}, "type": "klarna"}
    kind = "card_present" if sale.card_present else "card"
    card: JSON = {
        "amount_authorized": sale.amount,
        "authorization_code": None,
        "brand": person.brand,
        "country": person.country,
        "exp_month": 1 + at % 12,
        "exp_year": moment_of(at).year + 2,
        "fingerprint": person.fingerprint,
        "funding": "credit",
        "last4": person.last4,
        "network": person.brand,
    }
    if not sale.card_present:
        card |= {
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
            "three_d_secure": None,
            "wallet": None,
        }
    return {kind: card, "type": kind}


def taken(captured: int) -> JSON:
    return {
        "amount_captured": captured,
        "outcome": outcome("approved_by_network", None, None, "Payment complete."),
        "paid": True,
    }


def outcome(network: str, kind: str | None, reason: str | None, message: str) -> JSON:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": network,
        "reason": reason,
        "risk_level": "normal",
        "risk_score": 18,
        "seller_message": message,
        "type": kind or "authorized",
    }
