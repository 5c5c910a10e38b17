"""Rejected rows, uploads, kept pages and days that wait to be recomputed."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin.actions import reasoned_action
from ingestion.admin.sources import SourceRecordAdmin
from ingestion.models import BalanceReading, DirtyDay, QuarantinedRow, RawPage, Upload


@reasoned_action("Set aside as settled", event="ingestion.quarantine.resolved")
def resolve(row: QuarantinedRow, request: HttpRequest, reason: str) -> bool:
    """Take an open row off the list; it stays readable."""
    still_open = QuarantinedRow.objects.of(row.business).open().filter(pk=row.pk)
    return bool(still_open.update(resolved_at=timezone.now()))


@admin.register(QuarantinedRow)
class QuarantinedRowAdmin(SourceRecordAdmin):
    console_icon = "report"
    list_display = ("created_at", "reason_code", "stream", "external_id", "source", "business", "reason", "resolved_at")
    list_filter = ("reason_code", "stream", ("resolved_at", admin.EmptyFieldListFilter))
    search_fields = ("=external_id", "business__slug")
    ordering = ("-created_at",)
    actions = (resolve,)


@admin.register(Upload)
class UploadAdmin(SourceRecordAdmin):
    console_icon = "upload_file"
    list_display = ("created_at", "filename", "kind", "state", "source", "business", "size", "uploaded_by")
    list_filter = ("state", "kind")
    list_select_related = ("business", "source", "uploaded_by")
    ordering = ("-created_at",)


@admin.register(RawPage)
class RawPageAdmin(SourceRecordAdmin):
    console_icon = "description"
    list_display = ("fetched_at", "source", "business", "rows", "sha256", "run")
    list_select_related = ("business", "source", "run__source")
    ordering = ("-fetched_at",)


@admin.register(DirtyDay)
class DirtyDayAdmin(SourceRecordAdmin):
    console_icon = "event_busy"
    list_display = ("day", "desk", "source", "business", "marked_at")
    list_filter = ("desk",)
    ordering = ("-marked_at",)


@admin.register(BalanceReading)
class BalanceReadingAdmin(SourceRecordAdmin):
    console_icon = "account_balance"
    list_display = ("read_at", "source", "business", "currency", "available", "pending", "reserved")
    ordering = ("-read_at",)
