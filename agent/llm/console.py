"""The staff console's view of runs, their tokens, prices and budgets."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.http import HttpRequest

from accounts.admin.base import ConsoleAdmin
from accounts.events import record
from agent.llm.cost import Tokens, cost_of
from agent.models import AgentBudget, AgentRun, ModelPrice, TokenUsage


@admin.register(AgentRun)
class RunAdmin(ConsoleAdmin):
    console_group, console_icon = "Agent", "play_circle"
    list_display = (
        "created_at", "business", "state", "engine", "model", "fallback", "tokens", "cost", "total_ms", "checked",
    )  # fmt: skip
    list_filter = ("state", "engine", "model", "fallback")
    search_fields = ("=id", "=conversation__id", "business__slug")
    list_select_related = ("business", "answer")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    exclude = ("history",)
    readonly_fields = ("provider_messages",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(
            usd=Sum("usage__cost_usd"), read=Sum("usage__input_tokens"), written=Sum("usage__output_tokens")
        )  # fmt: skip

    @admin.display(description="USD", ordering="usd")
    def cost(self, run: Any) -> str:
        return "" if run.usd is None else f"{run.usd:.4f}"

    @admin.display(description="Tokens in and out", ordering="read")
    def tokens(self, run: Any) -> str:
        return "" if run.read is None else f"{run.read:,} and {run.written:,}"

    @admin.display(description="Checked")
    def checked(self, run: AgentRun) -> str:
        """Numbers found in the evidence, of those printed."""
        kept = run.answer.grounding if run.answer else {}
        return f"{kept['matched']} of {kept['figures']}" if kept else ""

    @admin.display(description="Provider's messages")
    def provider_messages(self, run: AgentRun) -> str:
        """What was said, word for word: also the texts that were not shown."""
        return json.dumps(run.history, indent=2, ensure_ascii=False)


@admin.register(TokenUsage)
class TokenUsageAdmin(ConsoleAdmin):
    console_group, console_icon = "Agent", "token"
    list_display = (
        "created_at", "business", "model", "input_tokens", "cache_read_tokens", "output_tokens", "cost_usd",
        "estimated",
    )  # fmt: skip
    list_filter = ("provider", "model", "estimated", "finish_reason")
    search_fields = ("=run__id", "business__slug", "model")
    list_select_related = ("business",)
    date_hierarchy = "created_at"
    ordering = ("-created_at",)


class PriceForm(forms.ModelForm):
    class Meta:
        model = ModelPrice
        fields = ("provider", "model", "starts", "tiers", "source")

    def clean_tiers(self) -> Any:
        """A price that cannot be worked with would let a question fail, so it is tried."""
        tiers = self.cleaned_data["tiers"]
        try:
            cost = cost_of(Tokens(1_000_000, 1, 1, 1), tiers)
            is_whole = tiers[0]["above"] == 0 and cost >= 0
        except (ArithmeticError, AttributeError, KeyError, StopIteration, TypeError, ValueError) as error:
            raise ValidationError("Each tier has above, input and output; rates are decimal texts.") from error
        if not is_whole:
            raise ValidationError("The first tier is above 0, and no rate is negative.")
        return tiers


@admin.register(ModelPrice)
class ModelPriceAdmin(ConsoleAdmin):
    """Superusers add prices; a price is never rewritten, since requests were billed by it."""

    console_group, console_icon = "Agent", "sell"
    list_display = ("provider", "model", "starts", "input_rate", "output_rate", "source")
    list_filter = ("provider",)
    search_fields = ("model", "source")
    ordering = ("provider", "model", "-starts")
    form = PriceForm

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return bool(request.user.is_superuser)

    def save_model(self, request: HttpRequest, obj: ModelPrice, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        record("agent.prices.added", actor=request.user, subject=obj)  # type: ignore[arg-type]

    @admin.display(description="In, USD/M")
    def input_rate(self, price: ModelPrice) -> str:
        return " → ".join(str(tier["input"]) for tier in price.tiers)

    @admin.display(description="Out, USD/M")
    def output_rate(self, price: ModelPrice) -> str:
        return " → ".join(str(tier["output"]) for tier in price.tiers)


@admin.register(AgentBudget)
class AgentBudgetAdmin(ConsoleAdmin):
    """A month's cap may be set, for the months after it too; what was spent and what is held follow from requests."""

    console_group, console_icon = "Agent", "savings"
    list_display = ("month", "business", "cap", "spent_usd", "reserved_usd")
    search_fields = ("business__slug",)
    list_select_related = ("business",)
    date_hierarchy = "month"
    ordering = ("-month", "business__slug")
    autocomplete_fields = ("business",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("spent_usd", "reserved_usd") + (("business", "month") if obj else ())

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def save_model(self, request: HttpRequest, obj: AgentBudget, form: Any, change: bool) -> None:
        if change:
            # Only the cap: a question may have spent since the page was opened.
            obj.save(update_fields=["cap_usd"])
        else:
            obj.month = obj.month.replace(day=1)
            super().save_model(request, obj, form, change)
        record("agent.budget.capped", business=obj.business, actor=request.user, subject=obj)  # type: ignore[arg-type]
