"""The facts, to be looked at and never edited."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet

from accounts.admin.base import ConsoleAdmin
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

MOST_BROWSED = 10_000


class BoundedPaginator(Paginator):
    """Counts to MOST_BROWSED and no further: counting millions of rows would take longer than showing fifty."""

    object_list: QuerySet[Fact]

    @cached_property
    def count(self) -> int:
        return len(self.object_list.order_by().values_list("pk")[:MOST_BROWSED])


class FactAdmin(ConsoleAdmin):
    """The latest arrivals first; found by the provider's own id."""

    console_group, console_icon = "Facts", "receipt_long"
    paginator = BoundedPaginator
    list_select_related: ClassVar[tuple[str, ...]] = ("business", "source")
    search_fields: ClassVar[tuple[str, ...]] = ("=external_id",)
    search_help_text = "The provider's own id, such as txn_… or ch_…"
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)
    raw_id_fields: ClassVar[tuple[str, ...]] = ("run",)


#: What each list shows between the id and where it belongs.
COLUMNS: dict[type[Fact], tuple[str, ...]] = {
    BalanceTransaction: ("created_at", "type", "bucket", "status", "currency", "amount", "fee", "net"),
    Charge: ("created_at", "status", "captured", "currency", "amount", "amount_refunded", "brand", "disputed"),
    Refund: ("created_at", "status", "currency", "amount", "charge"),
    Dispute: ("created_at", "status", "reason", "currency", "amount", "is_chargeback", "evidence_due_by"),
    Payout: ("created_at", "arrival_date", "status", "currency", "amount", "automatic"),
    FraudWarning: ("created_at", "charge", "fraud_type", "actionable"),
    Subscription: ("created_at", "customer", "status", "currency", "ended_at"),
    Invoice: ("created_at", "customer", "subscription", "status", "currency", "total"),
    Execution: ("at", "instrument", "side", "quantity", "price", "currency", "supported", "grade"),
    BrokerTrade: ("closed_at", "instrument", "direction", "quantity", "net", "currency", "supported", "grade"),
    CashFlow: ("at", "kind", "amount", "currency", "grade"),
}

for _model, _columns in COLUMNS.items():
    _shown = {"list_display": ("external_id", *_columns, "version_at", "source", "business")}
    admin.site.register(_model, type(f"{_model.__name__}Admin", (FactAdmin,), _shown))
