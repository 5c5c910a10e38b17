"""Balance transactions: the ledger.

Rows are sorted into buckets by `reporting_category`, never by `type`: disputes hide inside `adjustment`
(payments.md § 9). Older payloads and mirrors lack the category; then it is derived from the type.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation

from ingestion.pipeline.rows import BalanceTransactionRow
from ingestion.providers.stripe.mapping import ranks
from ingestion.providers.stripe.mapping.fields import (
    JSON,
    Unreadable,
    amount,
    currency,
    identity,
    moment,
    reference,
    text,
    word,
)

BUCKETS = {
    "charge": "gross",
    "charge_failure": "gross",
    "partial_capture_reversal": "gross",
    "refund": "refund",
    "refund_failure": "refund",
    "dispute": "dispute",
    "dispute_reversal": "dispute",
    "fee": "cost",
    "tax": "cost",
    "network_cost": "cost",
    "advance": "financing",
    "advance_funding": "financing",
    "anticipation_repayment": "financing",
    "financing_paydown": "financing",
    "financing_paydown_reversal": "financing",
    "financing_payout": "financing",
    "financing_payout_reversal": "financing",
    "risk_reserved_funds": "reserve",
    "connect_reserved_funds": "reserve",
}
#: Types that name their category when the payload has none.
CATEGORY_OF_TYPE = {
    "charge": "charge",
    "payment": "charge",
    "payment_failure_refund": "charge_failure",
    "payment_reversal": "charge_failure",
    "refund": "refund",
    "payment_refund": "refund",
    "refund_failure": "refund_failure",
    "payment_refund_failure": "refund_failure",
    "payout": "payout",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "stripe_fee": "fee",
    "stripe_fx_fee": "fee",
    "tax_fee": "tax",
    "advance": "advance",
    "advance_funding": "advance_funding",
    "anticipation_repayment": "anticipation_repayment",
    "reserve_transaction": "risk_reserved_funds",
    "reserved_funds": "risk_reserved_funds",
}
RESERVE_TYPES = ("reserve_", "payout_minimum_balance_")
CHARGEBACK_WORDS = (("Chargeback withdrawal", "dispute"), ("Chargeback reversal", "dispute_reversal"))
OTHER = "other_adjustment"
MOVEMENT = "movement"
HIGHEST_RATE = Decimal(10) ** 12


def balance_transaction(obj: JSON, version_at: datetime) -> BalanceTransactionRow:
    """One movement of the balance, in its settlement currency.

    Errors: Unreadable when `net` is not `amount − fee`, which holds for every row Stripe writes.
    """
    gross, fee, net = amount(obj, "amount"), amount(obj, "fee"), amount(obj, "net")
    if net != gross - fee:
        raise Unreadable("net_mismatch", f"net {net} is not amount {gross} minus fee {fee}.")
    kind = word(obj, "type")
    source = reference(obj.get("source"))
    category = word(obj, "reporting_category") or category_of(kind, source, gross, text(obj, "description"))
    status = word(obj, "status", 20) or "available"
    return BalanceTransactionRow(
        external_id=identity(obj),
        version_at=version_at,
        version_rank=ranks.BALANCE_TRANSACTION.get(status, ranks.UNKNOWN),
        created_at=moment(obj, "created"),
        available_on=moment(obj, "available_on" if obj.get("available_on") is not None else "created"),
        currency=currency(obj),
        amount=gross,
        fee=fee,
        net=net,
        type=kind,
        reporting_category=category,
        bucket=bucket_of(category, kind, text(obj, "balance_type")),
        status=status,
        source_object=source,
        exchange_rate=_exchange_rate(obj),
        description=text(obj, "description", 500),
    )


def bucket_of(category: str, kind: str, balance_type: str = "") -> str:
    """The bucket of a ledger row; a category nobody knows yet moves money but earns none."""
    if balance_type == "risk_reserved" or kind.startswith(RESERVE_TYPES):
        return "reserve"
    if kind == "anticipation_repayment":
        return "financing"
    return BUCKETS.get(category, MOVEMENT)


def category_of(kind: str, source: str, gross: int, description: str = "") -> str:
    """The reporting category that a row without one would carry.

    An adjustment that points at a dispute takes the money away, or gives it back when it was won; in old ledgers it
    points at the charge and only its description tells. Before payouts had a type of their own they were transfers.
    """
    if kind == "adjustment":
        if source.startswith(("dp_", "du_", "pdp_")):
            return "dispute" if gross < 0 else "dispute_reversal"
        return next((category for words, category in CHARGEBACK_WORDS if description.startswith(words)), OTHER)
    if kind.startswith("transfer") and source.startswith("po_"):
        return "payout" if kind == "transfer" else "payout_reversal"
    return CATEGORY_OF_TYPE.get(kind, kind)


def _exchange_rate(obj: JSON) -> Decimal | None:
    value = obj.get("exchange_rate")
    if value is None:
        return None
    try:
        rate = Decimal(str(value))
    except InvalidOperation:
        raise Unreadable("not_a_number", f"exchange_rate is {value!r}.") from None
    if not rate.is_finite() or not 0 < rate < HIGHEST_RATE:
        raise Unreadable("not_a_number", f"exchange_rate is {value!r}.")
    return rate
