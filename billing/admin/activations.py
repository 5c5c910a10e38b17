"""The console's activation links."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin.actions import reasoned_action
from accounts.admin.base import ConsoleAdmin
from accounts.errors import InvalidInput
from billing.activation import links
from billing.models import Activation


@reasoned_action("Send a new link", event="billing.activation.resent")
def send_again(link: Activation, request: HttpRequest, reason: str) -> bool:
    """Mail a new link to the address that Odoo has; older ones die."""
    if not links.can_activate(link.order):
        raise InvalidInput("This order cannot be activated (any more).")
    links.mail_link.enqueue(order_id=link.order_id, dedupe=f"again:{link.order_id}")
    return True


@admin.register(Activation)
class ActivationAdmin(ConsoleAdmin):
    console_group, console_icon = "Billing", "link"
    list_display = ("order", "email", "state", "created_at", "expires_at", "consumed_by", "business")
    search_fields = ("=order__number", "=email", "business__slug")
    list_select_related = ("order", "business", "consumed_by")
    list_filter = (("consumed_at", admin.EmptyFieldListFilter), ("revoked_at", admin.EmptyFieldListFilter))
    ordering = ("-created_at",)
    exclude = ("token_hash",)
    actions = (send_again,)

    @admin.display(description="State")
    def state(self, link: Any) -> str:
        if link.consumed_at:
            return "used"
        if link.revoked_at:
            return "replaced"
        return "expired" if link.expires_at <= timezone.now() else "open"
