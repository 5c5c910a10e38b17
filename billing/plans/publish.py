"""Making our prices known to Stripe: a product for each plan, a price for each currency.

Idempotent. A price at Stripe is found by its lookup key, so a second installation or a lost answer makes no second one.
"""

from __future__ import annotations

from accounts.events import record
from billing.models import Plan, PlanPrice
from billing.stripe.client import BillingApi, Missing


def publish(api: BillingApi) -> int:
    """Give every price on sale its Stripe price; returns how many were given one. Runs as the owner."""
    waiting = PlanPrice.objects.filter(
        stripe_price_id="", retired_at=None, plan__retired_at=None, plan__kind=Plan.Kind.SUBSCRIPTION
    )
    count = 0
    for price in waiting.select_related("plan"):
        _ensure_product(api, price.plan)
        price.stripe_price_id = _ensure_price(api, price)
        price.save(update_fields=["stripe_price_id"])
        record("billing.plans.published", subject=price, plan=price.plan.key, currency=price.currency)
        count += 1
    return count


def lookup_key(price: PlanPrice) -> str:
    return f"{price.plan.key}:{price.currency}:{price.amount}:{price.plan.interval}"


def _ensure_product(api: BillingApi, plan: Plan) -> None:
    if plan.stripe_product_id:
        return
    name = f"bellwether_{plan.key}"
    try:
        product = api.get(f"/v1/products/{name}")
    except Missing:
        product = api.post("/v1/products", id=name, name=f"Bellwether {plan.name}", metadata={"plan": plan.key})
    plan.stripe_product_id = product["id"]
    plan.save(update_fields=["stripe_product_id"])


def _ensure_price(api: BillingApi, price: PlanPrice) -> str:
    key = lookup_key(price)
    found = api.get("/v1/prices", lookup_keys=[key], active=True, limit=1)["data"]
    if found:
        return str(found[0]["id"])
    made = api.post(
        "/v1/prices",
        product=price.plan.stripe_product_id,
        currency=price.currency,
        unit_amount=price.amount,
        recurring={"interval": price.plan.interval},
        tax_behavior="exclusive",
        lookup_key=key,
        metadata={"plan": price.plan.key},
    )
    return str(made["id"])
