"""Refunds: money the business gives back by its own will, with no dispute fee."""

from __future__ import annotations

from ingestion.sandbox.payments.books import Books, settle
from ingestion.sandbox.payments.charge_shape import REDIRECT_METHODS
from ingestion.sandbox.payments.charges import payer_of
from ingestion.sandbox.timeline import JSON


def refund(
    books: Books, charge: JSON, at: int, amount: int, *, reason: str | None = None, status: str = "succeeded"
) -> tuple[JSON, JSON]:
    """Give `amount` (minor units of the charge) back; returns (charge, refund). A pending one has its row too."""
    key = (charge["id"], at, amount)
    refund_id = books.draws.id("pyr_1" if _is_redirect(charge) else "re_3", books.account, *key)
    row = _post(books, charge, at, amount, refund_id)
    made = {
        "id": refund_id,
        "object": "refund",
        "amount": amount,
        "balance_transaction": row["id"],
        "charge": charge["id"],
        "created": at,
        "currency": charge["currency"],
        "customer": charge["customer"],
        "destination_details": {"card": {"reference_status": "pending", "type": "refund"}, "type": "card"},
        "failure_balance_transaction": None,
        "failure_reason": None,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": status,
        "transfer_reversal": None,
    }
    books.publish(at, "refund.created", made, story=charge["id"])
    total = charge["amount_refunded"] + amount
    charge = books.change(
        at,
        "charge.refunded",
        charge,
        story=charge["id"],
        amount_refunded=total,
        refunded=total >= charge["amount"],
    )
    return charge, made


def finish_refund(books: Books, made: JSON, at: int) -> JSON:
    """A pending refund reached the customer."""
    return books.change(at, "refund.updated", made, story=made["charge"], status="succeeded")


def fail_refund(books: Books, charge: JSON, made: JSON, at: int) -> tuple[JSON, JSON]:
    """The customer's bank sent it back: the ledger regains the money, the charge is refunded no longer."""
    target, value, rate = settle(made["amount"], made["currency"], at)
    row = books.post(
        at=at,
        type="refund_failure",
        category="refund_failure",
        bucket="refund",
        currency=target,
        amount=value,
        source=made["id"],
        story=made["charge"],
        description="REFUND FAILURE",
        rate=rate,
        customer=payer_of(charge),
    )
    made = books.change(
        at,
        "refund.failed",
        made,
        story=made["charge"],
        status="failed",
        failure_reason="expired_or_canceled_card",
        failure_balance_transaction=row["id"],
    )
    charge = books.change(
        at,
        "charge.updated",
        charge,
        story=charge["id"],
        amount_refunded=charge["amount_refunded"] - made["amount"],
        refunded=False,
    )
    return charge, made


def _post(books: Books, charge: JSON, at: int, amount: int, refund_id: str) -> JSON:
    target, value, rate = settle(amount, charge["currency"], at)
    return books.post(
        at=at,
        type="payment_refund" if _is_redirect(charge) else "refund",
        category="refund",
        bucket="refund",
        currency=target,
        amount=-value,
        source=refund_id,
        story=charge["id"],
        description=f"REFUND FOR CHARGE ({charge['description']})",
        rate=rate,
        customer=payer_of(charge),
    )


def _is_redirect(charge: JSON) -> bool:
    return charge["payment_method_details"]["type"] in REDIRECT_METHODS
