"""What follows from an order: grants of the business that holds it, paid months, links, and reports to write.

Each effect brings things to what the order means now and changes nothing when they are there already, so it may run
any number of times and after any other.
"""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from billing.activation import links
from billing.autopsy import items
from billing.grants import end_grant, grant
from billing.models import Grant, OdooOrder, PaidMonth, Plan
from billing.orders.calc import ONE_OFF, PAID, SUBSCRIPTION, Item, Verdict
from billing.orders.months import Period

SOURCE = "odoo"


def bring_about(
    order: OdooOrder, verdict: Verdict, *, now: datetime, email_changed: bool = False, actor: User | None = None
) -> None:
    """Bring grants, paid months, links and work items to `verdict`. While an order is parked, everything stays."""
    if verdict.park:
        return
    _write_months(order, verdict.periods)
    _bring_grants(order, verdict, now=now, actor=actor)
    links.bring_about(order, is_due=_has(verdict, SUBSCRIPTION), email_changed=email_changed, now=now)
    reports = [item for item in verdict.items if item.kind == ONE_OFF] if verdict.status == PAID else []
    items.bring_about(order, [(item.line, item.plan) for item in reports], now=now)


def grant_id(order: OdooOrder, line: int) -> str:
    """The external id of the grant of one order line; the same for ever."""
    return f"{order.key}:{line}"


def _has(verdict: Verdict, kind: str) -> bool:
    return verdict.status == PAID and any(item.kind == kind for item in verdict.items)


def _bring_grants(order: OdooOrder, verdict: Verdict, *, now: datetime, actor: User | None) -> None:
    """A paid order's subscription gives its plan until what was paid for ends; nothing else of the order does."""
    if order.business is None:
        return
    is_paid = verdict.status == PAID and verdict.until is not None
    bought = {grant_id(order, item.line): item for item in verdict.items if is_paid and item.kind == SUBSCRIPTION}
    held = Grant.objects.of(order.business).filter(source=SOURCE, external_id__startswith=f"{order.key}:")
    for external_id in held.filter(state=Grant.State.ACTIVE).values_list("external_id", flat=True):
        if external_id not in bought:
            reason = f"Order {order.number} is {order.get_status_display().lower()}."
            end_grant(order.business, source=SOURCE, external_id=external_id, at=now, reason=reason)
    for item in bought.values():
        _give(order, item, verdict, actor)


def _give(order: OdooOrder, item: Item, verdict: Verdict, actor: User | None) -> None:
    assert order.business is not None
    grant(
        order.business, Plan.objects.get(key=item.plan), source=SOURCE, external_id=grant_id(order, item.line),
        valid_from=verdict.periods[0].starts_at, valid_until=verdict.until, actor=actor,
        reason=f"Order {order.number}",
    )  # fmt: skip


def _write_months(order: OdooOrder, periods: tuple[Period, ...]) -> None:
    """Make the ledger of this order equal to its paid periods; rows that are right stay untouched."""
    held = {row.number: row for row in PaidMonth.objects.filter(order=order)}
    for period in periods:
        row = held.pop(period.number, None) or PaidMonth(order=order, number=period.number)
        wanted = (order.business_id, period.starts_at, period.ends_at, period.payment)
        if (row.business_id, row.starts_at, row.ends_at, row.payment) != wanted:
            row.business_id, row.starts_at, row.ends_at, row.payment = wanted
            row.save()
    PaidMonth.objects.filter(pk__in=[row.pk for row in held.values()]).delete()
