"""How final each status is.

Two versions of an object may carry the same time (Stripe's event times have whole seconds); then the more final one
holds. And a band of ranks, once reached, is never left downwards whatever a later version says (see `pipeline.rows`):
below 50 anything may follow, from 50 on only ends, from 70 on only ends for good. So the ranks spell out what Stripe
lets happen after an end: paid → failed, won/lost → appeal, succeeded → failed, and nothing else.
"""

from __future__ import annotations

#: A status that Stripe invented after this table was written: later than a first state, earlier than any end.
UNKNOWN = 15

CHARGE = {"pending": 10, "failed": 50, "succeeded": 50}
REFUND = {"pending": 10, "requires_action": 20, "succeeded": 50, "canceled": 60, "failed": 70}
DISPUTE = {
    "warning_needs_response": 10,
    "warning_under_review": 20,
    "needs_response": 30,
    "under_review": 40,
    "warning_closed": 60,
    "prevented": 60,
    "charge_refunded": 60,
    "won": 70,
    "lost": 70,
    "appeal_needs_response": 80,
    "appeal_under_review": 90,
}
PAYOUT = {"pending": 10, "in_transit": 20, "paid": 50, "canceled": 60, "failed": 70}
BALANCE_TRANSACTION = {"pending": 10, "available": 50}
SUBSCRIPTION = {
    "incomplete": 10,
    "trialing": 20,
    "active": 30,
    "past_due": 40,
    "unpaid": 45,
    "paused": 45,
    "incomplete_expired": 90,
    "canceled": 90,
}
INVOICE = {"draft": 10, "open": 20, "uncollectible": 50, "paid": 60, "void": 70}

#: What may still change, so that it is read again by id (payments.md § 7.3).
OPEN_DISPUTE = frozenset(
    {
        "warning_needs_response",
        "warning_under_review",
        "needs_response",
        "under_review",
        "appeal_needs_response",
        "appeal_under_review",
    }
)
FINAL_DISPUTE = frozenset(DISPUTE) - OPEN_DISPUTE
