"""The console's subscriptions, invoices, ways to the till, events, and what Bellwether earns."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts.admin.actions import reasoned_action
from accounts.admin.base import ConsoleAdmin
from accounts.formats import percent
from accounts.money import format_money
from billing.attention import resolve
from billing.models import (
    Attention,
    BillingCustomer,
    BillingEvent,
    Checkout,
    DunningMail,
    Invoice,
    Revenue,
    Subscription,
)
from billing.reconciliation.tasks import on_demand
from billing.revenue.queries import RevenueReport, revenue_report


@reasoned_action("Compare with Stripe", event="billing.subscriptions.comparison_asked")
def compare(row: Subscription, request: HttpRequest, reason: str) -> bool:
    """A job compares all subscriptions with Stripe and mends what differs."""
    on_demand.enqueue(dedupe="reconcile")
    return True


@reasoned_action("Done", event="billing.attention.resolved")
def settle(row: Attention, request: HttpRequest, reason: str) -> bool:
    return resolve(row, actor=request.user, now=request.now)  # type: ignore[arg-type, attr-defined]


class OpenFilter(admin.SimpleListFilter):
    title, parameter_name = "state", "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("done", "Done")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        wanted = {"open": True, "done": False}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(resolved_at__isnull=wanted)


@admin.register(Attention)
class AttentionAdmin(ConsoleAdmin):
    console_group, console_icon = "Billing", "front_hand"
    list_display = ("opened_at", "kind", "sentence", "business", "external_id", "source", "resolved_at", "resolved_by")
    list_filter = (OpenFilter, "kind", "source")
    search_fields = ("=external_id", "business__slug")
    list_select_related = ("business", "resolved_by")
    ordering = ("resolved_at", "-opened_at")
    actions = (settle,)


@admin.register(Subscription)
class SubscriptionAdmin(ConsoleAdmin):
    console_group, console_icon = "Billing", "autorenew"
    list_display = ("business", "plan", "status", "price_text", "period_end", "cancel_at", "parked", "synced_at")
    list_filter = ("status", "plan", "currency", "livemode")
    search_fields = ("=stripe_id", "=customer", "business__slug")
    list_select_related = ("business", "plan")
    ordering = ("-started_at",)
    actions = (compare,)

    @admin.display(description="Price")
    def price_text(self, row: Subscription) -> str:
        return f"{format_money(row.discounted, row.currency)} a {row.interval}"


@admin.register(Invoice)
class InvoiceAdmin(ConsoleAdmin):
    console_group, console_icon = "Billing", "receipt_long"
    list_display = ("number", "business", "status", "total_text", "attempt_count", "next_attempt_at", "issued_at")
    list_filter = ("status", "currency")
    search_fields = ("=stripe_id", "=number", "=subscription", "business__slug")
    list_select_related = ("business",)
    ordering = ("-issued_at",)

    @admin.display(description="Total")
    def total_text(self, row: Invoice) -> str:
        return format_money(row.total, row.currency)


@admin.register(Checkout)
class CheckoutAdmin(ConsoleAdmin):
    console_group, console_icon = "Billing", "shopping_cart_checkout"
    list_display = ("created_at", "business", "price", "state", "attempt", "subscription", "started_by")
    list_filter = ("state",)
    search_fields = ("=stripe_id", "=subscription", "business__slug")
    list_select_related = ("business", "price__plan", "started_by")
    ordering = ("-created_at",)


@admin.register(BillingCustomer)
class BillingCustomerAdmin(ConsoleAdmin):
    console_group, console_icon = "Billing", "badge"
    list_display = ("stripe_id", "business", "country", "livemode", "created_at", "deleted_at")
    search_fields = ("=stripe_id", "business__slug")
    list_select_related = ("business",)


@admin.register(DunningMail)
class DunningMailAdmin(ConsoleAdmin):
    console_group, console_icon = "Billing", "forward_to_inbox"
    list_display = ("due_at", "business", "invoice", "step", "sent_at", "stopped_at")
    list_filter = ("step",)
    search_fields = ("=invoice", "business__slug")
    list_select_related = ("business",)
    ordering = ("-due_at",)


@admin.register(BillingEvent)
class BillingEventAdmin(ConsoleAdmin):
    console_group, console_icon = "Billing", "history"
    list_display = ("at", "name", "business", "actor", "subject", "reason")
    search_fields = ("=name", "=subject", "business__slug")
    list_select_related = ("actor", "business")
    ordering = ("-at",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(name__startswith=BillingEvent.names())


@admin.register(Revenue)
class RevenueAdmin(ConsoleAdmin):
    """Not a list but a page: computed when it is opened."""

    console_group, console_icon = "Billing", "payments"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        report = revenue_report(as_of=request.now)  # type: ignore[attr-defined]
        context = {
            **self.admin_site.each_context(request),
            "title": "Revenue of Bellwether",
            "report": report,
            "tables": revenue_tables(report),
        }
        return TemplateResponse(request, "billing/console/revenue.html", context)


def revenue_tables(report: RevenueReport) -> dict[str, Any]:
    """The page's tables as unfold's component takes them."""
    return {
        "monthly": {
            "headers": ["Currency", "Recurring a month, excluding tax"],
            "rows": [[code.upper(), format_money(amount, code)] for code, amount in report.monthly.items()],
        },
        "counts": {
            "headers": ["Paying", "of them failing", "Trials", "Live grants from Odoo", "Waiting for a person"],
            "rows": [[report.active, report.failing, report.trials, report.odoo_grants, report.waiting]],
        },
        "churn": {
            "headers": ["Month", "Paying at its start", "Begun", "Ended", "Churn"],
            "rows": [
                [f"{month.start:%B %Y}", month.at_start, month.begun, month.ended, percent(month.rate)]
                for month in report.months
            ],
        },
        "collected": {
            "headers": ["Month", "Paid invoices, excluding tax"],
            "rows": [
                [f"{month:%B %Y}", ", ".join(format_money(amount, code) for code, amount in sums.items())]
                for month, sums in report.collected
            ],
        },
    }
