"""The console's plans: settings of ours, edited by superusers; who holds one keeps it."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.admin.actions import reasoned_action
from accounts.admin.base import ConsoleAdmin
from accounts.events import record
from accounts.models import Business
from accounts.money import format_money
from billing.models import Plan, PlanFeature, PlanPrice
from billing.reconciliation.tasks import on_demand


@reasoned_action("Retire", event="billing.plans.retired", superusers_only=True)
def retire(plan: Plan, request: HttpRequest, reason: str) -> bool:
    """Nobody can buy it any more; whoever has it keeps it. A plan is never deleted."""
    if plan.retired_at is not None or plan.kind == Plan.Kind.FREE:
        return False
    plan.retired_at = request.now  # type: ignore[attr-defined]
    plan.save(update_fields=["retired_at"])
    return True


@reasoned_action("Put on sale again", event="billing.plans.put_on_sale", superusers_only=True)
def put_on_sale(plan: Plan, request: HttpRequest, reason: str) -> bool:
    if plan.retired_at is None:
        return False
    plan.retired_at = None
    plan.save(update_fields=["retired_at"])
    return True


@reasoned_action("Copy as a hidden plan", event="billing.plans.copied", superusers_only=True)
def copy(plan: Plan, request: HttpRequest, reason: str) -> bool:
    """A new plan with the same prices and features, to be edited and then shown."""
    features, prices = list(plan.features.all()), list(plan.prices.filter(retired_at=None))
    plan.pk, plan.key = None, f"{plan.key[:30]}-{uuid.uuid4().hex[:6]}"
    plan.is_public, plan.odoo_sku, plan.stripe_product_id = False, "", ""
    plan.save(force_insert=True)
    for feature in features:
        PlanFeature.objects.create(plan=plan, key=feature.key, kind=feature.kind, value=feature.value)
    for price in prices:
        PlanPrice.objects.create(plan=plan, currency=price.currency, amount=price.amount)
    return True


@reasoned_action("Make prices known to Stripe", event="billing.plans.publication_asked", superusers_only=True)
def publish(plan: Plan, request: HttpRequest, reason: str) -> bool:
    """A job gives every new price its Stripe price, and compares our sales with Stripe."""
    on_demand.enqueue(dedupe="reconcile")
    return True


class LinesField(forms.CharField):
    """A list of texts, one a line; a comma is part of a text."""

    widget = UnfoldAdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]


class PlanForm(forms.ModelForm):
    ticks = LinesField(required=False, help_text="What the page lists, one a line.")

    class Meta:
        model = Plan
        fields = ("name", "desk", "lead", "ticks", "trial_days", "is_public", "order", "odoo_sku")


class SuperuserInline(TabularInline):
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


class PriceInline(SuperuserInline):
    """A price is not rewritten: who pays it has agreed to it. Retire it and add another."""

    model = PlanPrice
    fields = ("currency", "amount", "stripe_price_id", "retired_at")
    readonly_fields = ("stripe_price_id",)


class FeatureInline(SuperuserInline):
    model = PlanFeature
    fields = ("key", "kind", "value")


@admin.register(Plan)
class PlanAdmin(ConsoleAdmin):
    console_group, console_icon = "Billing", "sell"
    list_display = ("name", "key", "kind", "shown_prices", "is_public", "retired_at", "odoo_sku", "order")
    list_filter = ("kind", "is_public")
    search_fields = ("key", "name", "=odoo_sku")
    form = PlanForm
    readonly_fields = ("key", "kind", "interval", "retired_at", "stripe_product_id")
    inlines = (PriceInline, FeatureInline)
    actions = (retire, put_on_sale, copy, publish)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("prices")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Prices that are sold keep their amount; every process sees new features at once."""
        for formset in formsets:
            if formset.model is PlanPrice:
                for row in formset.initial_forms:
                    if row.instance.stripe_price_id:
                        kept = PlanPrice.objects.get(pk=row.instance.pk)
                        row.instance.amount, row.instance.currency = kept.amount, kept.currency
        super().save_related(request, form, formsets, change)
        Business.objects.update(plan_version=uuid.uuid4())
        record("billing.plans.edited", actor=request.user, subject=form.instance)  # type: ignore[arg-type]

    @admin.display(description="Prices")
    def shown_prices(self, plan: Plan) -> str:
        sold = [price for price in plan.prices.all() if price.retired_at is None]
        return ", ".join(format_money(price.amount, price.currency) for price in sold) or "–"
