"""Charges: one try each to take money, in Stripe's shape, with the ledger rows that capturing makes."""

from __future__ import annotations

from typing import Final

from ingestion.sandbox.journal import Attempt
from ingestion.sandbox.payments.books import SETTLEMENT_DAYS, Books, processing_fee, settle
from ingestion.sandbox.payments.charge_shape import REDIRECT_METHODS, Sale, blank_charge, outcome, taken
from ingestion.sandbox.timeline import JSON

#: Decline code → (failure code, sentence), with its share among failures.
DECLINES: Final = (
    ("insufficient_funds", "card_declined", "Your card has insufficient funds.", 46),
    ("generic_decline", "card_declined", "Your card was declined.", 24),
    ("do_not_honor", "card_declined", "Your card was declined.", 14),
    ("expired_card", "expired_card", "Your card has expired.", 9),
    ("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.", 7),
)


def fail(books: Books, sale: Sale, at: int) -> JSON:
    """A declined try; it makes no ledger row."""
    rng = books.draws.of("decline", sale.key, at)
    decline, code, message, _ = rng.choices(DECLINES, [share for *_, share in DECLINES])[0]
    charge = {
        **blank_charge(books, sale, at),
        "status": "failed",
        "failure_code": code,
        "failure_message": message,
        "outcome": outcome("declined_by_network", "issuer_declined", decline, message),
        "captured": False,
        "paid": False,
    }
    books.journal.write(_attempt(sale, charge, known_at=at, succeeded=False))
    return books.publish(at, "charge.failed", charge, story=charge["id"])


def succeed(books: Books, sale: Sale, at: int) -> JSON:
    """Money taken at once: the charge and its ledger row."""
    charge = {**blank_charge(books, sale, at), **taken(sale.amount)}
    charge["balance_transaction"] = _post_capture(books, charge, at, sale.method)
    books.journal.write(_attempt(sale, charge, known_at=at, succeeded=True))
    return books.publish(at, "charge.succeeded", charge, story=charge["id"])


def authorise(books: Books, sale: Sale, at: int) -> JSON:
    """A hold on the card: `paid` but not `captured`, and nothing in the ledger yet."""
    charge = {**blank_charge(books, sale, at), **taken(0), "captured": False}
    return books.publish(at, "charge.succeeded", charge, story=charge["id"])


def capture(books: Books, sale: Sale, charge: JSON, at: int, amount: int) -> JSON:
    """Take `amount` of an authorisation; a part of it makes a second, negative row for what is let go."""
    let_go = charge["amount"] - amount
    row = _post_capture(books, charge, at, sale.method)
    if let_go:
        target, value, rate = settle(let_go, charge["currency"], at)
        books.post(
            at=at,
            type="refund",
            category="partial_capture_reversal",
            bucket="gross",
            currency=target,
            amount=-value,
            source=charge["id"],
            story=charge["id"],
            description="PARTIAL CAPTURE REVERSAL",
            rate=rate,
            held_days=SETTLEMENT_DAYS,
            customer=payer_of(charge),
        )
    books.journal.write(_attempt(sale, charge, known_at=at, succeeded=True))
    return books.change(
        at,
        "charge.captured",
        charge,
        story=charge["id"],
        captured=True,
        amount_captured=amount,
        amount_refunded=let_go,
        balance_transaction=row,
    )


def expire(books: Books, charge: JSON, at: int) -> JSON:
    """An authorisation nobody captured within its seven days."""
    return books.change(
        at, "charge.expired", charge, story=charge["id"], refunded=True, amount_refunded=charge["amount"]
    )


def start_debit(books: Books, sale: Sale, at: int) -> JSON:
    """A bank debit under way: `pending`, settled some days later."""
    charge = {**blank_charge(books, sale, at), "status": "pending", "captured": True, "paid": False}
    charge["amount_captured"] = sale.amount
    return books.publish(at, "charge.pending", charge, story=charge["id"])


def settle_debit(books: Books, sale: Sale, charge: JSON, at: int) -> JSON:
    """The bank has paid."""
    row = _post_capture(books, charge, at, sale.method)
    books.journal.write(_attempt(sale, charge, known_at=at, succeeded=True))
    return books.change(
        at,
        "charge.succeeded",
        charge,
        story=charge["id"],
        status="succeeded",
        paid=True,
        balance_transaction=row,
        outcome=outcome("approved_by_network", None, None, "Payment complete."),
    )


def return_debit(books: Books, sale: Sale, charge: JSON, at: int) -> JSON:
    """The bank took a settled debit back: the ledger loses it again."""
    target, value, rate = settle(charge["amount"], charge["currency"], at)
    row = books.post(
        at=at,
        type="payment_failure_refund",
        category="charge_failure",
        bucket="gross",
        currency=target,
        amount=-value,
        source=charge["id"],
        story=charge["id"],
        description=f"Payment failure refund ({charge['id']})",
        rate=rate,
        customer=payer_of(charge),
    )
    books.journal.write(_attempt(sale, charge, known_at=at, succeeded=False))
    return books.change(
        at,
        "charge.failed",
        charge,
        story=charge["id"],
        status="failed",
        paid=False,
        failure_code="insufficient_funds",
        failure_message="The customer's account has insufficient funds to cover this payment.",
        failure_balance_transaction=row["id"],
    )


def _post_capture(books: Books, charge: JSON, at: int, method: str) -> str:
    target, value, rate = settle(charge["amount"], charge["currency"], at)
    kind = "payment" if method in REDIRECT_METHODS else "charge"
    row = books.post(
        at=at,
        type=kind,
        category="charge",
        bucket="gross",
        currency=target,
        amount=value,
        fee=processing_fee(value, target, converted=rate is not None, method=method),
        source=charge["id"],
        story=charge["id"],
        held_days=SETTLEMENT_DAYS,
        description=charge["description"],
        rate=rate,
        customer=payer_of(charge),
    )
    return row["id"]


def _attempt(sale: Sale, charge: JSON, *, known_at: int, succeeded: bool) -> Attempt:
    return Attempt(
        at=charge["created"],
        known_at=known_at,
        charge=charge["id"],
        intent=charge["payment_intent"],
        succeeded=succeeded,
        customer=sale.customer.payer,
        brand=sale.customer.brand if sale.method == "card" else "",
        presentment=sale.currency,
    )


def payer_of(charge: JSON) -> str:
    if charge["customer"]:
        return str(charge["customer"])
    details = charge["payment_method_details"]
    return str(details[details["type"]].get("fingerprint", charge["id"]))
