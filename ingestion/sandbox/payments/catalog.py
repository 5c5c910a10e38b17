"""What can be subscribed to: products, prices and coupons, in Stripe's shape."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from ingestion.sandbox.payments.books import Books
from ingestion.sandbox.timeline import JSON

#: Billing periods in a month, as MRR counts them (payments.md § 12).
PER_MONTH: Final = {"day": Fraction(365, 12), "week": Fraction(52, 12), "month": Fraction(1), "year": Fraction(1, 12)}


@dataclass(frozen=True, slots=True)
class Offer:
    """A recurring price; `unit_amount` in minor units of `currency`, per `count` × `interval`."""

    key: str
    title: str
    currency: str
    unit_amount: int
    interval: str
    count: int = 1
    metered: bool = False

    @property
    def monthly(self) -> Fraction:
        """Minor units a month for one piece; usage is not recurring."""
        return Fraction(0) if self.metered else self.unit_amount * PER_MONTH[self.interval] / self.count


@dataclass(frozen=True, slots=True)
class Coupon:
    """percent_off or amount_off (minor units of each invoice); months is None unless `repeating`."""

    key: str
    duration: str
    percent_off: int | None = None
    amount_off: int | None = None
    months: int | None = None


def _offers(currency: str, tasting: int, house: int, office: int, crate: int, year: int) -> tuple[Offer, ...]:
    return (
        Offer(f"tasting-{currency}", "Weekly tasting", currency, tasting, "week"),
        Offer(f"house-{currency}", "House bag", currency, house, "month"),
        Offer(f"office-{currency}", "Office box", currency, office, "month"),
        Offer(f"crate-{currency}", "Seasonal crate", currency, crate, "month", 3),
        Offer(f"year-{currency}", "A year of coffee", currency, year, "year"),
    )


OFFERS: Final = {
    offer.key: offer
    for offer in (
        *_offers("eur", 950, 2400, 7900, 6600, 26_000),
        *_offers("usd", 1050, 2700, 8900, 7200, 28_500),
        Offer("cups-eur", "Cup counter", "eur", 5, "month", metered=True),
    )
}
SHARES: Final = (("tasting", 8), ("house", 52), ("office", 16), ("crate", 14), ("year", 10))
COUPONS: Final = {
    coupon.key: coupon
    for coupon in (
        Coupon("WELCOME20", "repeating", percent_off=20, months=3),
        Coupon("FRIENDS", "forever", percent_off=10),
        Coupon("LOYAL3", "repeating", amount_off=300, months=6),
        Coupon("HELLO", "once", percent_off=50),
    )
}


def price_id(books: Books, offer: Offer) -> str:
    return books.draws.id("price_1", books.account, offer.key)


def price(books: Books, offer: Offer) -> JSON:
    return {
        "id": price_id(books, offer),
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": books.opened,
        "currency": offer.currency,
        "custom_unit_amount": None,
        "livemode": books.livemode,
        "lookup_key": offer.key,
        "metadata": {},
        "nickname": offer.title,
        "product": books.draws.id("prod", books.account, offer.key),
        "recurring": {
            "interval": offer.interval,
            "interval_count": offer.count,
            "meter": None,
            "trial_period_days": None,
            "usage_type": "metered" if offer.metered else "licensed",
        },
        "tax_behavior": "inclusive",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring",
        "unit_amount": offer.unit_amount,
        "unit_amount_decimal": str(offer.unit_amount),
    }


def coupon_object(books: Books, coupon: Coupon, currency: str) -> JSON:
    return {
        "id": coupon_id(coupon, currency),
        "object": "coupon",
        "amount_off": coupon.amount_off,
        "created": books.opened,
        "currency": currency if coupon.amount_off else None,
        "duration": coupon.duration,
        "duration_in_months": coupon.months,
        "livemode": books.livemode,
        "max_redemptions": None,
        "metadata": {},
        "name": coupon.key.title(),
        "percent_off": coupon.percent_off,
        "redeem_by": None,
        "times_redeemed": 1,
        "valid": True,
    }


def coupon_id(coupon: Coupon, currency: str) -> str:
    return f"{coupon.key}_{currency.upper()}" if coupon.amount_off else coupon.key
