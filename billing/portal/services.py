"""The way to Stripe's own pages for cards, invoices and cancelling. What is done there comes back by webhook."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from accounts.errors import NotYours
from accounts.events import record
from accounts.models import Business, User
from billing.stripe.client import BillingApi
from billing.subscriptions.customers import customer_of


def portal_address(business: Business, *, actor: User) -> str:
    """An address that opens the portal once. Errors: NotYours for a business that never bought anything."""
    customer = customer_of(business)
    if customer is None:
        raise NotYours("There is nothing to manage yet: this business has never bought a plan.")
    back = settings.BASE_URL.rstrip("/") + reverse("billing:plan", kwargs={"business": business.slug})
    session = BillingApi().post("/v1/billing_portal/sessions", customer=customer.stripe_id, return_url=back)
    record("billing.portal.opened", business=business, actor=actor, subject=customer)
    return str(session["url"])
