"""Activation links: made and mailed by a job, replaced by a newer one, dead when the order is not paid any more."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from accounts.events import record
from accounts.jobs import JobRun, job
from accounts.secrets import new_token, token_hash
from billing.mails import send_order_mail
from billing.models import Activation, OdooOrder


def bring_about(order: OdooOrder, *, is_due: bool, email_changed: bool, now: datetime) -> None:
    """One link on its way for a paid subscription that nobody activated; none for anything else."""
    if not is_due or order.business_id is not None:
        revoke(order, now=now)
        return
    if email_changed:
        revoke(order, now=now)
    if not order.activations.filter(email=order.email).exists():
        mail_link.enqueue(order_id=order.pk, dedupe=f"order:{order.pk}", only_first=True)


def revoke(order: OdooOrder, *, now: datetime) -> int:
    """Make every open link of an order useless; returns how many there were."""
    return order.activations.filter(consumed_at=None, revoked_at=None).update(revoked_at=now)


@job("billing.activation.mail_link", queue="notifications")
def mail_link(run: JobRun, *, order_id: int, only_first: bool = False) -> dict[str, int]:
    """Make a new link for a paid order and mail it to the address that Odoo has; an older link dies by it.

    With `only_first` nothing is sent when that address had a link before.
    """
    order = OdooOrder.objects.select_for_update(of=("self",)).filter(pk=order_id).first()
    if order is None or not can_activate(order):
        return {"sent": 0}
    if only_first and order.activations.filter(email=order.email).exists():
        return {"sent": 0}
    send_link(order, now=run.as_of)
    return {"sent": 1}


def can_activate(order: OdooOrder) -> bool:
    """A paid order with a subscription that nobody holds and no doubt is open about."""
    return (
        order.status == OdooOrder.Status.PAID and not order.park and order.business_id is None
        and order.until is not None and bool(order.email)
    )  # fmt: skip


def send_link(order: OdooOrder, *, now: datetime) -> Activation:
    """Write the link's row and mail it. Errors: MailFailed."""
    revoke(order, now=now)
    token, minutes = new_token(), settings.ACTIVATION_LINK_MINUTES
    link = Activation.objects.create(
        order=order, email=order.email, token_hash=token_hash(token), created_at=now,
        expires_at=now + timedelta(minutes=minutes),
    )  # fmt: skip
    record("billing.activation.mailed", subject=link, order=order.pk)
    base = settings.BASE_URL.rstrip("/")
    send_order_mail(
        "activation/email_link", to=order.email, order=order, minutes=minutes,
        url=base + reverse("activation:link", kwargs={"token": token}),
        again_url=base + reverse("activation:start"),
    )  # fmt: skip
    return link
