"""The console's background work: jobs, inbound deliveries, heartbeats."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts import inbox, jobs
from accounts.admin.actions import reasoned_action
from accounts.admin.base import ConsoleAdmin
from accounts.formats import duration
from accounts.models import Heartbeat, InboxDelivery, Job

SHOWN_BYTES = 64 * 1024


@reasoned_action("Retry", event="accounts.job.retried")
def retry(job: Job, request: HttpRequest, reason: str) -> bool:
    """Back to the queue with fresh attempts, unless an equal job waits there already."""
    try:
        with transaction.atomic():
            return jobs.retry_failed(job)
    except IntegrityError:
        return False


@reasoned_action("Cancel", event="accounts.job.cancelled")
def cancel(job: Job, request: HttpRequest, reason: str) -> bool:
    return jobs.cancel_queued(job, reason=reason)


@reasoned_action("Replay", event="accounts.delivery.replayed")
def replay(delivery: InboxDelivery, request: HttpRequest, reason: str) -> bool:
    inbox.replay(delivery)
    return True


@admin.register(Job)
class JobAdmin(ConsoleAdmin):
    console_group, console_icon = "Work", "manufacturing"
    list_display = ("name", "state", "queue", "business", "age", "attempts", "due_at", "error_code")
    list_filter = ("state", "queue", "name")
    search_fields = ("=id", "name", "business__slug", "error_code", "request_id")
    list_select_related = ("business",)
    ordering = ("-created_at",)
    actions = (retry, cancel)

    @admin.display(description="Age", ordering="-created_at")
    def age(self, job: Job) -> str:
        """How long it waited or ran; for ended ones, how long it took from its making."""
        return duration((job.finished_at or timezone.now()) - job.created_at)


@admin.register(InboxDelivery)
class InboxDeliveryAdmin(ConsoleAdmin):
    console_group, console_icon = "Work", "inbox"
    list_display = ("event_type", "event_id", "provider", "state", "business", "attempts", "received_at", "outcome")
    list_filter = ("state", "provider", "livemode", "event_type")
    search_fields = ("=event_id", "=account", "business__slug")
    list_select_related = ("business",)
    ordering = ("-received_at",)
    exclude = ("payload",)
    readonly_fields = ("shown_payload",)
    actions = (replay,)

    def get_queryset(self, request: HttpRequest) -> Any:
        queryset = super().get_queryset(request)
        # The list needs no bodies; the page of one delivery loads its own.
        return queryset.defer("payload")

    @admin.display(description="Payload")
    def shown_payload(self, delivery: InboxDelivery) -> SafeString:
        """Indented where it is JSON; as it came where it is not."""
        raw = bytes(delivery.payload)
        try:
            text = json.dumps(json.loads(raw), indent=2, ensure_ascii=False)
        except ValueError:
            text = raw.decode(errors="replace")
        return format_html("<pre>{}</pre>", text[:SHOWN_BYTES])


@admin.register(Heartbeat)
class HeartbeatAdmin(ConsoleAdmin):
    console_group, console_icon = "Work", "ecg_heart"
    list_display = ("name", "at", "silence")

    @admin.display(description="Silent for")
    def silence(self, beat: Heartbeat) -> str:
        return duration(max(timezone.now() - beat.at, timedelta(0)))
