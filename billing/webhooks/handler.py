"""What follows from an event of ours (payments.md § 15).

Several events about one subscription are answered by one reading of it. What an event says beside whom it is about is
used for nothing but calling a person: a refund or a dispute is theirs to decide.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.inbox import Outcome, inbox_handler
from accounts.models import Business, InboxDelivery
from accounts.tenancy import acting_for
from billing.attention import call_a_person
from billing.checkout.links import note_session
from billing.dunning.services import note_trial_end
from billing.models import Attention, BillingCustomer
from billing.stripe.client import JSON, BillingApi, Missing
from billing.stripe.facts import session_facts, subscription_of
from billing.stripe.signature import WebhookEvent, parse_event
from billing.subscriptions.invoices import sync_invoice
from billing.subscriptions.services import Synced, sync_subscription
from billing.webhooks.views import PROVIDER

Outcomes = dict[int, Outcome | Exception]
CHECKOUT = "checkout.session."
#: Invoice events that are about something that can be read again; `invoice.upcoming` has no id and is a forecast.
INVOICES = frozenset(
    f"invoice.{name}"
    for name in (
        "created", "finalized", "paid", "payment_succeeded", "payment_failed", "payment_action_required",
        "finalization_failed", "overdue", "voided", "marked_uncollectible", "updated",
    )
)  # fmt: skip
SAID = {Synced.PARKED: "Parked for a person.", Synced.NOBODY: "No business of ours is this customer."}


@inbox_handler(PROVIDER)
def handle(batch: list[InboxDelivery]) -> Outcomes:
    """Work off deliveries in order of receipt; one event's trouble is its own."""
    work = Worker(now=timezone.now())
    outcomes: Outcomes = {}
    for delivery in batch:
        try:
            outcomes[delivery.pk] = work.follow(parse_event(bytes(delivery.payload)))
        except Exception as error:
            outcomes[delivery.pk] = error
    return outcomes


class Worker:
    """One batch: remembers what it has read, so that five events about one subscription read it once."""

    def __init__(self, *, now: datetime, api: BillingApi | None = None) -> None:
        self.now = now
        self._api = api
        self._read: dict[str, Outcome] = {}

    @property
    def api(self) -> BillingApi:
        if self._api is None:
            self._api = BillingApi()
        return self._api

    def follow(self, event: WebhookEvent) -> Outcome:
        """Do what the event asks for. Errors: the API's, which the inbox tries again."""
        if event.livemode != settings.BILLING_STRIPE_LIVEMODE:
            return Outcome(ignored="An event of the other mode.")
        if event.account:
            return Outcome(ignored="An event of a customer's account; those have their own endpoint.")
        if event.type.startswith(CHECKOUT):
            return self.checkout(str(event.object.get("id", "")))
        if event.type in INVOICES and event.object.get("id"):
            return self._invoice(event)
        if event.type.startswith("customer.subscription."):
            return self._subscription(event)
        if event.type in ("customer.updated", "customer.deleted"):
            return self._customer(event)
        if event.type in ("charge.refunded", "charge.dispute.created"):
            return self._money_back(event)
        return Outcome(ignored=f"Nothing follows {event.type}.")

    def _subscription(self, event: WebhookEvent) -> Outcome:
        outcome = self._sync(subscription_of(event.type, event.object))
        if event.type.endswith(".trial_will_end") and outcome.business is not None:
            note_trial_end(outcome.business, str(event.object["id"]), now=self.now)
        return outcome

    def _sync(self, name: str) -> Outcome:
        if not name:
            return Outcome(ignored="No subscription is named.")
        if name not in self._read:
            synced, business = sync_subscription(self.api, name, now=self.now)
            self._read[name] = Outcome(business=business, note=SAID.get(synced, ""))
        return self._read[name]

    def checkout(self, name: str) -> Outcome:
        """Link session, customer and subscription; whether it is paid is read from Stripe again."""
        try:
            session = session_facts(self.api.get(f"/v1/checkout/sessions/{name}"))
        except Missing:
            return Outcome(ignored="Stripe knows no such session.")
        business = business_of_customer(session.customer)
        if business is None:
            return Outcome(ignored="No business of ours is this customer.")
        with acting_for(business):
            note_session(business, session)
        if session.subscription:
            self._read.pop(session.subscription, None)  # what was read before did not know that it is paid
            return self._sync(session.subscription)
        return Outcome(business=business)

    def _invoice(self, event: WebhookEvent) -> Outcome:
        try:
            business = sync_invoice(self.api, str(event.object["id"]), now=self.now)
        except Missing:
            return Outcome(ignored="Stripe knows no such invoice.")
        name = subscription_of(event.type, event.object)
        return self._sync(name) if name else Outcome(business=business)

    def _customer(self, event: WebhookEvent) -> Outcome:
        name = str(event.object.get("id", ""))
        customer = BillingCustomer.objects.select_related("business").filter(stripe_id=name).first()
        if customer is None:
            return Outcome(ignored="No business of ours is this customer.")
        try:
            told: JSON = self.api.get(f"/v1/customers/{name}")
        except Missing:
            told = {"deleted": True}
        with acting_for(customer.business):
            _note_customer(customer, told, now=self.now)
        return Outcome(business=customer.business)

    def _money_back(self, event: WebhookEvent) -> Outcome:
        """Money went back, or is disputed: a person decides whether access ends."""
        charge = event.object
        is_refund = event.type == "charge.refunded"
        business = business_of_customer(_customer_of(charge))
        amount = charge.get("amount_refunded") if is_refund else charge.get("amount")
        call_a_person(
            Attention.Kind.REFUND if is_refund else Attention.Kind.DISPUTE,
            f"{charge.get('id')}:{amount}" if is_refund else str(charge.get("id")),
            "A payment of ours was refunded. Decide whether its grant ends." if is_refund
            else "A payment of ours is disputed. Answer it in Stripe, and decide whether its grant ends.",
            source="stripe", now=self.now, business=business, amount=int(amount or 0),
            currency=str(charge.get("currency", "")),
        )  # fmt: skip
        return Outcome(business=business, note="A person was called.")


def business_of_customer(name: str) -> Business | None:
    """The business that a customer of ours is; None for anybody else. As the owner."""
    customer = BillingCustomer.objects.select_related("business").filter(stripe_id=name).first() if name else None
    return customer.business if customer else None


def _customer_of(charge: dict[str, Any]) -> str:
    """A dispute names its charge and, in newer versions only, whom it is about."""
    customer = charge.get("customer") or ""
    return str(customer.get("id", "")) if isinstance(customer, dict) else str(customer)


def _note_customer(customer: BillingCustomer, told: JSON, *, now: datetime) -> None:
    if told.get("deleted"):
        if customer.deleted_at is None:
            customer.deleted_at = now
            customer.save(update_fields=["deleted_at"])
        return
    country = str((told.get("address") or {}).get("country") or "")[:2]
    if country != customer.country:
        customer.country = country
        customer.save(update_fields=["country"])
