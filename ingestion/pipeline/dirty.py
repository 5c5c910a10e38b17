"""Days whose figures no longer match the facts: marked by the merge, taken by whoever recomputes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import connection, transaction

from accounts.models import Business
from ingestion.models import DirtyDay, Source

_MARK = """
insert into ingestion_dirtyday (business_id, source_id, desk, day, marked_at)
select %s, %s, %s, day, clock_timestamp() from unnest(%s::date[]) day order by day
on conflict (business_id, source_id, desk, day) do update set marked_at = excluded.marked_at
"""


def mark_dirty(source: Source, *, desk: str, days: Iterable[date]) -> None:
    """Mark `days` of the business in the current transaction. Empty: no days write nothing.

    A day that is marked already is written again on purpose: the row lock makes whoever takes it wait for, or skip,
    the facts of this transaction, so a mark can never be taken before the facts behind it are visible.
    """
    wanted = sorted(days)
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(_MARK, [source.business_id, source.pk, desk, wanted])


def take_dirty_days(business: Business, *, desk: str, limit: int = 400) -> list[tuple[int, date]]:
    """Remove the marks of up to `limit` days and return them as (source id, day), the newest day first.

    Call it in the transaction that recomputes, before it reads facts: if that fails, the marks are back. Days that a
    running merge is marking are left for the next time.
    """
    with transaction.atomic():
        marks = list(
            DirtyDay.objects.of(business)
            .filter(desk=desk)
            .order_by("-day", "source_id")
            .select_for_update(skip_locked=True)[:limit]
        )
        DirtyDay.objects.of(business).filter(pk__in=[mark.pk for mark in marks]).delete()
    return [(mark.source_id, mark.day) for mark in marks]
