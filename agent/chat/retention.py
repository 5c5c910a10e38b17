"""How long conversations and what tools returned are kept."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.db import connection

from accounts.jobs import JobRun, periodic
from agent.models import AgentRun, Conversation

FOLD = """
with gone as (
    delete from agent_toolcall where created_at < %(before)s
    returning business_id, (created_at at time zone 'UTC')::date as day, tool, channel, status, rows, milliseconds
), kept as (
    insert into agent_tooluse (business_id, day, tool, channel, status, calls, rows, milliseconds)
    select business_id, day, tool, channel, status, count(*), sum(rows), sum(milliseconds)
    from gone group by business_id, day, tool, channel, status
    on conflict (business_id, day, tool, channel, status) do update set
        calls = agent_tooluse.calls + excluded.calls,
        rows = agent_tooluse.rows + excluded.rows,
        milliseconds = agent_tooluse.milliseconds + excluded.milliseconds
)
select count(*) from gone
"""
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
    """Fold calls older than TOOL_CALL_RETENTION_DAYS, of the chat and over MCP, into counts a day. Runs as the owner.

    Whole days only, so that a day's counts are written once; a second run adds what came late.
    """
    day = (now - timedelta(days=settings.TOOL_CALL_RETENTION_DAYS)).astimezone(UTC).date()
    with connection.cursor() as cursor:
        cursor.execute(FOLD, {"before": datetime.combine(day, time(), tzinfo=UTC)})
        return int(cursor.fetchone()[0])


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
