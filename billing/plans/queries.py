"""What is on sale, as the pricing page and the plan page show it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode

from accounts.navigation import open_desks
from billing.models import Plan, PlanPrice

DEFAULT_CURRENCY = "usd"
PERIODS = {"month": "a month", "year": "a year", "": "once"}
FOR_GOOD = "for good"
LATER = "Opens later"


@dataclass(frozen=True, slots=True)
class OfferCard:
    """One plan with its price in the chosen currency.

    amount:   minor units excluding tax; None where the plan is not offered in that currency.
    url:      where it is bought; empty where it cannot be.
    is_open:  False while the plan's one desk has no pages yet: nothing is sold that cannot be used.
    elsewhere: the currencies it is offered in, when not in the chosen one.
    """

    plan: Plan
    amount: int | None
    currency: str
    period: str
    url: str
    label: str
    elsewhere: str = ""
    is_external: bool = False
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class PriceList:
    """All public offers, and the currencies one can choose."""

    currency: str
    currencies: tuple[str, ...]
    subscriptions: tuple[OfferCard, ...]
    one_offs: tuple[OfferCard, ...]


def price_list(*, currency: str) -> PriceList:
    """Public plans on sale in `currency`; an unknown currency falls back to the first. Two queries."""
    plans = list(Plan.objects.filter(is_public=True, retired_at=None).order_by("order", "key"))
    prices = _prices()
    currencies = tuple(sorted({code for found in prices.values() for code in found}, key=_place))
    chosen = currency if currency in currencies else (currencies[0] if currencies else DEFAULT_CURRENCY)
    cards = [_card(plan, prices.get(plan.pk, {}), chosen) for plan in plans]
    return PriceList(
        currency=chosen,
        currencies=currencies,
        subscriptions=tuple(card for card in cards if card.plan.kind != Plan.Kind.ONE_OFF),
        one_offs=tuple(card for card in cards if card.plan.kind == Plan.Kind.ONE_OFF),
    )


def is_open(plan: Plan) -> bool:
    """Whether what the plan is about exists; a plan for several desks always does."""
    return not plan.desk or plan.desk in open_desks()


def shop_url(plan: Plan) -> str:
    """The product's page in the shop; empty without a shop or a reference. `{sku}` in the setting is filled in."""
    if not settings.BILLING_SHOP_URL or not plan.odoo_sku:
        return ""
    return str(settings.BILLING_SHOP_URL).replace("{sku}", quote(plan.odoo_sku, safe=""))


def _prices() -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for price in PlanPrice.objects.filter(retired_at=None, plan__is_public=True, plan__retired_at=None):
        found.setdefault(price.plan_id, {})[price.currency] = price.amount
    return found


def _place(currency: str) -> tuple[bool, str]:
    return currency != DEFAULT_CURRENCY, currency


def _card(plan: Plan, prices: dict[str, int], currency: str) -> OfferCard:
    free = plan.kind == Plan.Kind.FREE
    amount = 0 if free else prices.get(currency)
    url, label, is_external = _way(plan, currency)
    offered = amount is not None
    if not is_open(plan):
        url, label = "", LATER
    return OfferCard(
        plan=plan, amount=amount, currency=currency, period=FOR_GOOD if free else PERIODS[plan.interval],
        url=url if offered else "", label=label, is_external=is_external,
        is_open=is_open(plan), elsewhere="" if offered else ", ".join(code.upper() for code in sorted(prices)),
    )  # fmt: skip


def _way(plan: Plan, currency: str) -> tuple[str, str, bool]:
    """(address, words on the button, whether it leaves the house)."""
    if plan.kind == Plan.Kind.FREE:
        return reverse("account_signup"), "Start free", False
    through_shop = plan.kind == Plan.Kind.ONE_OFF or settings.BILLING_SOLD_AT == "odoo"
    if through_shop:
        return shop_url(plan), "Order in the shop", True
    label = f"Try {plan.trial_days} days free" if plan.trial_days else f"Choose {plan.name}"
    return f"{reverse('billing:start', kwargs={'plan': plan.key})}?{urlencode({'currency': currency})}", label, False
