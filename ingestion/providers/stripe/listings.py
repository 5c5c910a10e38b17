"""Where each stream lies in Stripe's API, and what is expanded so that one read says enough."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ingestion.providers.stripe.client import JSON, Missing, StripeApi


@dataclass(frozen=True, slots=True)
class Listing:
    """One stream's list. `expand` is for every read, `expand_one` additionally for reading a single object.

    A list and a single read must yield the same row, so `expand_one` names only other streams' rows.
    """

    stream: str
    path: str
    object: str
    expand: tuple[str, ...] = ()
    expand_one: tuple[str, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)
    #: A restricted key may lack these; the desk works without them.
    optional: bool = False

    def list_params(self) -> dict[str, Any]:
        return {**self.params, **_expanded(tuple(f"data.{path}" for path in self.expand))}

    def one(self, api: StripeApi, external_id: str) -> JSON | None:
        """The object as it is now, or None when Stripe knows it no more."""
        try:
            return api.get(f"{self.path}/{external_id}", **_expanded(self.expand + self.expand_one))
        except Missing:
            return None


#: In the order of the first import (payments.md § 7.1): the ledger, then what explains it.
LISTINGS: tuple[Listing, ...] = (
    Listing("balance_transactions", "/v1/balance_transactions", "balance_transaction"),
    # Ledger rows have no events of their own: a charge that was just made brings its row along.
    Listing("charges", "/v1/charges", "charge", expand_one=("balance_transaction",)),
    Listing("refunds", "/v1/refunds", "refund", expand_one=("balance_transaction", "failure_balance_transaction")),
    Listing("disputes", "/v1/disputes", "dispute", expand=("charge",)),
    Listing("payouts", "/v1/payouts", "payout", expand_one=("balance_transaction", "failure_balance_transaction")),
    Listing("fraud_warnings", "/v1/radar/early_fraud_warnings", "radar.early_fraud_warning", optional=True),
    # Without a status the list leaves canceled subscriptions out.
    Listing(
        "subscriptions",
        "/v1/subscriptions",
        "subscription",
        expand=("discounts.source.coupon",),
        params={"status": "all"},
        optional=True,
    ),
    Listing("invoices", "/v1/invoices", "invoice", optional=True),
)
LISTING_OF_STREAM = {listing.stream: listing for listing in LISTINGS}
LISTING_OF_OBJECT = {listing.object: listing for listing in LISTINGS}


def readable(unreadable: list[str]) -> tuple[Listing, ...]:
    """The lists this connection may read."""
    return tuple(listing for listing in LISTINGS if listing.stream not in unreadable)


def _expanded(paths: tuple[str, ...]) -> dict[str, Any]:
    return {"expand": list(paths)} if paths else {}
