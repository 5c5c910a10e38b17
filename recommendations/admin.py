"""The staff console's view of advice: to look at, and a few deeds with a reason."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin.actions import reasoned_action
from accounts.admin.base import ConsoleAdmin
from recommendations.board.services import expire
from recommendations.generation.tasks import generate
from recommendations.models import (
    Digest,
    MailPreference,
    Notification,
    NotificationTold,
    OutboundEndpoint,
    OutboundMessage,
    Outcome,
    OutcomePlan,
    Recommendation,
    RecommendationEvent,
    RuleState,
)
from recommendations.notifications.services import resolve


@reasoned_action("Expire", event="recommendations.board.expired_by_staff")
def expire_rows(row: Recommendation, request: HttpRequest, reason: str) -> bool:
    """Advice that should not stand; it comes back only if its rule finds it anew."""
    return expire(row, at=timezone.now(), reason=reason)


@reasoned_action("Run the rules again", event="recommendations.generation.asked_by_staff")
def run_again(row: Recommendation, request: HttpRequest, reason: str) -> bool:
    """Enqueue the rules of the row's business and desk."""
    generate.enqueue(row.business, dedupe=row.desk, desks=[row.desk])
    return True


@reasoned_action("Resolve", event="recommendations.notifications.resolved_by_staff")
def resolve_rows(row: Notification, request: HttpRequest, reason: str) -> bool:
    """Take a notification out of the drawer; it comes back while its cause lasts."""
    return resolve(row, at=timezone.now())


@admin.register(Recommendation)
class RecommendationAdmin(ConsoleAdmin):
    console_group, console_icon = "Advice", "lightbulb"
    list_display = ("title", "business", "rule", "status", "priority", "weight", "confidence", "deadline", "as_of")
    list_filter = ("status", "priority", "rule")
    search_fields = ("=id", "title", "business__slug", "subject")
    list_select_related = ("business",)
    ordering = ("-created_at",)
    actions = (expire_rows, run_again)


@admin.register(RecommendationEvent)
class RecommendationEventAdmin(ConsoleAdmin):
    console_group, console_icon = "Advice", "history"
    list_display = ("at", "kind", "recommendation", "business", "actor", "reason")
    list_filter = ("kind",)
    search_fields = ("=recommendation__id", "business__slug")
    list_select_related = ("business", "recommendation", "actor")
    ordering = ("-at",)


@admin.register(Outcome)
class OutcomeAdmin(ConsoleAdmin):
    console_group, console_icon = "Advice", "balance"
    list_display = ("recommendation", "business", "rule", "result", "measured_at", "reason")
    list_filter = ("result", "rule")
    search_fields = ("=recommendation__id", "business__slug", "rule")
    list_select_related = ("business", "recommendation")
    ordering = ("-measured_at",)


@admin.register(OutcomePlan)
class OutcomePlanAdmin(ConsoleAdmin):
    console_group, console_icon = "Advice", "event_upcoming"
    list_display = ("recommendation", "business", "method", "metric", "minimum", "due_on", "frozen_at")
    list_filter = ("method", "metric")
    search_fields = ("=recommendation__id", "business__slug")
    list_select_related = ("business", "recommendation")
    ordering = ("-frozen_at",)


@admin.register(RuleState)
class RuleStateAdmin(ConsoleAdmin):
    console_group, console_icon = "Advice", "rule"
    list_display = ("rule", "business", "ran_at", "failed_at", "muted_at", "muted_by")
    list_filter = (("failed_at", admin.EmptyFieldListFilter), ("muted_at", admin.EmptyFieldListFilter), "rule")
    search_fields = ("rule", "business__slug")
    list_select_related = ("business", "muted_by")
    ordering = ("-ran_at",)


@admin.register(Notification)
class NotificationAdmin(ConsoleAdmin):
    console_group, console_icon = "Advice", "notifications"
    list_display = ("title", "business", "kind", "level", "created_at", "resolved_at")
    list_filter = ("kind", "level")
    search_fields = ("key", "title", "business__slug")
    list_select_related = ("business",)
    ordering = ("-created_at",)
    actions = (resolve_rows,)


@admin.register(Digest)
class DigestAdmin(ConsoleAdmin):
    console_group, console_icon = "Advice", "mail"
    list_display = ("day", "kind", "business", "user", "handed_at", "sent_at")
    list_filter = ("kind", ("sent_at", admin.EmptyFieldListFilter))
    search_fields = ("business__slug", "user__email")
    list_select_related = ("business", "user")
    ordering = ("-day",)


@admin.register(NotificationTold)
class NotificationToldAdmin(ConsoleAdmin):
    console_group, console_icon = "Advice", "mark_email_read"
    list_display = ("notification", "business", "user", "at", "sent_at")
    list_filter = (("sent_at", admin.EmptyFieldListFilter),)
    search_fields = ("business__slug", "user__email", "notification__key")
    list_select_related = ("business", "user", "notification")
    ordering = ("-at",)


@admin.register(MailPreference)
class MailPreferenceAdmin(ConsoleAdmin):
    console_group, console_icon = "Advice", "tune"
    list_display = ("member", "business", "advice", "quiet_from", "quiet_until", "time_zone", "changed_at")
    list_filter = ("advice", "tells_source", "tells_job", "tells_trading", "tells_coach")
    search_fields = ("business__slug", "member__user__email")
    list_select_related = ("business", "member__user", "member__business")
    ordering = ("-changed_at",)


@admin.register(OutboundEndpoint)
class OutboundEndpointAdmin(ConsoleAdmin):
    console_group, console_icon = "Advice", "output"
    list_display = ("name", "business", "kind", "host", "state", "failing_since")
    list_filter = ("kind", "state")
    search_fields = ("name", "host", "business__slug")
    list_select_related = ("business",)
    ordering = ("-created_at",)
    exclude = ("secret",)


@admin.register(OutboundMessage)
class OutboundMessageAdmin(ConsoleAdmin):
    console_group, console_icon = "Advice", "outgoing_mail"
    list_display = ("event", "business", "endpoint", "state", "due_at", "created_at")
    list_filter = ("state", "event")
    search_fields = ("=message_id", "business__slug")
    list_select_related = ("business", "endpoint")
    ordering = ("-created_at",)
