"""Telling staff of an order that waits for a person: somebody paid and has nothing yet."""

from __future__ import annotations

from accounts.jobs import JobRun, job
from billing.models import OdooOrder
from billing.staff_alerts import alert_staff


@job("billing.orders.tell_parked", queue="notifications")
def tell_parked(run: JobRun, *, order_id: int) -> dict[str, int]:
    """Mail staff about one order, unless it is settled or dismissed meanwhile."""
    order = OdooOrder.objects.filter(pk=order_id, dismissed_at=None).exclude(park="").first()
    if order is None:
        return {"told": 0}
    told = alert_staff(
        f"order {order.number} waits for a person", order.why, page="admin:billing_parkedorder_changelist"
    )
    return {"told": told}
