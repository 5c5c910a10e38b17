"""The way from any Stripe object to the rows of its stream."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeGuard

from ingestion.pipeline.rows import Rejected, Row
from ingestion.providers.base import Mapped
from ingestion.providers.stripe.mapping.charges import charge, refund
from ingestion.providers.stripe.mapping.disputes import dispute, fraud_warning
from ingestion.providers.stripe.mapping.fields import JSON, Unreadable, clean, listed
from ingestion.providers.stripe.mapping.ledger import balance_transaction
from ingestion.providers.stripe.mapping.payouts import payout
from ingestion.providers.stripe.mapping.subscriptions import invoice, subscription

Mapper = Callable[[JSON, datetime], Row]

MAPPERS: dict[str, tuple[str, Mapper]] = {
    "balance_transaction": ("balance_transactions", balance_transaction),
    "charge": ("charges", charge),
    "refund": ("refunds", refund),
    "dispute": ("disputes", dispute),
    "payout": ("payouts", payout),
    "radar.early_fraud_warning": ("fraud_warnings", fraud_warning),
    "subscription": ("subscriptions", subscription),
    "invoice": ("invoices", invoice),
}
STREAM_OF_OBJECT = {kind: stream for kind, (stream, _) in MAPPERS.items()}
RAW_LIMIT = 20_000


def map_object(obj: JSON, *, version_at: datetime) -> Iterator[Mapped]:
    """The rows in `obj` and in the ledger rows and refunds expanded inside it.

    Empty:  nothing for kinds that no stream keeps (customers, reviews, …).
    """
    kind = obj.get("object")
    if not isinstance(kind, str) or kind not in MAPPERS:
        return
    stream, mapper = MAPPERS[kind]
    yield Mapped(stream, _row(mapper, obj, version_at))
    if kind != "balance_transaction":
        yield from _inside(obj, version_at)


def rejected(obj: JSON, problem: Unreadable) -> Rejected:
    """What quarantine keeps of an object that cannot be read."""
    external_id = clean(obj.get("id"))
    raw = json.dumps(obj, default=str, sort_keys=True)[:RAW_LIMIT]
    return Rejected(external_id=external_id, reason_code=problem.code, reason=str(problem), raw=raw)


def _row(mapper: Mapper, obj: JSON, version_at: datetime) -> Row | Rejected:
    try:
        return mapper(obj, version_at)
    except Unreadable as problem:
        return rejected(obj, problem)


def _inside(obj: JSON, version_at: datetime) -> Iterator[Mapped]:
    """Ledger rows expanded in place, and the refunds of a charge: older accounts report them nowhere else."""
    expanded = [obj.get("balance_transaction"), obj.get("failure_balance_transaction")]
    rows = [row for row in (*expanded, *listed(obj.get("balance_transactions"))) if _is_ledger_row(row)]
    for row in rows:
        yield Mapped("balance_transactions", _row(balance_transaction, row, version_at))
    if obj.get("object") == "charge":
        for row in listed(obj.get("refunds")):
            yield Mapped("refunds", _row(refund, row, version_at))


def _is_ledger_row(value: object) -> TypeGuard[JSON]:
    return isinstance(value, dict) and value.get("object") == "balance_transaction"
