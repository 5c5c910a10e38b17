"""Bringing our record of a subscription, and the grant that follows from it, to what Stripe says now.

Every event, the return from the till and the reconciliation end here. Nothing is taken from an event's body but whom it
is about: the object is read again. So any order and any repetition of events ends in the same grants.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from accounts.events import record
from accounts.models import Business
from accounts.tenancy import acting_for
from billing.attention import call_a_person
from billing.checkout.links import link_of
from billing.grants import end_grant, grant
from billing.models import Attention, BillingCustomer, Checkout, Grant, PlanPrice, Subscription
from billing.stripe.client import BillingApi, Missing
from billing.stripe.facts import SubscriptionFacts, subscription_facts
from billing.subscriptions.calc import Access, access_of

EXPAND = ["latest_invoice", "discounts.source.coupon"]
#: What a second look compares; `synced_at` alone is no change.
FIELDS = (
    "customer", "livemode", "status", "plan_id", "price_id", "currency", "amount", "discounted", "interval",
    "started_at", "trial_end", "period_end", "cancel_at", "ended_at", "past_due_since", "parked",
)  # fmt: skip
Wall = Callable[[Business], AbstractContextManager[None]]


class Synced(StrEnum):
    """What a look at Stripe led to."""

    SAME = "same"
    CHANGED = "changed"
    PARKED = "parked"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Read:
    """A subscription as Stripe had it after `at`."""

    facts: SubscriptionFacts
    at: datetime


def sync_subscription(api: BillingApi, name: str, *, now: datetime) -> tuple[Synced, Business | None]:
    """Read a subscription and bring grant and record in line. Runs as the owner, outside any transaction.

    Idempotent. Errors: those of the API; Missing is told to a person and changes nothing.
    """
    try:
        read = read_subscription(api, name, now=now)
    except Missing:
        return _gone(name, now=now)
    business = business_of(read.facts)
    if business is None:
        _call_about_nobody(read.facts, now=now)
        return Synced.NOBODY, None
    checkout = link_of(api, business, read.facts.id, wall=acting_for)
    with acting_for(business):
        return apply(business, read, checkout=checkout, now=now), business


def read_subscription(api: BillingApi, name: str, *, now: datetime) -> Read:
    """Errors: Missing, and the API's."""
    return Read(subscription_facts(api.get(f"/v1/subscriptions/{name}", expand=EXPAND)), now)


def business_of(facts: SubscriptionFacts) -> Business | None:
    """Whose it is: the business we made the customer for. Metadata that anybody could set decides nothing."""
    customer = BillingCustomer.objects.select_related("business").filter(stripe_id=facts.customer).first()
    return customer.business if customer else None


def apply(business: Business, read: Read, *, checkout: Checkout | None, now: datetime) -> Synced:
    """Write what was read, and the grant that follows, in the caller's transaction. An older reading writes nothing."""
    facts = read.facts
    Business.objects.select_for_update().only("pk").get(pk=business.pk)
    row = Subscription.objects.of(business).filter(stripe_id=facts.id).first()
    if row is not None and row.synced_at > read.at:
        return Synced.SAME
    price = (
        PlanPrice.objects.select_related("plan")
        .filter(stripe_price_id=facts.price_id)
        .exclude(stripe_price_id="")
        .first()
    )
    parked = _why_parked(facts, price)
    changed = _keep(business, row, _values(facts, price, parked), facts.id, at=read.at)
    if parked:
        _park(business, facts, price, parked, now=now)
    changed |= _follow(business, facts, None if parked else price, checkout, now=now)
    _note_doubles(business, now=now)
    if parked:
        return Synced.PARKED
    return Synced.CHANGED if changed else Synced.SAME


def _values(facts: SubscriptionFacts, price: PlanPrice | None, parked: str) -> dict[str, Any]:
    return {
        "customer": facts.customer, "livemode": facts.livemode, "status": facts.status,
        "plan_id": price.plan_id if price else None, "price_id": price.pk if price else None,
        "currency": facts.currency, "amount": facts.amount, "discounted": facts.discounted, "interval": facts.interval,
        "started_at": facts.started_at, "trial_end": facts.trial_end, "period_end": facts.period_end,
        "cancel_at": facts.cancel_at, "ended_at": facts.ended_at, "past_due_since": facts.failing_since,
        "parked": parked,
    }  # fmt: skip


def _keep(business: Business, row: Subscription | None, values: dict[str, Any], name: str, *, at: datetime) -> bool:
    if row is None:
        made = Subscription.objects.create(business=business, stripe_id=name, synced_at=at, **values)
        record("billing.subscriptions.appeared", business=business, subject=made, status=made.status)
        return True
    before = row.status
    changed = [field for field in FIELDS if getattr(row, field) != values[field]]
    for field in changed:
        setattr(row, field, values[field])
    row.synced_at = at
    row.save(update_fields=[*changed, "synced_at"])
    if changed:
        record("billing.subscriptions.changed", business=business, subject=row, before=before, status=row.status)
    return bool(changed)


def _why_parked(facts: SubscriptionFacts, price: PlanPrice | None) -> str:
    """Why a person must look before anything is granted; empty when all fits."""
    if price is None:
        return "The subscription is not for one of our prices."
    if facts.currency != price.currency or facts.amount != price.amount:
        return "The amount or currency is not the plan's."
    return ""


def _park(business: Business, facts: SubscriptionFacts, price: PlanPrice | None, why: str, *, now: datetime) -> None:
    kind = Attention.Kind.AMOUNT_MISMATCH if price else Attention.Kind.UNKNOWN_PRODUCT
    call_a_person(
        kind, facts.id, f"{why} Nothing was granted.", source="stripe", now=now, business=business,
        price=facts.price_id, amount=facts.amount, currency=facts.currency,
    )  # fmt: skip


def _follow(
    business: Business, facts: SubscriptionFacts, price: PlanPrice | None, checkout: Checkout | None, *, now: datetime
) -> bool:
    """Give, change or end the grant. Money that is on its way is no payment yet."""
    access = access_of(facts)
    before = _grant_state(business, facts.id)
    if price is None or access is None or (checkout is not None and checkout.state != Checkout.State.DONE):
        access = Access(facts.started_at, ended_at=facts.started_at) if before else None
    if access is None:
        return False
    if access.ended_at is not None:
        return end_grant(
            business, source=Grant.Source.STRIPE, external_id=facts.id, at=access.ended_at,
            reason=f"The subscription is {facts.status.replace('_', ' ')}.",
        )  # fmt: skip
    assert price is not None
    grant(
        business, price.plan, source=Grant.Source.STRIPE, external_id=facts.id, valid_from=access.valid_from,
        valid_until=access.valid_until, read_only_from=access.read_only_from,
    )  # fmt: skip
    return _grant_state(business, facts.id) != before


def _grant_state(business: Business, name: str) -> tuple[Any, ...] | None:
    held = Grant.objects.of(business).filter(source=Grant.Source.STRIPE, external_id=name)
    found: tuple[Any, ...] | None = held.values_list(
        "plan_id", "state", "valid_from", "valid_until", "read_only_from"
    ).first()
    return found


def _note_doubles(business: Business, *, now: datetime) -> None:
    """Two live subscriptions of one business: a person decides which one is meant, and refunds the other."""
    live = (
        Subscription.objects.of(business).filter(status__in=Subscription.LIVE, parked="").order_by("started_at", "pk")
    )
    names = list(live.values_list("stripe_id", flat=True)[:2])
    if len(names) == 2:
        call_a_person(
            Attention.Kind.DOUBLE_SUBSCRIPTION, names[1], "The business pays for two subscriptions at once.",
            source="stripe", now=now, business=business, first=names[0],
        )  # fmt: skip


def _call_about_nobody(facts: SubscriptionFacts, *, now: datetime) -> None:
    call_a_person(
        Attention.Kind.ORPHAN, facts.id, "A subscription belongs to a customer that no business of ours is.",
        source="stripe", now=now, customer=facts.customer,
    )  # fmt: skip


def _gone(name: str, *, now: datetime) -> tuple[Synced, Business | None]:
    row = Subscription.objects.select_related("business").filter(stripe_id=name).first()
    if row is None:
        return Synced.NOBODY, None
    call_a_person(
        Attention.Kind.MISSING_AT_SOURCE, name, "Stripe no longer knows a subscription that we do.",
        source="stripe", now=now, business=row.business,
    )  # fmt: skip
    return Synced.PARKED, row.business
