"""Reference rates of the European Central Bank."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin.base import ConsoleAdmin
from ingestion.models import FxRate


@admin.register(FxRate)
class FxRateAdmin(ConsoleAdmin):
    console_group, console_icon = "Records", "currency_exchange"
    list_display = ("day", "currency", "per_eur")
    search_fields = ("=currency",)
    date_hierarchy = "day"
    ordering = ("-day", "currency")
