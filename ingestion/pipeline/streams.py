"""The streams that become facts: which table, which row type, which days a change makes stale."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db import models

from ingestion.models import (
    BalanceTransaction,
    BrokerTrade,
    CashFlow,
    Charge,
    Dispute,
    Execution,
    Fact,
    FraudWarning,
    Invoice,
    Payout,
    Refund,
    Subscription,
)
from ingestion.pipeline import rows

#: The key and the version, with which every row begins; what follows is content.
HEAD = ("external_id", "version_at", "version_rank")


@dataclass(frozen=True)
class FactStream:
    """One kind of fact. `dirties` are the columns whose days, before and after a change, must be recomputed."""

    key: str
    model: type[Fact]
    row: type[NamedTuple]
    desk: str
    dirties: tuple[str, ...]

    @cached_property
    def table(self) -> str:
        return self.model._meta.db_table

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """All columns of a row, the head first."""
        return tuple(self.row._fields)

    @cached_property
    def content(self) -> tuple[str, ...]:
        return self.columns[len(HEAD) :]

    @cached_property
    def fields(self) -> tuple[models.Field[Any, Any], ...]:
        """The model's field of each column."""
        by_name = {field.name: field for field in self.model._meta.concrete_fields}
        return tuple(by_name[name] for name in self.columns)

    def is_date(self, column: str) -> bool:
        """Whether a column is a calendar day already, and not a moment."""
        return not isinstance(self.model._meta.get_field(column), models.DateTimeField)


_ALL = (
    FactStream("balance_transactions", BalanceTransaction, rows.BalanceTransactionRow, "payments", ("created_at",)),
    FactStream("charges", Charge, rows.ChargeRow, "payments", ("created_at",)),
    FactStream("refunds", Refund, rows.RefundRow, "payments", ("created_at",)),
    # Disputes are counted by their own day, by the day of their charge, and won or lost by the day they closed.
    FactStream("disputes", Dispute, rows.DisputeRow, "payments", ("created_at", "charge_created_at", "closed_at")),
    FactStream("payouts", Payout, rows.PayoutRow, "payments", ("arrival_date", "created_at")),
    FactStream("fraud_warnings", FraudWarning, rows.FraudWarningRow, "payments", ("created_at",)),
    # A change of items moves recurring revenue on the day it happened, which is the version's own.
    FactStream(
        "subscriptions",
        Subscription,
        rows.SubscriptionRow,
        "payments",
        ("created_at", "trial_end", "ended_at", "version_at"),
    ),
    FactStream("invoices", Invoice, rows.InvoiceRow, "payments", ("created_at",)),
    FactStream("executions", Execution, rows.ExecutionRow, "trading", ("at",)),
    FactStream("broker_trades", BrokerTrade, rows.BrokerTradeRow, "trading", ("closed_at",)),
    FactStream("cash_flows", CashFlow, rows.CashFlowRow, "trading", ("at",)),
)
STREAMS: dict[str, FactStream] = {stream.key: stream for stream in _ALL}


def stream_of(key: str) -> FactStream:
    """Errors: KeyError for a stream that no fact belongs to."""
    return STREAMS[key]
