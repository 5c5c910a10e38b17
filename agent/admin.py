"""The staff console's view of conversations: which questions came, what was called, how the number check went."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin.actions import reasoned_action
from accounts.admin.base import ConsoleAdmin
from agent.chat.services import close
from agent.evals import console as _evaluations  # noqa: F401 - registers evaluations, feedback and candidates
from agent.knowledge import console as _knowledge  # noqa: F401 - registers notes and passages
from agent.llm import console as _console  # noqa: F401 - registers runs, tokens, prices and budgets
from agent.models import Conversation, Message, ToolCall, ToolUse
from agent.verified import console as _verified  # noqa: F401 - registers verified answers


@reasoned_action("Archive", event="agent.chat.archived_by_staff")
def archive_rows(row: Conversation, request: HttpRequest, reason: str) -> bool:
    """Take a conversation out of its person's list."""
    return close(row, at=timezone.now())


@admin.register(Conversation)
class ConversationAdmin(ConsoleAdmin):
    console_group, console_icon = "Agent", "forum"
    list_display = ("title", "business", "user", "updated_at", "archived_at")
    search_fields = ("=id", "business__slug", "user__email")
    list_select_related = ("business", "user")
    ordering = ("-updated_at",)
    actions = (archive_rows,)


@admin.register(Message)
class MessageAdmin(ConsoleAdmin):
    console_group, console_icon = "Agent", "chat"
    list_display = ("created_at", "business", "role", "status", "intent", "engine", "checked")
    list_filter = ("role", "status", "intent", "engine")
    search_fields = ("=id", "=conversation__id", "business__slug")
    list_select_related = ("business",)
    ordering = ("-created_at",)

    @admin.display(description="Checked")
    def checked(self, message: Message) -> str:
        """Numbers found in the evidence, of those printed."""
        return f"{message.grounding['matched']} of {message.grounding['figures']}" if message.grounding else ""


@admin.register(ToolCall)
class ToolCallAdmin(ConsoleAdmin):
    console_group, console_icon = "Agent", "build"
    list_display = ("created_at", "tool", "business", "status", "rows", "milliseconds")
    list_filter = ("tool", "status")
    search_fields = ("=message__id", "business__slug", "tool")
    list_select_related = ("business",)
    ordering = ("-created_at",)


@admin.register(ToolUse)
class ToolUseAdmin(ConsoleAdmin):
    console_group, console_icon = "Agent", "query_stats"
    list_display = ("day", "tool", "business", "channel", "status", "calls", "milliseconds")
    list_filter = ("tool", "channel", "status")
    search_fields = ("business__slug", "tool")
    list_select_related = ("business",)
    ordering = ("-day", "tool")
