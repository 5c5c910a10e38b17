"""Invoices of the till: written, finalised, paid or failed, tried again."""

from __future__ import annotations

from typing import Final

from ingestion.sandbox.moments import DAY
from ingestion.sandbox.stripe.billing.till import Till
from ingestion.sandbox.timeline import JSON

#: Days after the first failure on which Stripe tries again; after the last one the subscription is unpaid.
RETRIES: Final = (3, 5, 9)
RATES: Final = {"DE": 19, "FR": 20, "GB": 20, "US": 0}


def lines_of(till: Till, parts: list[tuple[str, int]]) -> list[JSON]:
    return [
        {"id": till.new_id("line"), "object": "line_item", "description": said, "amount": amount}
        for said, amount in parts
    ]


def tax_on(amount: int, customer: JSON) -> int:
    """Tax by the customer's country; a tax id moves it to the customer. A credit carries its tax back."""
    if customer.get("tax_exempt") == "reverse":
        return 0
    rate = RATES.get((customer.get("address") or {}).get("country", ""), 0)
    return round(amount * rate / 100)


def draft(till: Till, subscription: JSON, parts: list[tuple[str, int]], reason: str) -> JSON:
    """The values of an invoice over `parts`, finalised; not in the books yet."""
    customer = till.find("customer", subscription["customer"])
    net = sum(amount for _, amount in parts)
    total = net + (tax_on(net, customer) if subscription["automatic_tax"]["enabled"] else 0)
    due = max(total, 0)
    return {
        "customer": customer["id"],
        "currency": subscription["currency"],
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "status": "open",
        "total": total,
        "total_excluding_tax": net,
        "subtotal": net,
        "amount_due": due,
        "amount_paid": 0,
        "amount_remaining": due,
        "attempt_count": 0,
        "attempted": False,
        "next_payment_attempt": None,
        "parent": {
            "type": "subscription_details",
            "subscription_details": {"subscription": subscription["id"], "metadata": subscription["metadata"]},
        },
        "lines": {"object": "list", "data": lines_of(till, parts), "has_more": False},
        "status_transitions": {"finalized_at": till.at, "paid_at": None, "voided_at": None},
    }


def issue(till: Till, subscription: JSON, parts: list[tuple[str, int]], reason: str, *, base: str) -> JSON:
    """Write an invoice and try to take the money; returns it paid or open."""
    number = len(till.tables["invoice"]) + 1
    invoice = till.add("invoice", draft(till, subscription, parts, reason))
    invoice |= {
        "number": f"BW-{number:04d}",
        "hosted_invoice_url": f"{base}/invoice/{invoice['id']}",
        "invoice_pdf": f"{base}/invoice/{invoice['id']}.pdf",
        "charge_id": till.new_id("charge"),
    }
    subscription["latest_invoice"] = invoice["id"]
    till.tell("invoice.created", invoice)
    till.tell("invoice.finalized", invoice)
    attempt(till, invoice)
    return invoice


def attempt(till: Till, invoice: JSON) -> bool:
    """Try the customer's card once."""
    customer = till.find("customer", invoice["customer"])
    invoice["attempt_count"] += 1
    invoice["attempted"] = True
    if invoice["amount_due"] == 0 or customer["card"] == "works":
        _paid(till, invoice)
        return True
    first = invoice["status_transitions"]["finalized_at"]
    later = [first + days * DAY for days in RETRIES if first + days * DAY > till.at]
    invoice["next_payment_attempt"] = later[0] if later else None
    till.tell("invoice.payment_failed", invoice)
    return False


def _paid(till: Till, invoice: JSON) -> None:
    invoice |= {
        "status": "paid", "amount_paid": invoice["amount_due"], "amount_remaining": 0, "next_payment_attempt": None,
    }  # fmt: skip
    invoice["status_transitions"]["paid_at"] = till.at
    till.tell("invoice.paid", invoice)
    till.tell("invoice.payment_succeeded", invoice)
