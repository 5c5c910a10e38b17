"""Reminders about a payment that failed: on day 0, 3 and 7, until it is paid. Stripe decides when it tries again."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.events import record
from accounts.models import Business, Member
from accounts.permissions import Role
from accounts.tenancy import acting_for
from billing.models import DunningMail, Invoice, Subscription
from billing.stripe.facts import InvoiceFacts
from billing.subscriptions.calc import GRACE

STEPS = (0, 3, 7)


def follow_invoice(business: Business, facts: InvoiceFacts, *, now: datetime) -> None:
    """Plan the reminders of an invoice that failed; stop them once nothing is owed. Idempotent."""
    if facts.is_failing:
        plan_reminders(business, facts.id, failed_at=facts.issued_at)
    elif facts.status != "open":
        stop_reminders(business, facts.id, now=now)


def plan_reminders(business: Business, invoice: str, *, failed_at: datetime) -> None:
    planned = [
        DunningMail(business=business, invoice=invoice, step=step, due_at=failed_at + timedelta(days=step))
        for step in STEPS
    ]
    DunningMail.objects.bulk_create(planned, ignore_conflicts=True)


def stop_reminders(business: Business, invoice: str, *, now: datetime) -> int:
    """Paid, voided or given up: nothing more is written about it."""
    return (
        DunningMail.objects.of(business).filter(invoice=invoice, sent_at=None, stopped_at=None).update(stopped_at=now)
    )


def send_due(business: Business, *, now: datetime) -> int:
    """Send what is due, one mail an invoice: of several missed steps only the last. Returns how many invoices.

    The row is marked first; mail that cannot be sent raises and takes the mark back with the transaction.
    """
    due = DunningMail.objects.of(business).select_for_update().filter(sent_at=None, stopped_at=None, due_at__lte=now)
    newest: dict[str, DunningMail] = {}
    for mail in due.order_by("step"):
        if earlier := newest.get(mail.invoice):
            _mark(earlier, stopped_at=now)
        newest[mail.invoice] = mail
    return sum(_send(business, mail, now=now) for mail in newest.values())


def note_trial_end(business: Business, subscription: str, *, now: datetime) -> bool:
    """Tell the owners, once, that a trial ends in three days. Returns False when they were told. Runs as the owner."""
    with acting_for(business):
        rows = Subscription.objects.of(business).filter(stripe_id=subscription, trial_notice_at=None)
        row = rows.filter(status=Subscription.Status.TRIALING).select_related("plan").first()
        if row is None or not rows.update(trial_notice_at=now):
            return False
        context = {"plan": row.plan, "trial_end": row.trial_end, "price": row.price}
        _write(business, "trial_ends", context, about=f"trial:{subscription}")
        record("billing.subscriptions.trial_end_told", business=business, subject=row)
    return True


def _send(business: Business, mail: DunningMail, *, now: datetime) -> int:
    invoice = Invoice.objects.of(business).filter(stripe_id=mail.invoice).first()
    if invoice is None or invoice.status != "open":
        _mark(mail, stopped_at=now)
        return 0
    _mark(mail, sent_at=now)
    context = {"invoice": invoice, "step": mail.step, "read_only_on": invoice.issued_at + GRACE}
    _write(business, f"payment_failed_{mail.step}", context, about=f"{mail.invoice}:{mail.step}")
    record("billing.dunning.sent", business=business, subject=mail, step=mail.step)
    return 1


def _mark(mail: DunningMail, **moment: datetime) -> None:
    for name, value in moment.items():
        setattr(mail, name, value)
    mail.save(update_fields=list(moment))


def _write(business: Business, template: str, context: dict[str, Any], *, about: str) -> None:
    """One mail to all owners; its id follows from what it is about, so a repetition shows as the same message."""
    owners = Member.objects.filter(business=business, role=Role.OWNER, user__is_active=True).select_related("user")
    page = settings.BASE_URL.rstrip("/") + reverse("billing:plan", kwargs={"business": business.slug})
    context = {"business": business, "url": page, **context}
    subject = " ".join(render_to_string(f"billing/email/{template}_subject.txt", context).split())
    body = render_to_string(f"billing/email/{template}.txt", context)
    host = settings.BASE_URL.split("//", 1)[-1].split("/", 1)[0].split(":", 1)[0]
    headers = {"Message-ID": f"<{uuid.uuid5(business.pk, about)}@{host}>"}
    to = [owner.user.email for owner in owners]
    if to:
        EmailMessage(subject, body, to=to, headers=headers).send()
