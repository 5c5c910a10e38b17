"""Moving a running subscription to another plan, at the price that was shown before."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime

from accounts.errors import Conflict, InvalidInput, NotYours
from accounts.events import record
from accounts.models import Business, User
from billing.checkout.links import link_of
from billing.checkout.services import CurrencyNotOffered, price_of
from billing.models import PlanPrice, Subscription
from billing.stripe.client import BillingApi
from billing.stripe.facts import SubscriptionFacts
from billing.subscriptions.services import apply, read_subscription


class NotChangeable(Conflict):
    """The subscription is not in a state in which its plan can be changed."""

    code = "not_changeable"
    retry = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change costs now. Minor units of `currency`; `due` includes tax and may be negative, which is a credit.

    lines:  what Stripe will write on the invoice, `(sentence, amount)`.
    at:     the moment the proration is counted from; changing with it costs exactly this.
    """

    price: PlanPrice
    currency: str
    due: int
    tax: int
    lines: tuple[tuple[str, int], ...]
    at: datetime

    @property
    def is_credit(self) -> bool:
        return self.due < 0


def running(business: Business) -> Subscription | None:
    """The subscription that occupies the business: the oldest live one."""
    live = Subscription.objects.of(business).filter(status__in=Subscription.LIVE).select_related("plan", "price")
    found: Subscription | None = live.order_by("started_at", "pk").first()
    return found


def preview_change(business: Business, *, plan: str, now: datetime) -> Preview:
    """What it costs to change now, as Stripe counts it. Errors: NotYours, NotChangeable, NotOnSale, the API's."""
    current, price = _current(business), _price(business, plan)
    api = BillingApi()
    facts = read_subscription(api, current.stripe_id, now=now).facts
    moment = int(now.timestamp())
    invoice = api.post(
        "/v1/invoices/create_preview",
        customer=facts.customer,
        subscription=facts.id,
        subscription_details={
            "items": [{"id": facts.item_id, "price": price.stripe_price_id}],
            "proration_behavior": "always_invoice",
            "proration_date": moment,
        },
    )
    net = invoice["total"] if invoice.get("total_excluding_tax") is None else invoice["total_excluding_tax"]
    lines = tuple((line.get("description") or "", line["amount"]) for line in invoice["lines"]["data"])
    return Preview(
        price, invoice["currency"], invoice["total"], invoice["total"] - net, lines,
        datetime.fromtimestamp(moment, UTC),
    )  # fmt: skip


def change_plan(business: Business, *, plan: str, counted_from: datetime, actor: User, now: datetime) -> Subscription:
    """Change at once; the difference is charged or credited as previewed. Runs in a transaction of the business.

    Errors: those of the preview, and CardRefused, after which nothing has changed.
    """
    Business.objects.select_for_update().only("pk").get(pk=business.pk)
    current, price = _current(business), _price(business, plan)
    moment = counted_from if abs((now - counted_from).total_seconds()) < 3600 else now
    api = BillingApi()
    facts = read_subscription(api, current.stripe_id, now=now).facts
    _check(facts)
    api.post(
        f"/v1/subscriptions/{facts.id}",
        key=f"change:{facts.id}:{facts.price_id}:{price.pk}:{int(moment.timestamp())}",
        items=[{"id": facts.item_id, "price": price.stripe_price_id}],
        proration_behavior="always_invoice",
        proration_date=int(moment.timestamp()),
        payment_behavior="error_if_incomplete",
    )
    checkout = link_of(api, business, facts.id, wall=lambda _: nullcontext())
    apply(business, read_subscription(api, facts.id, now=now), checkout=checkout, now=now)
    record("billing.subscriptions.plan_changed", business=business, actor=actor, subject=current, plan=price.plan.key)
    changed = running(business)
    assert changed is not None
    return changed


def _current(business: Business) -> Subscription:
    found = running(business)
    if found is None:
        raise NotYours("There is no running subscription to change.")
    if found.parked:
        raise NotChangeable("A person is looking at this subscription. Write to us to change it.")
    return found


def _check(facts: SubscriptionFacts) -> None:
    if facts.status not in ("active", "trialing") or not facts.item_id:
        raise NotChangeable("The last payment is open. Pay it first, then change the plan.")


def _price(business: Business, plan: str) -> PlanPrice:
    """The new plan's price in the currency of the running subscription, which Stripe never changes."""
    current = running(business)
    currency = current.currency if current else business.currency
    try:
        price = price_of(plan, currency)
    except CurrencyNotOffered as refused:
        raise CurrencyNotOffered(
            f"Your subscription is paid in {currency.upper()}, and this plan has no price in it.", **refused.details
        ) from None
    if current and current.price_id == price.pk:
        raise InvalidInput("This is your plan already.", field="plan", code="same_plan")
    return price
