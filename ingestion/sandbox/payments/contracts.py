"""What a subscriber agreed to at the start."""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.sandbox.payments.books import Books
from ingestion.sandbox.payments.catalog import COUPONS, OFFERS, SHARES, Coupon, Offer
from ingestion.sandbox.payments.customers import Customer


@dataclass(frozen=True, slots=True)
class Contract:
    """What was agreed at the start, and how it is scripted to end.

    ends:      "" leaves it to chance; `past_due` fails the last renewal before `ends_near`, `trialing` never ends its
               trial, `unpaid`, `scheduled` (cancels at period end), `incomplete_expired` as Stripe names them.
    """

    key: str
    customer: Customer
    offers: tuple[tuple[Offer, int], ...]
    starts_at: int
    coupon: Coupon | None = None
    trial_days: int = 0
    ends: str = ""
    ends_near: int = 0


def contract(books: Books, key: str, customer: Customer, starts_at: int) -> Contract:
    """A contract drawn by chance for a customer who pays in EUR or USD."""
    rng = books.draws.of("contract", key)
    plan = rng.choices([name for name, _ in SHARES], [share for _, share in SHARES])[0]
    offer = OFFERS[f"{plan}-{customer.currency}"]
    quantity = rng.randint(1, 4) if plan == "office" else 1
    offers: tuple[tuple[Offer, int], ...] = ((offer, quantity),)
    if plan == "office" and customer.currency == "eur" and rng.random() < 0.3:
        offers = (*offers, (OFFERS["cups-eur"], rng.randint(40, 200)))
    coupon = rng.choice(list(COUPONS.values())) if rng.random() < 0.22 and plan in ("house", "office") else None
    trial = 14 if plan == "house" and coupon is None and rng.random() < 0.15 else 0
    return Contract(key, customer, offers, starts_at, coupon=coupon, trial_days=trial)
