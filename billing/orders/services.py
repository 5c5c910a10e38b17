"""Taking readings of orders in: the newest holds, is judged, and has its effects. All in the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.errors import InvalidInput
from accounts.events import record
from accounts.models import User
from billing.models import OdooOrder, Plan, SkuRule
from billing.odoo.readback import Unreadable
from billing.orders import effects
from billing.orders.calc import NOT_ACCEPTABLE, Seen, Verdict, decide, holds, seen, status_of
from billing.orders.catalogue import catalogue
from billing.orders.reading import OrderReading, from_json
from billing.orders.tasks import tell_parked

UNREADABLE, GONE = "unreadable", "gone"


def take(reading: OrderReading, *, database: str, observed_at: datetime, found_by: str, now: datetime) -> OdooOrder:
    """Let a reading hold if it is newer than the one that does, and bring everything to what it says.

    Readings may come in any order and any number of times; the same one again writes nothing but when it was seen.
    """
    with transaction.atomic():
        order, is_new = _locked(database, reading, observed_at, found_by, now)
        place = seen(reading, observed_at=observed_at)
        held = None if is_new else _seen(order)
        if not holds(place, held):
            return order
        order.observed_at = observed_at
        same = not is_new and (order.mark, order.version) == (reading.mark, reading.version)
        if same and order.park not in (UNREADABLE, GONE):
            order.save(update_fields=["observed_at"])
            return order
        was_email = order.email
        _hold(order, reading)
        return settle(order, was_email=was_email, now=now)


def settle(order: OdooOrder, *, now: datetime, was_email: str = "") -> OdooOrder:
    """Judge the reading that holds, write what it means, and bring grants, links and work to it. Idempotent."""
    reading = from_json(order.reading)
    verdict = decide(reading, catalogue(), accepted=order.accepted_mark == order.mark)
    before = (order.status, order.park)
    order.status, order.park, order.why = verdict.status, verdict.park, verdict.why[:300]
    order.paid, order.refunded, order.until = verdict.paid, verdict.refunded, verdict.until
    order.save()
    if before != (order.status, order.park):
        _note(order)
    if was_email and was_email != order.email:
        record("billing.orders.email_changed", business=order.business, subject=order, number=order.number)
    effects.bring_about(order, verdict, email_changed=bool(was_email) and was_email != order.email, now=now)
    return order


def take_unreadable(found: Unreadable, *, database: str, found_by: str, now: datetime) -> OdooOrder:
    """Park an order whose records cannot be read; one that could be read before keeps what it means."""
    empty = {
        "number": found.name[:40], "currency": "", "total": 0, "ordered_at": now, "version": now, "observed_at": now,
        "mark": "", "found_by": found_by, "first_seen_at": now,
    }  # fmt: skip
    with transaction.atomic():
        order, _ = OdooOrder.objects.select_for_update().get_or_create(
            database=database, external_id=found.id, defaults=empty
        )
        return _park(order, UNREADABLE, found.why)


def note_gone(*, database: str, external_id: int) -> OdooOrder | None:
    """Park an order that Odoo no longer has; what it gave stays until a person decides. None for one never seen."""
    with transaction.atomic():
        order = OdooOrder.objects.select_for_update().filter(database=database, external_id=external_id).first()
        return _park(order, GONE, "The order was deleted in Odoo.") if order else None


# What a person does about a parked order ------------------------------------------------------------------------------


def accept(order: OdooOrder, *, now: datetime) -> bool:
    """Let an order pass as it is now. Errors: InvalidInput where there is nothing that could pass."""
    order = _again(order)
    if not order.park or order.park in (UNREADABLE, GONE):
        return False
    if order.park in NOT_ACCEPTABLE:
        raise InvalidInput("There is nothing to give yet: map the SKU, or correct the order in Odoo.")
    order.accepted_mark = order.mark
    return not settle(order, now=now).park


def map_sku(order: OdooOrder, plan: Plan | None, *, actor: User, now: datetime) -> bool:
    """Say what the unknown SKUs of an order stand for (None: nothing), for this and every other order with them."""
    known = catalogue()
    lines = from_json(order.reading).lines if order.reading else ()
    unknown = sorted({line.sku for line in lines if line.sku and line.sku not in known})
    if not unknown:
        raise InvalidInput("This order has no unknown SKU. A product without one gets its SKU in Odoo.")
    for sku in unknown:
        SkuRule.objects.create(sku=sku, plan=plan, made_at=now, made_by=actor)
    for other in OdooOrder.objects.filter(park="unknown_sku", dismissed_at=None).order_by("pk"):
        settle(_again(other), now=now)
    return True


def dismiss(order: OdooOrder, *, now: datetime) -> bool:
    """Take an order off the queue without giving anything. A newer reading may bring it back."""
    order = _again(order)
    if not order.park or order.dismissed_at is not None:
        return False
    order.dismissed_at = now
    order.save(update_fields=["dismissed_at"])
    return True


def _locked(
    database: str, reading: OrderReading, observed_at: datetime, found_by: str, now: datetime
) -> tuple[OdooOrder, bool]:
    defaults: dict[str, Any] = {
        "number": reading.name[:40], "currency": reading.currency, "total": reading.total, "found_by": found_by,
        "ordered_at": reading.ordered_at, "version": reading.version, "observed_at": observed_at,
        "mark": reading.mark, "first_seen_at": now,
    }  # fmt: skip
    made, is_new = OdooOrder.objects.get_or_create(database=database, external_id=reading.id, defaults=defaults)
    return OdooOrder.objects.select_for_update(of=("self",)).get(pk=made.pk), is_new


def _seen(order: OdooOrder) -> Seen | None:
    if not order.reading:
        return None
    return seen(from_json(order.reading), observed_at=order.observed_at)


def _hold(order: OdooOrder, reading: OrderReading) -> None:
    order.number, order.email, order.customer = reading.name[:40], reading.email, reading.customer
    order.partner, order.currency, order.total = reading.partner, reading.currency, reading.total
    order.ordered_at, order.version, order.mark = reading.ordered_at, reading.version, reading.mark
    order.reading, order.dismissed_at = reading.as_json(), None


def _park(order: OdooOrder, code: str, why: str) -> OdooOrder:
    if order.park != code:
        order.park, order.why, order.dismissed_at = code, why[:300], None
        order.save(update_fields=["park", "why", "dismissed_at"])
        _note(order)
    return order


def _note(order: OdooOrder) -> None:
    """An event for what an order became; staff hears of one that waits for a person."""
    event = f"billing.orders.{'parked' if order.park else order.status}"
    record(event, business=order.business, subject=order, number=order.number, code=order.park)
    if order.park:
        tell_parked.enqueue(order_id=order.pk, dedupe=f"order:{order.pk}")


def _again(order: OdooOrder) -> OdooOrder:
    """The row as it is now, locked until the end of the transaction."""
    return OdooOrder.objects.select_for_update(of=("self",)).get(pk=order.pk)


def verdict_of(order: OdooOrder) -> Verdict:
    """What the order means now, from the reading that holds. Two or three queries."""
    if not order.reading:
        return Verdict(order.status, order.park, order.why)
    return decide(from_json(order.reading), catalogue(), accepted=order.accepted_mark == order.mark)


def is_settled(reading: OrderReading) -> bool:
    """Whether a reading is past waiting for money: paid, refunded or cancelled."""
    return status_of(reading) not in (OdooOrder.Status.WAITING, OdooOrder.Status.PARTLY_PAID)
