"""What is kept for how long: ended jobs, worked-off deliveries, and events, which become daily counts."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import connection

from accounts import inbox, jobs, tokens
from accounts.jobs import JobRun, periodic

#: One statement, so that an event is either still there or counted, never both and never neither.
_FOLD = """
with old as (
  delete from accounts_event where at < %s returning business_id, name, at
)
insert into accounts_eventday (business_id, name, day, n)
select business_id, name, (at at time zone 'utc')::date, count(*) from old group by 1, 2, 3
on conflict (business_id, name, day) do update set n = accounts_eventday.n + excluded.n
"""


@periodic("accounts.housekeeping", queue="notifications", daily_at=time(3, 10))
def housekeeping(run: JobRun) -> dict[str, int]:
    """Delete what is older than its retention; see docs/operations.md."""
    return {
        "events": fold_events(now=run.as_of),
        "jobs": jobs.prune(now=run.as_of),
        "deliveries": inbox.prune(now=run.as_of),
        "credentials": tokens.prune_credentials(now=run.as_of),
    }


def fold_events(*, now: datetime) -> int:
    """Turn events older than EVENT_RETENTION_DAYS into counts by business, name and day (UTC). Runs as the owner.

    Returns how many rows of counts were written; 0 when nothing is old enough.
    """
    limit = now - timedelta(days=settings.EVENT_RETENTION_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(_FOLD, [limit])
        return cursor.rowcount
