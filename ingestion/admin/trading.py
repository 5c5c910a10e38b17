"""Statements, their lines, broker accounts, remembered columns, and the trades, read-only."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.actions import reasoned_action
from accounts.admin.base import ConsoleAdmin
from accounts.models import User
from ingestion.admin.sources import SourceRecordAdmin
from ingestion.models import HeaderMapping, Statement, StatementRow, Trade, TradingAccount
from ingestion.trading.statements.answering import read_again


@reasoned_action("Read again", event="trading.statements.retried_by_staff")
def retry(statement: Statement, request: HttpRequest, reason: str) -> bool:
    """Read a statement once more from its bytes; one under way is left alone."""
    if statement.is_under_way:
        return False
    read_again(statement, actor=request.user if isinstance(request.user, User) else None)
    return True


@admin.register(Statement)
class StatementAdmin(SourceRecordAdmin):
    console_group, console_icon = "Trading", "description"
    list_display = (
        "created_at", "filename", "way", "state", "format", "source", "business", "size", "uploaded_by", "error_code",
    )  # fmt: skip
    list_filter = ("state", "way", "format")
    list_select_related = ("business", "source", "uploaded_by")
    search_fields = ("=sha256", "filename", "business__slug")
    raw_id_fields = ("run",)
    ordering = ("-created_at",)
    actions = (retry,)


@admin.register(StatementRow)
class StatementRowAdmin(ConsoleAdmin):
    console_group, console_icon = "Trading", "report"
    list_display = ("statement", "number", "kind", "status", "reason_code", "reason", "business", "resolved_at")
    list_filter = ("status", "kind", "reason_code")
    list_select_related = ("business", "statement")
    search_fields = ("=statement__sha256", "business__slug")
    raw_id_fields = ("statement",)
    ordering = ("-pk",)


@admin.register(TradingAccount)
class TradingAccountAdmin(SourceRecordAdmin):
    console_group, console_icon = "Trading", "account_balance"
    list_display = (
        "source", "business", "platform", "broker", "number_last4", "currency", "mode", "zone", "session_zone",
        "shares_cohort",
    )  # fmt: skip
    list_filter = ("platform", "mode", "asset_class", "shares_cohort")
    exclude = ("number_hash",)
    ordering = ("-pk",)


@admin.register(HeaderMapping)
class HeaderMappingAdmin(ConsoleAdmin):
    console_group, console_icon = "Trading", "table"
    list_display = ("created_at", "business", "header", "mapping")
    list_select_related: ClassVar[tuple[str, ...]] = ("business",)
    search_fields = ("=fingerprint", "business__slug")
    ordering = ("-created_at",)


@admin.register(Trade)
class TradeAdmin(SourceRecordAdmin):
    console_group, console_icon = "Trading", "candlestick_chart"
    list_display = (
        "closed_at", "instrument", "direction", "quantity", "net", "currency", "source", "business", "supported",
        "grade",
    )  # fmt: skip
    list_filter = ("asset_class", "supported", "grade")
    search_fields = ("=key", "business__slug")
    ordering = ("-closed_at",)
