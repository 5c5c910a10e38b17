"""Work items: opened by a paid order, worked on by people, delivered once, late only once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from accounts.events import record
from accounts.jobs import JobRun, job
from accounts.models import User
from billing.autopsy.calc import promised_by
from billing.autopsy.page_links import order_page
from billing.mails import send_order_mail
from billing.models import OdooOrder, Plan, WorkItem, WorkStep

State = WorkItem.State


def bring_about(order: OdooOrder, reports: Sequence[tuple[int, str]], *, now: datetime) -> None:
    """One item for each `(line, plan key)` of a paid order; items of lines that are not paid (any more) end.

    What was delivered stays delivered, whatever becomes of the order.
    """
    wanted = dict(reports)
    for item in WorkItem.objects.filter(order=order).exclude(line__in=wanted).exclude(state__in=OVER):
        move(item, State.CANCELLED, now=now)
    for line, plan in wanted.items():
        item, is_new = WorkItem.objects.get_or_create(
            order=order, line=line,
            defaults={"plan": Plan.objects.get(key=plan), "due_at": _due(now), "created_at": now},
        )  # fmt: skip
        if is_new:
            _step(item, "ordered", now)
            record("billing.autopsy.ordered", subject=item, order=order.pk, plan=plan)
            mail_page.enqueue(item_id=item.pk, dedupe=f"item:{item.pk}")
        elif item.state == State.CANCELLED:
            move(item, State.OPEN, now=now)


def move(item: WorkItem, state: str, *, now: datetime, actor: User | None = None) -> bool:
    """Bring an item to `state`, with a step and an event; False when it is there already.

    The clock starts anew when work goes on, stands while the customer is waited for, and ends with the work.
    """
    item = WorkItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if item.state == state:
        return False
    item.state = state
    item.due_at = _due(now) if state == State.OPEN else (item.due_at if state == State.DELIVERED else None)
    item.late_at = None if state == State.OPEN else item.late_at
    item.delivered_at = now if state == State.DELIVERED else None
    item.save()
    _step(item, state, now, actor)
    record(f"billing.autopsy.{EVENTS[State(state)]}", actor=actor, subject=item, order=item.order_id)
    if state == State.DELIVERED:
        mail_delivered.enqueue(item_id=item.pk, dedupe=f"item:{item.pk}")
    return True


def late_items(*, now: datetime) -> QuerySet[WorkItem]:
    """Open items whose promise has passed, oldest promise first."""
    late: QuerySet[WorkItem] = WorkItem.objects.filter(state=State.OPEN, due_at__lte=now)
    return late.select_related("order", "plan").order_by("due_at", "pk")


def item_of(order: OdooOrder) -> WorkItem | None:
    """The item of an order that its page shows: the one that is still worked on, else the newest."""
    held = WorkItem.objects.filter(order=order).select_related("order", "plan")
    return held.exclude(state__in=OVER).first() or held.order_by("-created_at", "-pk").first()


@job("billing.autopsy.mail_page", queue="notifications")
def mail_page(run: JobRun, *, item_id: int) -> dict[str, int]:
    """Mail the customer the address of their order's page."""
    return _mail("autopsy/email_ordered", item_id, run.as_of)


@job("billing.autopsy.mail_delivered", queue="notifications")
def mail_delivered(run: JobRun, *, item_id: int) -> dict[str, int]:
    """Tell the customer that the report was delivered, unless it was taken back meanwhile."""
    if not WorkItem.objects.filter(pk=item_id, state=State.DELIVERED).exists():
        return {"sent": 0}
    return _mail("autopsy/email_delivered", item_id, run.as_of)


OVER = (State.DELIVERED, State.CANCELLED)
EVENTS = {
    State.OPEN: "resumed", State.WAITING: "paused", State.DELIVERED: "delivered", State.CANCELLED: "cancelled",
}  # fmt: skip


def _mail(template: str, item_id: int, now: datetime) -> dict[str, int]:
    item = WorkItem.objects.select_related("order", "plan").filter(pk=item_id).first()
    if item is None or not item.order.email:
        return {"sent": 0}
    send_order_mail(template, to=item.order.email, item=item, order=item.order, url=order_page(item, now=now))
    return {"sent": 1}


def _due(now: datetime) -> datetime:
    return promised_by(now, working_days=settings.AUTOPSY_SLA_DAYS)


def _step(item: WorkItem, kind: str, now: datetime, actor: User | None = None) -> None:
    WorkStep.objects.create(item=item, kind=kind, at=now, actor=actor)
