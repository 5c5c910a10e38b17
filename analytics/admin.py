"""The console's view of rollups and snapshots: to look, never to edit."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from analytics.models import (
    MetricSnapshot,
    PaymentBrandDay,
    PaymentDay,
    PaymentsFreshness,
    ReadinessSnapshot,
    RuleSet,
    TradingRule,
)
from analytics.trading.shadow_boxing.console import RuleSetAdmin


class LookOnly(ModelAdmin):
    """Rows that only jobs write. Without a total: counting them would read the whole table."""

    list_select_related: tuple[str, ...] = ("business",)
    search_fields = ("business__slug", "business__name")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(MetricSnapshot)
class MetricSnapshotAdmin(LookOnly):
    list_display = ("business", "as_of", "model_version", "computed_at", "superseded_at")
    list_filter = ("model_version",)
    date_hierarchy = "as_of"


@admin.register(ReadinessSnapshot)
class ReadinessSnapshotAdmin(LookOnly):
    list_display = ("business", "as_of", "model", "score", "tier", "confidence_level", "trend", "superseded_at")
    list_filter = ("model", "tier")
    date_hierarchy = "as_of"


@admin.register(PaymentDay)
class PaymentDayAdmin(LookOnly):
    list_display = ("business", "source", "day", "currency", "gross", "refunds", "disputes", "charges", "chargebacks")
    list_select_related: tuple[str, ...] = ("business", "source")
    date_hierarchy = "day"


@admin.register(PaymentBrandDay)
class PaymentBrandDayAdmin(LookOnly):
    list_display = ("business", "source", "day", "brand", "charges", "disputes", "chargebacks", "fraud_warnings")
    list_select_related: tuple[str, ...] = ("business", "source")
    list_filter = ("brand",)


@admin.register(PaymentsFreshness)
class PaymentsFreshnessAdmin(LookOnly):
    list_display = ("business", "stale_since", "revision", "refreshed_at", "metrics_model", "readiness_model")


@admin.register(TradingRule)
class TradingRuleAdmin(LookOnly):
    list_display = ("business", "kind", "params", "active", "created_at", "updated_at")
    list_filter = ("kind", "active")


admin.site.register(RuleSet, RuleSetAdmin)
