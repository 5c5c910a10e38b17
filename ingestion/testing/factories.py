"""Sources and rows for tests: each function gives a valid one, and takes the fields a test cares about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Business
from ingestion.models import Source, TradingAccount
from ingestion.pipeline.rows import (
    BalanceTransactionRow,
    BrokerTradeRow,
    CashFlowRow,
    ChargeRow,
    DisputeRow,
    ExecutionRow,
    FraudWarningRow,
    InvoiceRow,
    PayoutRow,
    RefundRow,
    SubscriptionRow,
)

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
SEEN = datetime(2026, 6, 1, 12, tzinfo=UTC)


def make_source(business: Business, **fields: Any) -> Source:
    """An active Stripe source of uploaded files."""
    given: dict[str, Any] = {
        "provider": "stripe",
        "label": "Stripe",
        "external_account": f"acct_{business.slug}",
        "auth_mode": Source.AuthMode.UPLOAD,
        "state": Source.State.ACTIVE,
    }
    return Source.objects.create(business=business, **(given | fields))


def balance_transaction_row(external_id: str = "txn_1", **fields: Any) -> BalanceTransactionRow:
    """A charge of 10.00 with a fee of 0.59; `net` follows amount and fee unless it is given."""
    amount, fee = fields.get("amount", 1000), fields.get("fee", 59)
    net = amount - fee if "net" not in fields else None
    given: dict[str, Any] = {
        "version_at": SEEN,
        "version_rank": 50,
        "created_at": NOON,
        "available_on": NOON,
        "currency": "usd",
        "amount": amount,
        "fee": fee,
        "net": net,
        "type": "charge",
        "reporting_category": "charge",
        "bucket": "gross",
        "status": "available",
    }
    return BalanceTransactionRow(external_id, **(given | fields))


def charge_row(external_id: str = "ch_1", **fields: Any) -> ChargeRow:
    amount = fields.get("amount", 1000)
    given: dict[str, Any] = {
        "version_at": SEEN,
        "version_rank": 50,
        "created_at": NOON,
        "currency": "usd",
        "amount": amount,
        "amount_captured": amount,
        "amount_refunded": 0,
        "status": "succeeded",
        "captured": True,
        "paid": True,
        "brand": "visa",
    }
    return ChargeRow(external_id, **(given | fields))


def refund_row(external_id: str = "re_1", **fields: Any) -> RefundRow:
    given: dict[str, Any] = {
        "version_at": SEEN,
        "version_rank": 50,
        "created_at": NOON,
        "currency": "usd",
        "amount": 300,
        "status": "succeeded",
        "charge": "ch_1",
    }
    return RefundRow(external_id, **(given | fields))


def dispute_row(external_id: str = "dp_1", **fields: Any) -> DisputeRow:
    given: dict[str, Any] = {
        "version_at": SEEN,
        "version_rank": 30,
        "created_at": NOON,
        "currency": "usd",
        "amount": 1000,
        "status": "needs_response",
        "reason": "fraudulent",
        "case_type": "chargeback",
        "brand": "visa",
        "charge": "ch_1",
        "charge_created_at": None,
        "evidence_due_by": None,
        "has_evidence": False,
        "closed_at": None,
        "is_chargeback": True,
        "livemode": True,
    }
    return DisputeRow(external_id, **(given | fields))


def payout_row(external_id: str = "po_1", **fields: Any) -> PayoutRow:
    given: dict[str, Any] = {
        "version_at": SEEN,
        "version_rank": 50,
        "created_at": NOON,
        "arrival_date": date(2026, 3, 12),
        "currency": "usd",
        "amount": 5000,
        "status": "paid",
        "automatic": True,
    }
    return PayoutRow(external_id, **(given | fields))


def fraud_warning_row(external_id: str = "issfr_1", **fields: Any) -> FraudWarningRow:
    given: dict[str, Any] = {
        "version_at": SEEN,
        "version_rank": 10,
        "created_at": NOON,
        "charge": "ch_1",
        "fraud_type": "unauthorized_use_of_card",
        "actionable": True,
    }
    return FraudWarningRow(external_id, **(given | fields))


def subscription_row(external_id: str = "sub_1", **fields: Any) -> SubscriptionRow:
    given: dict[str, Any] = {
        "version_at": SEEN,
        "version_rank": 30,
        "created_at": NOON,
        "customer": "cus_1",
        "status": "active",
        "currency": "usd",
        "items": [{"id": "si_1", "price": "price_1", "unit_amount": "3000", "quantity": 1, "interval": "month"}],
        "discounts": [],
    }
    return SubscriptionRow(external_id, **(given | fields))


def invoice_row(external_id: str = "in_1", **fields: Any) -> InvoiceRow:
    given: dict[str, Any] = {
        "version_at": SEEN,
        "version_rank": 60,
        "created_at": NOON,
        "customer": "cus_1",
        "subscription": "sub_1",
        "status": "paid",
        "currency": "usd",
        "total": 3000,
        "lines": [],
    }
    return InvoiceRow(external_id, **(given | fields))


def make_trading_account(business: Business, *, label: str = "Broker", **fields: Any) -> Source:
    """A broker account that is read from statements."""
    source = make_source(business, provider="statements", label=label, external_account="")
    given: dict[str, Any] = {"platform": "mt5", "currency": "usd", "zone": "UTC"}
    TradingAccount.objects.create(business=business, source=source, **(given | fields))
    return source


def execution_row(external_id: str = "e:1", **fields: Any) -> ExecutionRow:
    """A buy of one MNQ at 20000, without costs."""
    given: dict[str, Any] = {
        "version_at": SEEN,
        "version_rank": 0,
        "at": NOON,
        "at_text": "2026-03-10 12:00:00",
        "session_date": None,
        "symbol": "MNQM6",
        "instrument": "MNQ",
        "asset_class": "futures",
        "side": 1,
        "quantity": Decimal(1),
        "price": Decimal(20000),
        "multiplier": Decimal(2),
        "effect": "",
        "native_id": "",
        "order_id": "",
        "position_id": "",
        "sequence": 0,
        "gross": None,
        "commission": Decimal(0),
        "fees": Decimal(0),
        "currency": "usd",
        "supported": True,
        "grade": "file",
    }
    return ExecutionRow(external_id, **(given | fields))


def broker_trade_row(external_id: str = "t:1", **fields: Any) -> BrokerTradeRow:
    """A long MNQ of one minute that won 20 and cost 1; `net` follows unless it is given."""
    given: dict[str, Any] = {
        "version_at": SEEN,
        "version_rank": 0,
        "opened_at": NOON - timedelta(minutes=1),
        "closed_at": NOON,
        "opened_text": "2026-03-10 11:59:00",
        "closed_text": "2026-03-10 12:00:00",
        "session_date": None,
        "symbol": "MNQM6",
        "instrument": "MNQ",
        "asset_class": "futures",
        "direction": 1,
        "quantity": Decimal(1),
        "entry_price": Decimal(20000),
        "exit_price": Decimal(20010),
        "multiplier": Decimal(2),
        "gross": Decimal(20),
        "commission": Decimal(-1),
        "fees": Decimal(0),
        "swap": Decimal(0),
        "currency": "usd",
        "native_id": "1",
        "position_id": "",
        "sequence": 0,
        "stop": None,
        "stop_quality": "none",
        "target": None,
        "mae": None,
        "mfe": None,
        "exit_reason": "",
        "setup": "",
        "comment": "",
        "flags": [],
        "supported": True,
        "grade": "file",
    } | fields
    given.setdefault("net", given["gross"] + given["commission"] + given["fees"] + given["swap"])
    return BrokerTradeRow(external_id, **given)


def cash_flow_row(external_id: str = "c:1", **fields: Any) -> CashFlowRow:
    given: dict[str, Any] = {
        "version_at": SEEN,
        "version_rank": 0,
        "at": NOON,
        "at_text": "2026-03-10 12:00:00",
        "session_date": None,
        "kind": "deposit",
        "amount": Decimal(1000),
        "currency": "usd",
        "native_id": "",
        "sequence": 0,
        "comment": "",
        "grade": "file",
    }
    return CashFlowRow(external_id, **(given | fields))


#: One valid row of every stream.
SAMPLE_ROWS = {
    "balance_transactions": balance_transaction_row(),
    "charges": charge_row(),
    "refunds": refund_row(),
    "disputes": dispute_row(),
    "payouts": payout_row(),
    "fraud_warnings": fraud_warning_row(),
    "subscriptions": subscription_row(),
    "invoices": invoice_row(),
    "executions": execution_row(),
    "broker_trades": broker_trade_row(),
    "cash_flows": cash_flow_row(),
}
