"""What mappers return: one row type a fact, with exactly the fact's own columns in order.

A row begins with its key and its version. `version_at` is the provider's own time of this state of the
object (when it was fetched, or when its event was created); `version_rank` says how final the state is. Three bands
of ranks keep ends from being reopened: below ENDED anything may follow, from ENDED on only ends, from ENDED_FOR_GOOD
on only such ends. Inside a band the newer version holds, and of two at the same time the higher rank.

Money is integer minor units (trading: decimals), currencies are lower-case ISO codes, moments are aware datetimes. JSON
columns hold plain lists. Absent texts are empty, never None.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

JSONList = list[dict[str, Any]]

#: A rank from here on is an end: a state below never displaces it, however new it claims to be.
ENDED = 50
#: A rank from here on is an end that no milder end displaces either: a failed payout is never paid again.
ENDED_FOR_GOOD = 70


class BalanceTransactionRow(NamedTuple):
    external_id: str
    version_at: datetime
    version_rank: int
    created_at: datetime
    available_on: datetime
    currency: str
    amount: int
    fee: int
    net: int
    type: str
    reporting_category: str
    bucket: str
    status: str
    source_object: str = ""
    exchange_rate: Decimal | None = None
    description: str = ""


class ChargeRow(NamedTuple):
    external_id: str
    version_at: datetime
    version_rank: int
    created_at: datetime
    currency: str
    amount: int
    amount_captured: int
    amount_refunded: int
    status: str
    captured: bool
    paid: bool
    customer: str = ""
    payer_key: str = ""
    payment_intent: str = ""
    brand: str = ""
    card_present: bool = False
    failure_code: str = ""
    descriptor: str = ""
    disputed: bool = False
    balance_transaction: str = ""
    invoice: str = ""


class RefundRow(NamedTuple):
    external_id: str
    version_at: datetime
    version_rank: int
    created_at: datetime
    currency: str
    amount: int
    status: str
    charge: str = ""
    payment_intent: str = ""
    reason: str = ""
    failure_reason: str = ""
    balance_transaction: str = ""


class DisputeRow(NamedTuple):
    external_id: str
    version_at: datetime
    version_rank: int
    created_at: datetime
    currency: str
    amount: int
    status: str
    reason: str
    case_type: str
    brand: str
    charge: str
    charge_created_at: datetime | None
    evidence_due_by: datetime | None
    has_evidence: bool
    closed_at: datetime | None
    is_chargeback: bool
    livemode: bool


class PayoutRow(NamedTuple):
    external_id: str
    version_at: datetime
    version_rank: int
    created_at: datetime
    arrival_date: date
    currency: str
    amount: int
    status: str
    automatic: bool
    method: str = ""
    failure_code: str = ""
    balance_transaction: str = ""


class FraudWarningRow(NamedTuple):
    external_id: str
    version_at: datetime
    version_rank: int
    created_at: datetime
    charge: str
    fraud_type: str
    actionable: bool


class SubscriptionRow(NamedTuple):
    external_id: str
    version_at: datetime
    version_rank: int
    created_at: datetime
    customer: str
    status: str
    currency: str
    items: JSONList
    discounts: JSONList
    trial_end: datetime | None = None
    cancel_at: datetime | None = None
    canceled_at: datetime | None = None
    ended_at: datetime | None = None


class InvoiceRow(NamedTuple):
    external_id: str
    version_at: datetime
    version_rank: int
    created_at: datetime
    customer: str
    subscription: str
    status: str
    currency: str
    total: int
    lines: JSONList


class ExecutionRow(NamedTuple):
    """One fill; amounts are decimals in major units, costs negative. `session_date` only where the file states it."""

    external_id: str
    version_at: datetime
    version_rank: int
    at: datetime
    at_text: str
    session_date: date | None
    symbol: str
    instrument: str
    asset_class: str
    side: int
    quantity: Decimal
    price: Decimal
    multiplier: Decimal
    effect: str
    native_id: str
    order_id: str
    position_id: str
    sequence: int
    gross: Decimal | None
    commission: Decimal
    fees: Decimal
    currency: str
    supported: bool
    grade: str


class BrokerTradeRow(NamedTuple):
    """A completed row as the broker prints it; net = gross + costs. `session_date` only where the file states it."""

    external_id: str
    version_at: datetime
    version_rank: int
    opened_at: datetime | None
    closed_at: datetime
    opened_text: str
    closed_text: str
    session_date: date | None
    symbol: str
    instrument: str
    asset_class: str
    direction: int
    quantity: Decimal
    entry_price: Decimal | None
    exit_price: Decimal | None
    multiplier: Decimal | None
    gross: Decimal
    commission: Decimal
    fees: Decimal
    swap: Decimal
    net: Decimal
    currency: str
    native_id: str
    position_id: str
    sequence: int
    stop: Decimal | None
    stop_quality: str
    target: Decimal | None
    mae: Decimal | None
    mfe: Decimal | None
    exit_reason: str
    setup: str
    comment: str
    flags: list[str]
    supported: bool
    grade: str


class CashFlowRow(NamedTuple):
    """Money that moved without a trade; a signed amount in major units."""

    external_id: str
    version_at: datetime
    version_rank: int
    at: datetime
    at_text: str
    session_date: date | None
    kind: str
    amount: Decimal
    currency: str
    native_id: str
    sequence: int
    comment: str
    grade: str


Row = (
    BalanceTransactionRow
    | ChargeRow
    | RefundRow
    | DisputeRow
    | PayoutRow
    | FraudWarningRow
    | SubscriptionRow
    | InvoiceRow
    | ExecutionRow
    | BrokerTradeRow
    | CashFlowRow
)


class Rejected(NamedTuple):
    """A payload that cannot become a row: why, and what it was, word for word."""

    external_id: str
    reason_code: str
    reason: str
    raw: str
