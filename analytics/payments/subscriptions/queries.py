"""Reads subscriptions and their invoices as changes of monthly recurring revenue."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from accounts.models import Business
from analytics.payments.subscriptions import book, parse
from analytics.payments.subscriptions.book import Billed, MrrChange
from analytics.payments.subscriptions.calc import changes
from ingestion.models import Invoice, Subscription

BILLED = ("paid", "open", "uncollectible")


def mrr_changes(business: Business, source_ids: Sequence[int]) -> tuple[MrrChange, ...]:
    """Every change of every subscription's worth, by day, customer and subscription. Two queries.

    Empty: () where nothing was ever subscribed, after one query.
    """
    agreements = Subscription.objects.of(business).filter(source__in=source_ids).order_by("external_id")
    zone = ZoneInfo(business.time_zone)
    rows = list(agreements.iterator())
    if not rows:
        return ()
    invoices = _invoices(business, source_ids)
    found: list[MrrChange] = []
    for row in rows:
        known = {line.get("price") or "": line for line in row.items}
        agreement = _agreement(row, zone)
        billed = tuple(
            Billed(day, parse.billed_items(lines, known=known), agreement.discounts)
            for moment, lines in invoices.get((row.source_id, row.external_id), ())
            if (day := parse.local(moment, zone)) is not None
        )
        found += changes(agreement, billed)
    return tuple(sorted(found, key=lambda change: (change.day, change.customer, change.subscription)))


def _agreement(row: Subscription, zone: ZoneInfo) -> book.Subscription:
    return book.Subscription(
        id=row.external_id,
        customer=row.customer or row.external_id,
        status=row.status,
        currency=row.currency,
        items=parse.items(row.items),
        discounts=parse.discounts(row.discounts, currency=row.currency, zone=zone),
        started=parse.local(row.created_at, zone),
        trial_ends=parse.local(row.trial_end, zone),
        ended=parse.local(row.ended_at, zone),
    )


def _invoices(business: Business, source_ids: Sequence[int]) -> dict[tuple[int, str], list[tuple]]:
    """(created, recurring lines) by source and subscription, ascending; bills that were never sent are left
    out.
    """
    bills = Invoice.objects.of(business).filter(source__in=source_ids, status__in=BILLED).exclude(subscription="")
    rows = bills.exclude(lines=[]).order_by("created_at", "external_id")
    grouped: dict[tuple[int, str], list[tuple]] = {}
    for source, subscription, created, lines in rows.values_list(
        "source_id", "subscription", "created_at", "lines"
    ).iterator():
        grouped.setdefault((source, subscription), []).append((created, lines))
    return grouped
