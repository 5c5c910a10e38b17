"""The console's record of who did what."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin.base import ConsoleAdmin
from accounts.models import Event, EventDay


@admin.register(Event)
class EventAdmin(ConsoleAdmin):
    console_group, console_icon = "Records", "history"
    list_display = ("at", "name", "actor", "business", "subject", "reason")
    search_fields = ("=name", "=subject", "=request_id", "business__slug", "actor__email")
    list_select_related = ("actor", "business")
    date_hierarchy = "at"
    ordering = ("-at",)


@admin.register(EventDay)
class EventDayAdmin(ConsoleAdmin):
    console_group, console_icon = "Records", "calendar_month"
    list_display = ("day", "name", "business", "n")
    search_fields = ("=name", "business__slug")
    list_select_related = ("business",)
    ordering = ("-day",)
