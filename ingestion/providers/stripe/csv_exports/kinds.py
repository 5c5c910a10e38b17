"""The exports that are understood: their columns, and how a line becomes the API object it was made from.

Going through the API's own shape means that an uploaded line and a fetched object meet the same mapper.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ingestion.providers.stripe.csv_exports.values import Conventions
from ingestion.providers.stripe.mapping.fields import CURRENCIES, Unreadable

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an export, its values by the kind's own field names; absent columns are empty."""

    values: dict[str, str]
    conventions: Conventions
    observed_at: datetime

    def text(self, field: str) -> str:
        return self.values.get(field, "").strip()

    def slug(self, field: str) -> str:
        """A status as the API spells it: `Needs response` is `needs_response`."""
        return self.text(field).lower().replace(" ", "_")

    def yes(self, field: str) -> bool:
        return self.text(field).lower() in ("true", "yes", "1")

    def currency(self) -> str:
        code = self.text("currency").lower()
        if code not in CURRENCIES:
            raise Unreadable("unknown_currency", f"The currency {code!r} is not known, so its amounts have no scale.")
        return code

    def amount(self, field: str) -> int:
        return self.conventions.minor(self.text(field), self.currency())

    def amount_or_zero(self, field: str) -> int:
        return self.amount(field) if self.text(field) else 0

    def unix(self, field: str) -> int:
        return self.conventions.unix(self.text(field))

    def unix_or_none(self, field: str) -> int | None:
        return self.unix(field) if self.text(field) else None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of export. `columns` maps a field to the headers it may have, in lower case."""

    key: str
    label: str
    stream: str
    columns: dict[str, tuple[str, ...]]
    required: frozenset[str]
    amounts: tuple[str, ...]
    dates: tuple[str, ...]
    build: Callable[[Line], JSON]


def _balance(line: Line) -> JSON:
    available = line.unix_or_none("available_on") or line.unix("created")
    amount, fee = line.amount("amount"), line.amount_or_zero("fee")
    return {
        "object": "balance_transaction",
        "id": line.text("id"),
        "amount": amount,
        "fee": fee,
        "net": line.amount("net") if line.text("net") else amount - fee,
        "currency": line.currency(),
        "type": line.slug("type") or line.slug("reporting_category"),
        "reporting_category": line.slug("reporting_category") or None,
        "source": line.text("source") or None,
        "created": line.unix("created"),
        "available_on": available,
        "status": "available" if available <= line.observed_at.timestamp() else "pending",
        "description": line.text("description"),
    }


def _payout(line: Line) -> JSON:
    return {
        "object": "payout",
        "id": line.text("id"),
        "amount": line.amount("amount"),
        "currency": line.currency(),
        "created": line.unix("created"),
        "arrival_date": line.unix("arrival_date"),
        "status": line.slug("status"),
        "method": line.slug("method"),
        "failure_code": line.slug("failure_code") or None,
        "balance_transaction": line.text("balance_transaction") or None,
    }


def _dispute(line: Line) -> JSON:
    charged = line.unix_or_none("charge_created")
    charge = line.text("charge")
    return {
        "object": "dispute",
        "id": line.text("id"),
        "amount": line.amount("amount"),
        "currency": line.currency(),
        "created": line.unix("created"),
        "status": line.slug("status"),
        "reason": line.slug("reason"),
        "charge": {"object": "charge", "id": charge, "created": charged} if charged and charge else charge or None,
        "payment_intent": line.text("payment_intent") or None,
        "payment_method_details": {"card": {"brand": line.text("brand")}},
        "evidence_details": {"due_by": line.unix_or_none("due_by"), "has_evidence": line.yes("has_evidence")},
        "livemode": True,
    }


def _payment(line: Line) -> JSON:
    status, captured = _payment_status(line)
    amount = line.amount("amount")
    return {
        "object": "charge",
        "id": line.text("id"),
        "amount": amount,
        "amount_captured": amount if captured else 0,
        "amount_refunded": line.amount_or_zero("amount_refunded"),
        "currency": line.currency(),
        "created": line.unix("created"),
        "status": status,
        "captured": captured,
        "paid": status == "succeeded",
        "customer": line.text("customer") or None,
        "payment_intent": line.text("payment_intent") or None,
        "payment_method_details": {
            "card": {"brand": line.text("brand"), "fingerprint": line.text("fingerprint")},
            "type": line.slug("payment_method"),
        },
        "failure_code": line.slug("failure_code") or None,
        "calculated_statement_descriptor": line.text("descriptor") or None,
        "disputed": bool(line.amount_or_zero("disputed_amount")),
        "invoice": line.text("invoice") or None,
    }


#: Words of the dashboard for what became of a payment.
TAKEN = frozenset({"paid", "succeeded", "refunded", "partially_refunded", "partial_refund", "disputed"})
OPEN = frozenset({"pending", "processing"})


def _payment_status(line: Line) -> tuple[str, bool]:
    status = line.slug("status")
    if status in TAKEN:
        return "succeeded", line.text("captured") == "" or line.yes("captured")
    if status in ("uncaptured", "requires_capture"):
        return "succeeded", False
    return ("pending" if status in OPEN else "failed"), False


KINDS: tuple[Kind, ...] = (
    Kind(
        key="balance",
        label="Balance",
        stream="balance_transactions",
        columns={
            "id": ("id", "balance_transaction_id"),
            "type": ("type",),
            "reporting_category": ("reporting_category", "reporting category"),
            "source": ("source", "source_id", "source id"),
            "amount": ("amount", "gross"),
            "fee": ("fee", "fees"),
            "net": ("net",),
            "currency": ("currency",),
            "created": ("created (utc)", "created_utc"),
            "available_on": ("available on (utc)", "available_on_utc"),
            "description": ("description",),
        },
        required=frozenset({"id", "amount", "fee", "net", "currency", "created"}),
        amounts=("amount", "fee", "net"),
        dates=("created", "available_on"),
        build=_balance,
    ),
    Kind(
        key="payouts",
        label="Payouts",
        stream="payouts",
        columns={
            "id": ("id", "payout_id"),
            "amount": ("amount",),
            "currency": ("currency",),
            "created": ("created (utc)", "created_utc"),
            "arrival_date": ("arrival date (utc)", "arrival date"),
            "status": ("status",),
            "method": ("method",),
            "failure_code": ("failure code",),
            "balance_transaction": ("balance transaction",),
        },
        required=frozenset({"id", "amount", "currency", "created", "arrival_date", "status"}),
        amounts=("amount",),
        dates=("created", "arrival_date"),
        build=_payout,
    ),
    Kind(
        key="disputes",
        label="Disputes",
        stream="disputes",
        columns={
            "id": ("id", "dispute id"),
            "amount": ("dispute amount",),
            "currency": ("dispute currency",),
            "created": ("dispute created (utc)",),
            "status": ("status",),
            "reason": ("reason",),
            "charge": ("charge id",),
            "charge_created": ("charge created (utc)",),
            "brand": ("card brand",),
            "due_by": ("due by (utc)",),
            "has_evidence": ("has evidence",),
            "payment_intent": ("payment intent", "paymentintent id"),
        },
        required=frozenset({"id", "amount", "currency", "created", "status", "reason"}),
        amounts=("amount",),
        dates=("created", "charge_created", "due_by"),
        build=_dispute,
    ),
    Kind(
        key="payments",
        label="Payments",
        stream="charges",
        columns={
            "id": ("id",),
            "amount": ("amount",),
            "amount_refunded": ("amount refunded",),
            "currency": ("currency",),
            "created": ("created date (utc)", "created (utc)"),
            "status": ("status",),
            "captured": ("captured",),
            "customer": ("customer id",),
            "brand": ("card brand",),
            "fingerprint": ("card fingerprint",),
            "payment_intent": ("paymentintent id",),
            "payment_method": ("payment source type",),
            "failure_code": ("decline reason",),
            "descriptor": ("statement descriptor",),
            "disputed_amount": ("disputed amount",),
            "invoice": ("invoice id",),
        },
        required=frozenset({"id", "amount", "amount_refunded", "currency", "created", "status"}),
        amounts=("amount", "amount_refunded", "disputed_amount"),
        dates=("created",),
        build=_payment,
    ),
)
KIND_OF: dict[str, Kind] = {kind.key: kind for kind in KINDS}
