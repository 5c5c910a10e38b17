"""The console's grants: given by hand with a reason, and ended with one."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.admin.actions import reasoned_action
from accounts.admin.base import ConsoleAdmin
from accounts.models import Business, User
from billing.grants import end_grant, grant
from billing.models import Grant, Plan


@reasoned_action("End", event="billing.grants.ended_by_staff", superusers_only=True)
def end(held: Grant, request: HttpRequest, reason: str) -> bool:
    """It opens nothing any more; nothing is deleted. A running subscription would give it again: end that first."""
    now, actor = cast(Any, request).now, cast(User, request.user)
    return end_grant(held.business, source=held.source, grant_id=held.pk, at=now, actor=actor, reason=reason)


class GiveForm(forms.Form):
    """Who gets which plan, until when, and why."""

    business = forms.SlugField(help_text="Its short name, as in its addresses.", widget=UnfoldAdminTextInputWidget)
    plan = forms.ModelChoiceField(queryset=Plan.objects.exclude(kind=Plan.Kind.FREE), widget=UnfoldAdminSelectWidget)
    valid_until = forms.DateTimeField(
        required=False, help_text="UTC, such as 2026-12-31 23:59; empty is without an end.",
        widget=UnfoldAdminTextInputWidget,
    )  # fmt: skip
    reason = forms.CharField(max_length=300, widget=UnfoldAdminTextInputWidget)

    def clean_business(self) -> Business:
        found = Business.objects.filter(slug=self.cleaned_data["business"]).first()
        if found is None:
            raise forms.ValidationError("There is no business of this name.")
        return found


@admin.register(Grant)
class GrantAdmin(ConsoleAdmin):
    console_group, console_icon = "Billing", "key_vertical"
    list_display = (
        "business", "plan", "source", "state", "valid_from", "valid_until", "read_only_from", "granted_by", "reason",
    )  # fmt: skip
    list_filter = ("state", "source", "plan")
    search_fields = ("=external_id", "business__slug", "business__name")
    list_select_related = ("business", "plan", "granted_by")
    ordering = ("-created_at",)
    actions = (end,)
    change_list_template = "billing/console/grants.html"

    def get_urls(self) -> list[Any]:
        give = path("give/", self.admin_site.admin_view(self.give), name="billing_grant_give")
        return [give, *super().get_urls()]

    def give(self, request: HttpRequest) -> HttpResponse:
        """A plan by hand; superusers only, because it is worth money."""
        if not request.user.is_superuser:
            raise PermissionDenied
        form = GiveForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            with transaction.atomic():
                grant(
                    data["business"],
                    data["plan"],
                    source=Grant.Source.MANUAL,
                    valid_from=cast(Any, request).now,
                    valid_until=data["valid_until"],
                    actor=request.user,
                    reason=data["reason"],
                )
            messages.success(request, f"{data['business']} has {data['plan']} now.")
            return redirect("admin:billing_grant_changelist")
        context = {**self.admin_site.each_context(request), "title": "Give a plan", "form": form, "opts": Grant._meta}
        return TemplateResponse(request, "billing/console/give.html", context)
