"""The console's loyalty cadence: paid months, perks, and who reached which."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.crypto import get_random_string

from accounts.admin.actions import reasoned_action
from accounts.admin.base import ConsoleAdmin
from accounts.events import record
from billing.models import PaidMonth, Perk, Unlock


@reasoned_action("Retire", event="billing.loyalty.perk_retired", superusers_only=True)
def retire(perk: Perk, request: HttpRequest, reason: str) -> bool:
    """Nobody new reaches it; whoever has it keeps it."""
    if perk.retired_at is not None:
        return False
    perk.retired_at = request.now  # type: ignore[attr-defined]
    perk.save(update_fields=["retired_at"])
    return True


@reasoned_action("Offer again", event="billing.loyalty.perk_offered", superusers_only=True)
def offer(perk: Perk, request: HttpRequest, reason: str) -> bool:
    if perk.retired_at is None:
        return False
    perk.retired_at = None
    perk.save(update_fields=["retired_at"])
    return True


@reasoned_action("Begin a new one like it", event="billing.loyalty.perk_copied", superusers_only=True)
def copy(perk: Perk, request: HttpRequest, reason: str) -> None:
    """A retired copy, which is edited first and then offered."""
    Perk.objects.create(
        key=f"{perk.key[:28]}-{get_random_string(6, 'abcdefghijkmnpqrstuvwxyz23456789')}", name=perk.name,
        text=perk.text, after_months=perk.after_months, retired_at=request.now,  # type: ignore[attr-defined]
    )  # fmt: skip


@admin.register(Perk)
class PerkAdmin(ConsoleAdmin):
    """Offers of ours, edited by superusers. One that anybody reached is retired, never deleted."""

    console_group, console_icon = "Loyalty", "redeem"
    list_display = ("name", "after_months", "retired_at", "holders")
    ordering = ("after_months",)
    readonly_fields = ("key", "retired_at")
    actions = (copy, retire, offer)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(held=Count("unlocks", filter=Q(unlocks__revoked_at=None)))

    def save_model(self, request: HttpRequest, obj: Perk, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        record("billing.loyalty.perk_edited", actor=request.user, subject=obj)  # type: ignore[arg-type]

    @admin.display(description="Reached by")
    def holders(self, perk: Any) -> int:
        return int(perk.held)


@admin.register(Unlock)
class UnlockAdmin(ConsoleAdmin):
    console_group, console_icon = "Loyalty", "lock_open"
    list_display = ("business", "perk", "reached_at", "recorded_at", "revoked_at")
    list_filter = ("perk", ("revoked_at", admin.EmptyFieldListFilter))
    search_fields = ("business__slug", "business__name")
    list_select_related = ("business", "perk")
    date_hierarchy = "reached_at"
    ordering = ("-reached_at",)


@admin.register(PaidMonth)
class PaidMonthAdmin(ConsoleAdmin):
    console_group, console_icon = "Loyalty", "calendar_month"
    list_display = ("order", "business", "number", "starts_at", "ends_at", "payment")
    search_fields = ("business__slug", "=order__number")
    list_select_related = ("order", "business")
    ordering = ("-starts_at",)
