"""The staff console's view of verified answers."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin.base import ConsoleAdmin
from agent.models import VerifiedAnswer


@admin.register(VerifiedAnswer)
class VerifiedAnswerAdmin(ConsoleAdmin):
    """Which questions businesses stand for, and whose plan broke; their notes stay with the business."""

    console_group, console_icon = "Agent", "verified"
    list_display = ("question", "business", "owner", "verified_at", "uses", "broken")
    search_fields = ("=id", "business__slug")
    list_select_related = ("business", "owner")
    exclude = ("note",)
