"""The console's work items: one-off reports, their clock and their files."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import TabularInline

from accounts.admin.actions import reasoned_action
from accounts.admin.base import ConsoleAdmin
from accounts.formats import duration
from billing.autopsy import items
from billing.models import WorkFile, WorkItem, WorkStep

State = WorkItem.State


def _moves(label: str, state: str, *, of: tuple[str, ...], name: str, doc: str) -> Any:
    def deed(item: WorkItem, request: HttpRequest, reason: str) -> bool:
        if item.state not in of:
            return False
        return items.move(item, state, now=request.now, actor=request.user)  # type: ignore[arg-type, attr-defined]

    deed.__name__, deed.__doc__ = name, doc
    return reasoned_action(label, event=f"billing.autopsy.{name}_by_staff")(deed)


deliver = _moves(
    "Mark as delivered", State.DELIVERED, of=(State.OPEN, State.WAITING), name="delivered",
    doc="The report went out; the customer is told by mail.",
)  # fmt: skip
take_back = _moves(
    "Not delivered after all", State.OPEN, of=(State.DELIVERED,), name="taken_back",
    doc="The clock starts anew.",
)  # fmt: skip
wait = _moves(
    "Wait for the customer", State.WAITING, of=(State.OPEN,), name="paused",
    doc="The clock stands until a file comes or work is resumed.",
)  # fmt: skip
resume = _moves(
    "Resume work", State.OPEN, of=(State.WAITING,), name="resumed", doc="The clock starts anew.",
)  # fmt: skip


class ReadOnlyInline(TabularInline):
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StepInline(ReadOnlyInline):
    model = WorkStep
    fields = ("at", "kind", "actor")


class FileInline(ReadOnlyInline):
    model = WorkFile
    fields = ("download", "size", "uploaded_at")
    readonly_fields = ("download",)

    @admin.display(description="File")
    def download(self, file: WorkFile) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("admin:billing_workfile_download", args=[file.pk]), file.name)


class LateFilter(admin.SimpleListFilter):
    """Whether the promise has passed."""

    title, parameter_name = "promise", "promise"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("late", "Late")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(state=State.OPEN, due_at__lte=timezone.now()) if self.value() == "late" else queryset


@admin.register(WorkItem)
class WorkItemAdmin(ConsoleAdmin):
    console_group, console_icon = "Billing", "assignment"
    list_display = ("order", "plan", "state", "left", "due_at", "file_count", "late_at", "delivered_at")
    list_filter = ("state", LateFilter, "plan")
    search_fields = ("=order__number", "=order__email")
    list_select_related = ("order", "plan")
    ordering = ("due_at",)
    inlines = (StepInline, FileInline)
    actions = (deliver, take_back, wait, resume)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("files")

    def get_urls(self) -> list[Any]:
        download = path(
            "files/<int:file_id>/", self.admin_site.admin_view(self.download), name="billing_workfile_download"
        )
        return [download, *super().get_urls()]

    def download(self, request: HttpRequest, file_id: int) -> FileResponse:
        """A customer's file as it came, never shown by the browser."""
        file = get_object_or_404(WorkFile, pk=file_id)
        return FileResponse(file.file.open("rb"), as_attachment=True, filename=file.name)

    @admin.display(description="Left", ordering="due_at")
    def left(self, item: WorkItem) -> str:
        if item.state != State.OPEN or item.due_at is None:
            return ""
        left = item.due_at - timezone.now()
        return f"late by {duration(-left)}" if left <= timedelta(0) else duration(left)

    @admin.display(description="Files")
    def file_count(self, item: WorkItem) -> int:
        return len(item.files.all())
