"""Starting a checkout at Stripe and coming back from it.

The business row is locked while a checkout is started, so two tabs come one after the other: the second gets the
address that the first was given, and none once something is paid for.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.errors import Conflict, InvalidInput, NotYours
from accounts.events import record
from accounts.models import Business, User
from billing.checkout.links import link_of, note_session
from billing.models import Checkout, Grant, Plan, PlanPrice, Subscription
from billing.plans.queries import is_open
from billing.stripe.client import BillingApi, Missing
from billing.stripe.facts import session_facts, subscription_facts
from billing.subscriptions.customers import customer_of, ensure_customer
from billing.subscriptions.services import apply, read_subscription

#: Stripe's own default; afterwards a session opens no more.
LASTS = timedelta(hours=24)


class NotOnSale(InvalidInput):
    """No such plan, or one that is no longer sold."""

    code = "plan_not_on_sale"


class CurrencyNotOffered(InvalidInput):
    """The plan has no price in this currency; `offered` names those it has."""

    code = "currency_not_offered"


class AlreadySubscribed(Conflict):
    """A subscription runs already: it is changed, not bought a second time."""

    code = "already_subscribed"
    retry = False


@dataclass(frozen=True, slots=True)
class Return:
    """How a way to the till ended, for the page after it."""

    state: str
    plan: Plan


def price_of(plan_key: str, currency: str) -> PlanPrice:
    """The price at which a subscription plan is sold now. Errors: NotOnSale, CurrencyNotOffered."""
    plan = Plan.objects.filter(key=plan_key, retired_at=None, kind=Plan.Kind.SUBSCRIPTION).first()
    if plan is None:
        raise NotOnSale("This plan is not on sale.", field="plan")
    if not is_open(plan):
        raise NotOnSale("This desk is not open yet, so it is not sold.", field="plan")
    prices = {price.currency: price for price in PlanPrice.objects.filter(plan=plan, retired_at=None)}
    price = prices.get(currency.strip().lower())
    if price is None:
        offered = sorted(prices)
        listed = ", ".join(code.upper() for code in offered)
        raise CurrencyNotOffered(f"{plan.name} is sold in {listed}.", field="currency", offered=offered)
    if not price.stripe_price_id:
        raise NotOnSale(f"{plan.name} is not on sale yet. Try again in a few minutes.", field="plan")
    return price


def start_checkout(business: Business, *, plan: str, currency: str, actor: User, now: datetime) -> str:
    """The address of Stripe's page where the plan can be paid. Runs in a transaction of the business.

    The same choice twice gives the same address. Errors: NotOnSale, CurrencyNotOffered, AlreadySubscribed, the API's.
    """
    price = price_of(plan, currency)
    api = BillingApi()
    Business.objects.select_for_update().only("pk").get(pk=business.pk)
    refuse_a_second(api, business, now=now)
    waiting = Checkout.objects.of(business).filter(state=Checkout.State.OPEN).first()
    if waiting is not None and waiting.price_id == price.pk and waiting.expires_at > now:
        return waiting.url
    if waiting is not None:
        _close(api, waiting)
    return _open(api, business, price, actor=actor, now=now).url


def refuse_a_second(api: BillingApi, business: Business, *, now: datetime) -> None:
    """Errors: AlreadySubscribed, also for a subscription at Stripe that no event has told us about yet."""
    customer = customer_of(business)
    if customer is None:
        return
    for obj in api.each("/v1/subscriptions", customer=customer.stripe_id, status="all"):
        if obj["status"] not in Subscription.OCCUPYING:
            continue
        name = subscription_facts(obj).id
        if not Subscription.objects.of(business).filter(stripe_id=name).exists():
            _take_in(api, business, name, now=now)
        if obj["status"] != Subscription.Status.INCOMPLETE:
            raise AlreadySubscribed("A subscription is running already. Change it under Plan instead of a second one.")


def finish_checkout(business: Business, *, session: str, now: datetime) -> Return:
    """What the page after the till does: the same as the webhook, which may be earlier or later.

    Errors: NotYours for a session that this business never opened, and the API's.
    """
    if not Checkout.objects.of(business).filter(stripe_id=session).exists():
        raise NotYours("There is no such checkout.")
    api = BillingApi()
    try:
        facts = session_facts(api.get(f"/v1/checkout/sessions/{session}"))
    except Missing:
        raise NotYours("There is no such checkout.") from None
    row = note_session(business, facts)
    if row is None:
        raise NotYours("There is no such checkout.")
    if facts.subscription:
        apply(business, read_subscription(api, facts.subscription, now=now), checkout=row, now=now)
    return Return(row.state, row.price.plan)


def had_trial(business: Business) -> bool:
    """A trial is given once: not to whoever had a subscription or a trial before."""
    earlier = Grant.objects.of(business).filter(source__in=(Grant.Source.STRIPE, Grant.Source.TRIAL))
    return earlier.exists() or Subscription.objects.of(business).exists()


def _take_in(api: BillingApi, business: Business, name: str, *, now: datetime) -> None:
    checkout = link_of(api, business, name, wall=lambda _: nullcontext())
    apply(business, read_subscription(api, name, now=now), checkout=checkout, now=now)


def _close(api: BillingApi, waiting: Checkout) -> None:
    """End an earlier way to the till, so that it cannot be paid beside the new one."""
    if waiting.stripe_id:
        try:
            told = api.post(f"/v1/checkout/sessions/{waiting.stripe_id}/expire")
        except Missing:
            told = {"status": "expired"}
        if told["status"] != "expired":
            raise AlreadySubscribed("Another checkout was just completed.")
    waiting.state = Checkout.State.EXPIRED
    waiting.save(update_fields=["state"])


def _open(api: BillingApi, business: Business, price: PlanPrice, *, actor: User, now: datetime) -> Checkout:
    customer = ensure_customer(api, business, actor=actor, now=now)
    attempt = Checkout.objects.of(business).count() + 1
    made = api.post(
        "/v1/checkout/sessions",
        key=f"checkout:{business.pk}:{price.plan.key}:{price.pk}:{attempt}",
        **_session(business, price, customer.stripe_id, attempt),
    )
    checkout = Checkout.objects.create(
        business=business, stripe_id=made["id"], price=price, attempt=attempt, url=made["url"], started_by=actor,
        created_at=now, expires_at=now + LASTS,
    )  # fmt: skip
    record("billing.checkout.started", business=business, actor=actor, subject=checkout, plan=price.plan.key)
    return checkout


def _session(business: Business, price: PlanPrice, customer: str, attempt: int) -> dict[str, Any]:
    """Everything Stripe must know. `business` is written into the subscription too, for people who look there."""
    back = settings.BASE_URL.rstrip("/") + reverse("billing:return", kwargs={"business": business.slug})
    pricing = settings.BASE_URL.rstrip("/") + reverse("billing:plan", kwargs={"business": business.slug})
    metadata = {"business": str(business.pk), "attempt": str(attempt)}
    about: dict[str, Any] = {"metadata": metadata}
    if price.plan.trial_days and not had_trial(business):
        about["trial_period_days"] = price.plan.trial_days
    return {
        "mode": "subscription",
        "customer": customer,
        "client_reference_id": str(business.pk),
        "line_items": [{"price": price.stripe_price_id, "quantity": 1}],
        "metadata": metadata,
        "subscription_data": about,
        "allow_promotion_codes": True,
        "automatic_tax": {"enabled": settings.BILLING_AUTOMATIC_TAX},
        "tax_id_collection": {"enabled": True},
        "billing_address_collection": "required" if settings.BILLING_AUTOMATIC_TAX else "auto",
        "customer_update": {"address": "auto", "name": "auto"},
        "success_url": f"{back}?session={{CHECKOUT_SESSION_ID}}",
        "cancel_url": pricing,
    }
