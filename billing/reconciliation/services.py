"""Comparing everything Stripe says about our sales with what we hold, and mending what differs.

Repairs go through the functions that events go through, so a second run finds nothing left to mend.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from accounts.errors import Problem
from accounts.tenancy import acting_for
from billing.attention import call_a_person
from billing.models import Attention, Checkout, Subscription
from billing.stripe.client import BillingApi, Missing
from billing.stripe.facts import invoice_facts, session_facts
from billing.stripe.signature import parse_event
from billing.subscriptions.invoices import keep_invoice
from billing.subscriptions.services import Synced, sync_subscription
from billing.webhooks.handler import Worker, business_of_customer

SESSIONS_LOOK_BACK = timedelta(hours=72)
INVOICES_LOOK_BACK = timedelta(days=35)
EVENTS_LOOK_BACK = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Report:
    """Counts of what was compared: equal, mended, and left to a person."""

    ok: int = 0
    repaired: int = 0
    needs_person: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def reconcile(api: BillingApi, *, now: datetime) -> Report:
    """Subscriptions, sessions of 72 hours, invoices of 35 days, and events that were never delivered. As the owner.

    Errors: the API's; what was mended before stays.
    """
    counts: Counter[str] = Counter()
    seen: set[str] = set()
    for obj in api.each("/v1/subscriptions", status="all"):
        seen.add(obj["id"])
        synced, _ = sync_subscription(api, obj["id"], now=now)
        counts[WORDS[synced]] += 1
    counts += _gone_at_stripe(seen, now=now)
    counts += _sessions(api, now=now)
    counts += _invoices(api, now=now)
    counts += _undelivered(api, now=now)
    return Report(counts["ok"], counts["repaired"], counts["needs_person"])


WORDS = {
    Synced.SAME: "ok",
    Synced.CHANGED: "repaired",
    Synced.PARKED: "needs_person",
    Synced.NOBODY: "needs_person",
}


def _gone_at_stripe(seen: set[str], *, now: datetime) -> Counter[str]:
    """Subscriptions that we think live and Stripe does not list."""
    counts: Counter[str] = Counter()
    for row in Subscription.objects.filter(status__in=Subscription.OCCUPYING).select_related("business"):
        if row.stripe_id not in seen:
            call_a_person(
                Attention.Kind.MISSING_AT_SOURCE, row.stripe_id, "Stripe does not list a subscription that we hold.",
                source="stripe", now=now, business=row.business,
            )  # fmt: skip
            counts["needs_person"] += 1
    return counts


def _sessions(api: BillingApi, *, now: datetime) -> Counter[str]:
    """Ways to the till that ended without our knowing."""
    counts: Counter[str] = Counter()
    since = int((now - SESSIONS_LOOK_BACK).timestamp())
    for obj in api.each("/v1/checkout/sessions", created={"gte": since}):
        session = session_facts(obj)
        business = business_of_customer(session.customer)
        if business is None:
            continue
        before = _state_of(session.id)
        Worker(now=now, api=api).checkout(session.id)
        counts["ok" if _state_of(session.id) == before else "repaired"] += 1
    return counts


def _state_of(name: str) -> tuple[str, str] | None:
    found: tuple[str, str] | None = Checkout.objects.filter(stripe_id=name).values_list("state", "subscription").first()
    return found


def _invoices(api: BillingApi, *, now: datetime) -> Counter[str]:
    counts: Counter[str] = Counter()
    since = int((now - INVOICES_LOOK_BACK).timestamp())
    for obj in api.each("/v1/invoices", created={"gte": since}):
        facts = invoice_facts(obj)
        business = business_of_customer(facts.customer)
        if business is not None:
            with acting_for(business):
                counts["repaired" if keep_invoice(business, facts, now=now) else "ok"] += 1
    return counts


def _undelivered(api: BillingApi, *, now: datetime) -> Counter[str]:
    """Events that Stripe could not bring us. Following one twice changes nothing."""
    counts: Counter[str] = Counter()
    since = int((now - EVENTS_LOOK_BACK).timestamp())
    worker = Worker(now=now, api=api)
    for obj in api.each("/v1/events", delivery_success=False, created={"gte": since}):
        try:
            worker.follow(parse_event(json.dumps(obj).encode()))
        except (Problem, Missing):
            counts["needs_person"] += 1
    return counts
