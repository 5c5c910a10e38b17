"""The console's orders: all that were read in Odoo, and those that wait for a person."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.actions import reasoned_action
from accounts.admin.base import ConsoleAdmin
from accounts.errors import InvalidInput
from accounts.events import record
from accounts.money import format_money
from billing.models import OdooCursor, OdooOrder, ParkedOrder, Plan, SkuRule
from billing.odoo import tasks
from billing.orders import services


@reasoned_action("Read again", event="billing.orders.read_again")
def read_again(order: OdooOrder, request: HttpRequest, reason: str) -> bool:
    """Ask Odoo for the order now; a job does it within seconds."""
    tasks.read_again.enqueue(external_id=order.external_id, dedupe=order.key)
    return True


@reasoned_action("Accept as it is", event="billing.orders.accepted")
def accept(order: OdooOrder, request: HttpRequest, reason: str) -> bool:
    """Give what was bought although something does not fit; only for the order as it stands now."""
    return services.accept(order, now=request.now)  # type: ignore[attr-defined]


@reasoned_action("Dismiss", event="billing.orders.dismissed")
def dismiss(order: OdooOrder, request: HttpRequest, reason: str) -> bool:
    """Take it off the queue and give nothing. A newer state of the order brings it back."""
    return services.dismiss(order, now=request.now)  # type: ignore[attr-defined]


@reasoned_action("The SKU opens nothing", event="billing.orders.sku_mapped")
def map_to_nothing(order: OdooOrder, request: HttpRequest, reason: str) -> bool:
    """Remember that the unknown SKUs of this order open nothing, such as shipping."""
    return services.map_sku(order, None, actor=request.user, now=request.now)  # type: ignore[arg-type, attr-defined]


def mapping_action(key: str) -> Any:
    """An action that maps the unknown SKUs of an order to the plan `key`."""

    def deed(order: OdooOrder, request: HttpRequest, reason: str) -> bool:
        plan = Plan.objects.filter(key=key).exclude(kind=Plan.Kind.FREE).first()
        if plan is None:
            raise InvalidInput(f"There is no plan {key}.")
        return services.map_sku(order, plan, actor=request.user, now=request.now)  # type: ignore[arg-type, attr-defined]

    deed.__name__ = f"map_to_{key}"
    return reasoned_action(f"The SKU is {key.replace('_', ' ')}", event="billing.orders.sku_mapped")(deed)


#: What Odoo sells. Another plan is mapped by a SKU rule, or by giving it the SKU.
MAPPABLE = ("trader", "edge_autopsy", "edge_autopsy_plus")


@admin.register(OdooOrder)
class OdooOrderAdmin(ConsoleAdmin):
    console_group, console_icon = "Billing", "shopping_cart"
    list_display: Any = (
        "number",
        "status",
        "park",
        "amount",
        "email",
        "business",
        "found_by",
        "ordered_at",
        "activated_at",
    )
    list_filter: Any = ("status", "park", "found_by", "currency")
    search_fields = ("=number", "=email", "=external_id", "business__slug")
    list_select_related = ("business",)
    ordering = ("-ordered_at",)
    actions: Any = (read_again,)

    @admin.display(description="Paid of total")
    def amount(self, order: OdooOrder) -> str:
        """What arrived and was kept, of what was asked."""
        if not order.currency:
            return "unknown"
        kept, total = order.paid - order.refunded, order.total
        return f"{format_money(kept, order.currency)} of {format_money(total, order.currency)}"


@admin.register(ParkedOrder)
class ParkedOrderAdmin(OdooOrderAdmin):
    console_group, console_icon = "Billing", "front_hand"
    list_display = ("number", "park", "why", "status", "amount", "email", "first_seen_at")
    list_filter = ("park", "status")
    ordering = ("first_seen_at",)
    actions = (read_again, accept, map_to_nothing, *(mapping_action(key) for key in MAPPABLE), dismiss)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).exclude(park="").filter(dismissed_at=None)


@reasoned_action("Forget", event="billing.orders.sku_forgotten", superusers_only=True)
def forget(rule: SkuRule, request: HttpRequest, reason: str) -> None:
    """The SKU is unknown again, from the next reading of an order on; what was given stays."""
    SkuRule.objects.filter(pk=rule.pk).delete()


@admin.register(SkuRule)
class SkuRuleAdmin(ConsoleAdmin):
    """Rules are made on a parked order. A superuser may say another plan; it holds from the next reading on."""

    console_group, console_icon = "Billing", "barcode"
    list_display = ("sku", "plan", "made_at", "made_by")
    search_fields = ("sku",)
    list_select_related = ("plan", "made_by")
    readonly_fields = ("sku", "made_at", "made_by")
    actions = (forget,)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def save_model(self, request: HttpRequest, obj: SkuRule, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        record("billing.orders.sku_mapped", actor=request.user, subject=obj)  # type: ignore[arg-type]


@admin.register(OdooCursor)
class OdooCursorAdmin(ConsoleAdmin):
    console_group, console_icon = "Billing", "update"
    list_display = ("database", "watermark", "polled_at")
