"""One-off orders, day by day: how many, from whom, for what."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Final

from ingestion.sandbox.draws import poisson
from ingestion.sandbox.moments import HOUR, days, local_midnight
from ingestion.sandbox.payments.books import Books
from ingestion.sandbox.payments.charge_shape import Sale
from ingestion.sandbox.payments.customers import Customer, customer
from ingestion.sandbox.payments.fates import sell
from ingestion.sandbox.variants import Profile

#: Goods on the shelf in minor units, with how often they are put in a basket.
SHELF: Final = ((890, 10), (1250, 22), (1490, 20), (1690, 16), (2190, 12), (3450, 8), (5900, 5), (12_900, 2))
WEEKDAYS: Final = (1.1, 1.05, 1.0, 1.0, 1.15, 0.95, 0.75)
#: The year as seen from `as_of`: 0 is the last 30 days. Tied to it so that the story is the same in every season.
MONTHS: Final = (0.1, 0.3, -0.5, 0.8, 1.3, -0.2, -0.9, -1.2, -0.4, 0.2, 0.9, -0.4)
YEN_PER_CENT: Final = (8, 5)


def take_orders(books: Books, profile: Profile, *, first: date, last: date, as_of: date) -> None:
    """Every one-off order from `first` to `last`; the first day has one for sure, so that history starts there."""
    for day in days(first, last):
        ago = (as_of - day).days
        rng = books.draws.of("orders", ago)
        count = poisson(rng, _mean(profile, day, ago))
        for number in range(max(count, 1) if day == first else count):
            at = local_midnight(day, books.zone) + _second(rng)
            buyer = _buyer(books, profile, rng, f"{ago}/{number}", ago / max((as_of - first).days, 1))
            if at <= books.until:
                sell(books, profile, _sale(rng, buyer, f"order/{ago}/{number}"), at)


def _mean(profile: Profile, day: date, ago: int) -> float:
    grown = profile.yearly_growth ** (-ago / 365)
    season = 1 + profile.swing * MONTHS[(ago // 30) % 12]
    return profile.daily_orders * grown * season * WEEKDAYS[day.weekday()]


def _second(rng: Random) -> int:
    """A second of the day, between seven and eleven in the evening local time."""
    return int(rng.triangular(7 * HOUR, 23 * HOUR, 17 * HOUR))


def _buyer(books: Books, profile: Profile, rng: Random, order: str, youth: float) -> Customer:
    """`youth` is 1 on the first day and 0 at `as_of`: the circle of customers widens from a fifth to all of them."""
    if rng.random() < 0.09:
        return customer(books.draws, "guest", order, guest=True)
    known = max(8, int(profile.customers * (1 - 0.8 * youth)))
    return customer(books.draws, "regular", int(known * rng.random() ** 1.6))


def _sale(rng: Random, buyer: Customer, key: str) -> Sale:
    goods = rng.choices([price for price, _ in SHELF], [often for _, often in SHELF], k=rng.randint(1, 4))
    amount = sum(goods)
    if buyer.currency == "jpy":
        amount = amount * YEN_PER_CENT[0] // YEN_PER_CENT[1]
    method = "sepa_debit" if buyer.currency == "eur" and rng.random() < 0.04 else "card"
    return Sale(key, buyer, amount, buyer.currency, f"Order {key.replace('/', '-')}", method=method)
