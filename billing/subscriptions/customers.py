"""A business as a customer of ours at Stripe: one, for all its checkouts and its portal."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from accounts.events import record
from accounts.models import Business, User
from billing.models import BillingCustomer
from billing.stripe.client import BillingApi


def customer_of(business: Business) -> BillingCustomer | None:
    """The customer that was made for it and is not deleted at Stripe."""
    found: BillingCustomer | None = BillingCustomer.objects.of(business).filter(deleted_at=None).first()
    return found


def ensure_customer(api: BillingApi, business: Business, *, actor: User, now: datetime) -> BillingCustomer:
    """The business's customer, made at its first checkout. A repetition after a crash finds the same one at Stripe."""
    if found := customer_of(business):
        return found
    earlier = BillingCustomer.objects.of(business).count()
    made = api.post(
        "/v1/customers", key=f"customer:{business.pk}:{earlier}", email=actor.email, name=business.name,
        metadata={"business": str(business.pk)},
    )  # fmt: skip
    customer = BillingCustomer.objects.create(
        business=business, stripe_id=made["id"], livemode=settings.BILLING_STRIPE_LIVEMODE, created_at=now
    )
    record("billing.customers.created", business=business, actor=actor, subject=customer)
    return customer
