"""Our record of an invoice, and the reminders that follow from it."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Business
from accounts.tenancy import acting_for
from billing.dunning.services import follow_invoice
from billing.models import BillingCustomer, Invoice
from billing.stripe.client import BillingApi
from billing.stripe.facts import InvoiceFacts, invoice_facts

FIELDS = (
    "subscription", "number", "status", "currency", "total", "total_excluding_tax", "amount_paid", "amount_due",
    "attempt_count", "next_attempt_at", "hosted_url", "pdf_url", "issued_at", "paid_at",
)  # fmt: skip


def sync_invoice(api: BillingApi, name: str, *, now: datetime) -> Business | None:
    """Read an invoice and write what it says. Runs as the owner. Returns None for a customer of nobody.

    Errors: Missing, and the API's.
    """
    facts = invoice_facts(api.get(f"/v1/invoices/{name}"))
    customer = BillingCustomer.objects.select_related("business").filter(stripe_id=facts.customer).first()
    if customer is None:
        return None
    with acting_for(customer.business):
        keep_invoice(customer.business, facts, now=now)
    business: Business = customer.business
    return business


def keep_invoice(business: Business, facts: InvoiceFacts, *, now: datetime) -> bool:
    """Write the invoice in the caller's transaction; drafts are not kept. Returns whether anything was new."""
    if facts.status == "draft":
        return False
    values = {field: getattr(facts, field) for field in FIELDS}
    row = Invoice.objects.of(business).select_for_update().filter(stripe_id=facts.id).first()
    is_new = row is None or any(getattr(row, field) != value for field, value in values.items())
    if is_new:
        Invoice.objects.update_or_create(business=business, stripe_id=facts.id, defaults=values)
    follow_invoice(business, facts, now=now)
    return is_new
