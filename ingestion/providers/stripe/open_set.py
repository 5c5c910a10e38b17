"""Records that may still change, read again by id (payments.md § 7.3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from ingestion.models import BalanceTransaction, Charge, Dispute, Payout, Refund, Source
from ingestion.providers.stripe.client import JSON
from ingestion.providers.stripe.listings import LISTING_OF_STREAM, Listing
from ingestion.providers.stripe.mapping.ranks import OPEN_DISPUTE
from ingestion.providers.stripe.session import Session
from ingestion.providers.stripe.windows import since

#: A paid payout can still fail for five business days.
PAYOUTS_FAIL_WITHIN = timedelta(days=10)
#: An authorisation lapses after a month at the latest.
CAPTURES_COME_WITHIN = timedelta(days=31)
#: Ids read one by one in one run; what is seen longest ago comes first, the rest in the next run.
MOST = 300
BATCH = 25


def refresh_open_records(session: Session, *, as_of: datetime) -> None:
    """Read every record again whose state is not final, one stream after the other."""
    with session.job.step():
        due = {stream: list(rows) for stream, rows in _open_ids(session.source, as_of)}
        oldest_pending = _oldest_pending(session.source, as_of)
    for stream, ids in due.items():
        if stream not in session.unreadable:
            _read_again(session, LISTING_OF_STREAM[stream], ids)
    if oldest_pending is not None:
        _read_ledger_again(session, oldest_pending)


def _open_ids(source: Source, as_of: datetime) -> Iterator[tuple[str, QuerySet[Any, str]]]:
    recently_paid = Q(status="paid", arrival_date__gte=(as_of - PAYOUTS_FAIL_WITHIN).date())
    uncaptured = Q(status="succeeded", captured=False, created_at__gte=as_of - CAPTURES_COME_WITHIN)
    wanted = (
        ("disputes", Dispute, Q(status__in=OPEN_DISPUTE)),
        ("payouts", Payout, Q(status__in=("pending", "in_transit")) | recently_paid),
        ("refunds", Refund, Q(status__in=("pending", "requires_action"))),
        ("charges", Charge, Q(status="pending") | uncaptured),
    )
    for stream, model, condition in wanted:
        rows = model.objects.of(source.business).from_source(source).filter(condition)
        yield stream, rows.order_by("observed_at", "external_id").values_list("external_id", flat=True)[:MOST]


def _oldest_pending(source: Source, as_of: datetime) -> datetime | None:
    """Since when ledger rows wait whose money should be available by now."""
    rows = BalanceTransaction.objects.of(source.business).from_source(source)
    oldest: datetime | None = rows.filter(status="pending", available_on__lte=as_of).aggregate(at=Min("created_at"))[
        "at"
    ]
    return oldest


def _read_again(session: Session, listing: Listing, ids: list[str]) -> None:
    for first in range(0, len(ids), BATCH):
        fetched_at = timezone.now()
        found = [listing.one(session.api, external_id) for external_id in ids[first : first + BATCH]]
        objects: list[JSON] = [obj for obj in found if obj is not None]
        session.store(objects, fetched_at=fetched_at)


def _read_ledger_again(session: Session, start: datetime) -> None:
    """Pending ledger rows come in thousands and become available together: a list is cheaper than single reads."""
    listing = LISTING_OF_STREAM["balance_transactions"]
    fetched_at = timezone.now()
    for page in session.api.pages(listing.path, **since(start), **listing.list_params()):
        session.store(page.objects, fetched_at=fetched_at)
        fetched_at = timezone.now()
