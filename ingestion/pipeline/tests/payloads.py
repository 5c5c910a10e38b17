"""Stripe payloads, just enough of them for the pipeline's own tests."""

from __future__ import annotations

from typing import Any

JSON = dict[str, Any]


def ledger_object(number: int = 1, **fields: Any) -> JSON:
    """A balance transaction of the API: a charge of 10.00 with a fee of 0.59."""
    given = {
        "id": f"txn_{number}",
        "object": "balance_transaction",
        "amount": 1000,
        "available_on": 1_773_360_000,
        "created": 1_773_144_000,
        "currency": "usd",
        "description": None,
        "exchange_rate": None,
        "fee": 59,
        "net": 941,
        "reporting_category": "charge",
        "source": f"ch_{number}",
        "status": "available",
        "type": "charge",
    }
    return given | fields


def payout_object(number: int = 1, **fields: Any) -> JSON:
    given = {
        "id": f"po_{number}",
        "object": "payout",
        "amount": 5000,
        "arrival_date": 1_773_360_000,
        "automatic": True,
        "created": 1_773_144_000,
        "currency": "usd",
        "method": "standard",
        "status": "paid",
    }
    return given | fields
