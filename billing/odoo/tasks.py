"""Reading Odoo in the background: back after a hint, and round by round whether anybody called or not.

Speaking to Odoo happens between transactions; what was read is taken in one short transaction each.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import httpx
from django.utils import timezone

from accounts.errors import SourceDown
from accounts.events import record as record_event
from accounts.jobs import JobRun, job, periodic
from billing.models import OdooCursor, OdooOrder
from billing.odoo.client import Access, OdooApi
from billing.odoo.readback import Unreadable, changed_since, find_order, orders_of, read_orders
from billing.orders import services
from billing.orders.reading import OrderReading

#: After a hint: at once, and then so long after each try that did not find what the hint spoke of.
PAUSES: Final = (timedelta(seconds=2), timedelta(seconds=10), timedelta(seconds=60), timedelta(minutes=10))
EVERY: Final = timedelta(minutes=15)
#: Transactions of Odoo that were open at the last look commit with a write date from before it.
LOOK_BACK: Final = timedelta(minutes=10)
#: What the first round ever reads.
FIRST_ROUND: Final = timedelta(days=90)
#: Tests put a transport of their own here.
TRANSPORT: httpx.BaseTransport | None = None
FoundBy = OdooOrder.FoundBy


def connected() -> OdooApi | None:
    """A client of the configured Odoo; None where none is set up."""
    access = Access.configured()
    return OdooApi(access, transport=TRANSPORT) if access else None


@job("billing.odoo.read_back", queue="ingest", stepwise=True)
def read_back(run: JobRun, *, model: str, record: int, version: str, database: str, step: int = 0) -> dict[str, Any]:
    """Read the orders a hint is about. While Odoo is away or not yet as new as the hint, a later try is enqueued;
    after the last one the poller will find them."""
    api = connected()
    if api is None or api.access.database != database:
        return {"orders": 0, "skipped": "no such Odoo"}
    with api:
        try:
            ids = orders_of(api, model, record)
            taken = _take(run, api, ids, FoundBy.WEBHOOK)
        except SourceDown:
            ids, taken = [], []
    if not _is_as_told(taken, version) and step < len(PAUSES):
        with run.step():
            read_back.enqueue(
                due_at=run.as_of + PAUSES[step], model=model, record=record, version=version, database=database,
                step=step + 1,
            )  # fmt: skip
    return {"orders": len(taken), "step": step}


@job("billing.odoo.poll", queue="ingest", stepwise=True, max_attempts=3)
def poll(run: JobRun) -> dict[str, int]:
    """Read what was written since the last round, whether or not a call told of it."""
    api = connected()
    if api is None:
        return {"orders": 0}
    database = api.access.database
    cursor = OdooCursor.objects.filter(database=database).first()
    since = (cursor.watermark if cursor else run.as_of - FIRST_ROUND) - LOOK_BACK
    open_partners = OdooOrder.objects.filter(database=database, business=None, partner__gt=0).exclude(
        status__in=(OdooOrder.Status.REFUNDED, OdooOrder.Status.CANCELLED)
    )
    with api:
        ids = changed_since(api, since, partners=open_partners.values_list("partner", flat=True))
        known = OdooOrder.objects.filter(database=database, external_id__in=ids)
        before = set(known.values_list("external_id", flat=True))
        taken = _take(run, api, ids, FoundBy.POLLER)
    with run.step():
        OdooCursor.objects.update_or_create(
            database=database, defaults={"watermark": run.as_of, "polled_at": timezone.now()}
        )
        if new := [number for number in ids if number not in before]:
            record_event("billing.odoo.found_by_polling", orders=len(new))
    return {"orders": len(taken), "new": len(new)}


@periodic("billing.odoo.poll_regularly", queue="ingest", every=EVERY)
def poll_regularly(run: JobRun) -> dict[str, str]:
    """One round; the one before must be over, and each step of it is a transaction of its own."""
    return {"job": str(poll.enqueue(dedupe="poll").pk)}


@job("billing.odoo.read_again", queue="ingest", stepwise=True, max_attempts=3)
def read_again(run: JobRun, *, external_id: int) -> dict[str, int]:
    """Read one order now, for a person who asked; it is parked where it is gone."""
    api = connected()
    if api is None:
        return {"orders": 0}
    with api:
        return {"orders": len(_take(run, api, [external_id], FoundBy.PERSON))}


@job("billing.odoo.look_up", queue="ingest", stepwise=True, max_attempts=3)
def look_up(run: JobRun, *, number: str, then_mail: str) -> dict[str, Any]:
    """Look for an order number that a buyer typed and that we do not know; what is known is written to them."""
    from billing.activation.asking import answer_buyer

    api = connected()
    if api is not None:
        with api:
            found = find_order(api, number)
            if found is not None:
                _take(run, api, [found], FoundBy.PERSON)
    with run.step():
        return {"mailed": answer_buyer(number=number, email=then_mail, now=run.as_of)}


def _take(run: JobRun, api: OdooApi, ids: list[int], found_by: str) -> list[OrderReading]:
    """Read and take orders one by one; returns the readings. Known orders that Odoo no longer has are parked."""
    taken: list[OrderReading] = []
    missing, observed_at = set(ids), timezone.now()
    for found in read_orders(api, ids):
        missing.discard(found.id)
        with run.step():
            if isinstance(found, Unreadable):
                services.take_unreadable(found, database=api.access.database, found_by=found_by, now=run.as_of)
                continue
            services.take(
                found, database=api.access.database, observed_at=observed_at, found_by=found_by, now=run.as_of
            )
        taken.append(found)
    for gone in sorted(missing):
        with run.step():
            services.note_gone(database=api.access.database, external_id=gone)
    return taken


def _is_as_told(taken: list[OrderReading], version: str) -> bool:
    """Whether what was read is at least as new as the hint. A hint without a time is satisfied by a paid or ended
    order: an automation inside a transaction tells of it before anybody can read it."""
    if not taken:
        return False
    if version:
        return max(reading.version for reading in taken) >= datetime.fromisoformat(version)
    return any(services.is_settled(reading) for reading in taken)
