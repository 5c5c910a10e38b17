"""Sources, their runs and their reconciliations."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.actions import reasoned_action
from accounts.admin.base import ConsoleAdmin
from accounts.formats import duration
from accounts.models import User
from ingestion.models import OAuthState, Reconciliation, Source, StreamCursor, SyncRun
from ingestion.sources.services import sync_now


@reasoned_action("Sync now", event="ingestion.sources.synced_by_staff")
def sync(source: Source, request: HttpRequest, reason: str) -> None:
    """Queue an update; a source whose account cannot be asked is skipped with the reason."""
    sync_now(source, actor=request.user if isinstance(request.user, User) else None, now=request.now)  # type: ignore[attr-defined]


class SourceRecordAdmin(ConsoleAdmin):
    """A list of what belongs to one source."""

    console_group, console_icon = "Sources", "database"
    list_select_related: ClassVar[tuple[str, ...]] = ("business", "source")
    search_fields: ClassVar[tuple[str, ...]] = ("business__slug", "source__label", "=source__external_account")


@admin.register(Source)
class SourceAdmin(ConsoleAdmin):
    console_group, console_icon = "Sources", "cable"
    list_display = ("label", "business", "provider", "state", "auth_mode", "livemode", "last_synced_at", "state_reason")
    list_filter = ("state", "provider", "auth_mode", "livemode")
    search_fields = ("label", "=external_account", "business__slug")
    list_select_related = ("business",)
    ordering = ("-connected_at",)
    actions = (sync,)


@admin.register(SyncRun)
class SyncRunAdmin(SourceRecordAdmin):
    console_icon = "sync"
    list_display = (
        "started_at", "kind", "state", "source", "business", "took",
        "seen", "new", "changed", "unchanged", "quarantined", "error_code",
    )  # fmt: skip
    list_filter = ("state", "kind")
    ordering = ("-started_at",)
    raw_id_fields = ("source", "job")

    @admin.display(description="Took")
    def took(self, run: SyncRun) -> str:
        return duration(run.finished_at - run.started_at) if run.finished_at else "—"


@admin.register(StreamCursor)
class StreamCursorAdmin(SourceRecordAdmin):
    console_icon = "line_start_circle"
    list_display = ("source", "stream", "window", "done", "cursor", "business", "updated_at")
    list_filter = ("stream", "done")
    ordering = ("-updated_at",)


@admin.register(Reconciliation)
class ReconciliationAdmin(SourceRecordAdmin):
    console_icon = "balance"
    list_display = ("ran_at", "source", "business", "currency", "ledger", "balance", "drift")
    list_filter = ("currency",)
    ordering = ("-ran_at",)


@admin.register(OAuthState)
class OAuthStateAdmin(ConsoleAdmin):
    console_group, console_icon = "Sources", "key"
    list_display = ("created_at", "provider", "business", "user", "livemode", "used_at")
    list_select_related = ("business", "user")
    search_fields = ("business__slug", "user__email")
    ordering = ("-created_at",)
    exclude = ("nonce_hash", "session_key_hash")
