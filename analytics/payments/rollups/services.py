"""Dirty days in, rollups out.

Recomputes only the days whose facts changed, and writes only rows that differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Coalesce, Least

from accounts.events import record
from accounts.models import Business
from accounts.periods import day_start
from analytics.models import PaymentDay, PaymentsFreshness
from analytics.payments.rollups.statements import BRAND_DAYS, LINKED_DAYS, PAYMENT_DAYS
from ingestion.pipeline.dirty import take_dirty_days

DESK = "payments"
DAYS_AT_ONCE = 2000
#: A charge is booked when it is captured, at most a month after it was authorised.
LATEST_CAPTURE = timedelta(days=32)

SourceDay = tuple[int, date]


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What one refresh did: days looked at, rollup rows written or deleted, and the earliest day that
    changed.
    """

    days: int = 0
    written: int = 0
    earliest: date | None = None
    more: bool = False


def refresh_rollups(business: Business, *, as_of: datetime) -> Refreshed:
    """Take the business's dirty days and bring their rollups up to date, in the caller's transaction.

    A merge that is still writing holds the days it marked; they stay dirty until its facts can be seen.
    """
    taken = take_dirty_days(business, desk=DESK, limit=DAYS_AT_ONCE)
    days = {*taken, *_days_cut_elsewhere(business)}
    if not days:
        return Refreshed()
    result = refresh_days(business, days)
    if result.earliest is not None:
        _mark_stale(business, since=result.earliest, as_of=as_of)
    record("payments.rollups.refreshed", business=business, days=result.days, written=result.written)
    return Refreshed(result.days, result.written, result.earliest, more=len(taken) == DAYS_AT_ONCE)


def refresh_days(business: Business, days: Iterable[SourceDay]) -> Refreshed:
    """Recompute the rollups of these days and of days linked to them.

    Two statements, whatever the number of facts.
    """
    wanted = sorted(set(days))
    with connection.cursor() as cursor:
        cursor.execute(LINKED_DAYS, _parameters(business, wanted))
        wanted = sorted({*wanted, *cursor.fetchall()})
        written, earliest = 0, []
        for statement in (PAYMENT_DAYS, BRAND_DAYS):
            cursor.execute(statement, _parameters(business, wanted))
            count, first = cursor.fetchone()
            written += count
            earliest += [first] if first else []
    return Refreshed(len(wanted), written, min(earliest, default=None))


def _days_cut_elsewhere(business: Business) -> set[SourceDay]:
    """Every day with a rollup, and its neighbours, after the business moved to another time zone; else none."""
    freshness, is_new = PaymentsFreshness.objects.of(business).get_or_create(
        business=business, defaults={"time_zone": business.time_zone}
    )
    if is_new or freshness.time_zone == business.time_zone:
        return set()
    PaymentsFreshness.objects.of(business).update(time_zone=business.time_zone)
    known = PaymentDay.objects.of(business).values_list("source_id", "day").distinct()
    return {(source, day + timedelta(days=offset)) for source, day in known for offset in (-1, 0, 1)}


def _mark_stale(business: Business, *, since: date, as_of: datetime) -> None:
    """Snapshots after `since` no longer match; the earliest of several refreshes wins."""
    PaymentsFreshness.objects.of(business).update(
        stale_since=Least(Coalesce("stale_since", Value(since)), Value(since)),
        revision=F("revision") + 1,
        refreshed_at=as_of,
    )


def _parameters(business: Business, days: list[SourceDay]) -> dict[str, Any]:
    zone = business.time_zone
    spans = spans_of(days)
    return {
        "business": business.pk,
        "zone": zone,
        "sources": [source for source, _, _ in spans],
        "firsts": [first for _, first, _ in spans],
        "end_days": [until for _, _, until in spans],
        "starts": [day_start(first, zone) for _, first, _ in spans],
        "ends": [day_start(until, zone) for _, _, until in spans],
        "booked_from": day_start(min(day for _, day in days) - timedelta(days=1), zone),
        "booked_until": day_start(max(day for _, day in days) + LATEST_CAPTURE, zone),
    }


def spans_of(days: Iterable[SourceDay]) -> list[tuple[int, date, date]]:
    """Runs of consecutive days by source, as (source, first day, day after the last), ascending."""
    spans: list[tuple[int, date, date]] = []
    for source, day in sorted(set(days)):
        if spans and spans[-1][0] == source and spans[-1][2] == day:
            spans[-1] = (source, spans[-1][1], day + timedelta(days=1))
        else:
            spans.append((source, day, day + timedelta(days=1)))
    return spans
