"""How long conversations and what tools returned are kept."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.conf import settings

from accounts.jobs import JobRun, periodic
from agent.models import AgentRun, Conversation, ToolCall

#: Conversations that one transaction deletes; the rest goes the next day.
MOST = 2_000


@periodic("agent.chat.forget", queue="notifications", daily_at=time(3, 40))
def forget(job_run: JobRun) -> dict[str, int]:
    """Delete what is older than its retention; see docs/agent/chat.md."""
    return {
        "tool_calls": forget_tool_calls(now=job_run.as_of),
        "conversations": forget_conversations(now=job_run.as_of),
    }


def forget_tool_calls(*, now: datetime) -> int:
    """Delete calls older than TOOL_CALL_RETENTION_DAYS, of the chat and over MCP. Runs as the owner."""
    limit = now - timedelta(days=settings.TOOL_CALL_RETENTION_DAYS)
    return ToolCall.objects.filter(created_at__lt=limit).delete()[0]


def forget_conversations(*, now: datetime) -> int:
    """Delete conversations, archived ones too, in which nothing happened for CONVERSATION_RETENTION_DAYS.

    Their messages, runs, tool calls and feedback go with them; usage and events stay. Runs as the owner.
    """
    limit = now - timedelta(days=settings.CONVERSATION_RETENTION_DAYS)
    asking = AgentRun.objects.filter(state__in=AgentRun.OPEN).values("conversation_id")
    old = Conversation.objects.filter(updated_at__lt=limit).exclude(pk__in=asking).order_by("updated_at")
    chosen = list(old.values_list("pk", flat=True)[:MOST])
    Conversation.objects.filter(pk__in=chosen).delete()
    return len(chosen)
