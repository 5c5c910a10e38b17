"""The console's view of the rule sets: read, and write a next version. Nothing is edited or deleted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.errors import InvalidInput
from accounts.events import record
from accounts.models import User
from analytics.models import RuleSet
from analytics.trading.shadow_boxing.catalogue import next_version, read

FIELDS = (
    "firm", "program", "size", "currency", "phase", "effective_from", "effective_to", "verified_on", "sources",
    "evidence", "disputed", "note", "rules",
)  # fmt: skip


class RuleSetForm(forms.ModelForm):
    class Meta:
        model = RuleSet
        fields = FIELDS
        widgets = {"rules": UnfoldAdminTextareaWidget, "sources": UnfoldAdminTextareaWidget}

    def clean(self) -> dict[str, Any]:
        """Rules must be readable by the engines, sources be addresses, and a dispute be explained."""
        body: dict[str, Any] = super().clean() or {}
        if self.errors:
            return body
        sources = body["sources"]
        if not isinstance(sources, list) or not all(str(one).startswith("https://") for one in sources) or not sources:
            self.add_error("sources", "Give a list of addresses that begin with https://.")
        if body["disputed"] and not body["note"].strip():
            self.add_error("note", "Say what is disputed.")
        try:
            read(RuleSet(**body, version=1))
        except InvalidInput as refused:
            self.add_error("rules", str(refused)[:500])
        return body


class RuleSetAdmin(ModelAdmin):
    form = RuleSetForm
    list_display = ("firm", "program", "size", "phase", "version", "verified_on", "evidence", "disputed", "next_link")
    list_filter = ("firm", "evidence", "disputed")
    search_fields = ("firm", "program")
    ordering = ("firm", "program", "size", "phase", "-version")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?after=<id>` begins with the rule set that the new version follows."""
        asked = request.GET.get("after", "")
        before = RuleSet.objects.filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() else None
        return {name: getattr(before, name) for name in FIELDS} if before else {"phase": 1, "currency": "usd"}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.version = next_version(obj)
        super().save_model(request, obj, form, change)
        staff = request.user if isinstance(request.user, User) else None
        record("trading.rule_sets.published", actor=staff, subject=obj, version=obj.version)

    @admin.display(description="Change")
    def next_link(self, obj: RuleSet) -> str:
        return format_html('<a href="{}?after={}">Next version</a>', reverse("admin:analytics_ruleset_add"), obj.pk)
