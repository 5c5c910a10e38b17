"""Who buys: customers with cards, the odd wholesale account, and guests without an account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ingestion.sandbox.draws import ALPHABET, Draws

BRANDS: Final = (("visa", 56), ("mastercard", 32), ("amex", 9), ("discover", 3))
MARKETS: Final = (("eur", "DE", 58), ("usd", "US", 28), ("gbp", "GB", 11), ("jpy", "JP", 3))
GIVEN: Final = [
    "Ada",
    "Bruno",
    "Clara",
    "Deniz",
    "Emil",
    "Fatima",
    "Goran",
    "Hana",
    "Ida",
    "Jonas",
    "Kira",
    "Luca",
    "Maya",
    "Nils",
    "Olga",
    "Pavel",
    "Rosa",
    "Sven",
]
FAMILY: Final = [
    "Adler",
    "Brandt",
    "Costa",
    "Dubois",
    "Ekman",
    "Ferrari",
    "Graf",
    "Hansen",
    "Ito",
    "Jansen",
    "Keller",
    "Lopez",
    "Moreau",
    "Novak",
    "Okafor",
]
LAST4: Final = {"visa": "4242", "mastercard": "4444", "amex": "0005", "discover": "9424"}


@dataclass(frozen=True, slots=True)
class Customer:
    """A payer; `id` is None for a guest, who is then known by the card's fingerprint only."""

    id: str | None
    name: str
    email: str
    currency: str
    country: str
    brand: str
    fingerprint: str
    last4: str
    joined_at: int = 0

    @property
    def payer(self) -> str:
        return self.id or self.fingerprint


def customer(draws: Draws, *key: object, guest: bool = False, currency: str = "", brand: str = "") -> Customer:
    """The customer named `key`; the same key is always the same person."""
    rng = draws.of("customer", *key)
    market = rng.choices(MARKETS, [weight for *_, weight in MARKETS])[0]
    money, country = (currency, _country(currency)) if currency else market[:2]
    brand = brand or rng.choices([name for name, _ in BRANDS], [weight for _, weight in BRANDS])[0]
    given, family = rng.choice(GIVEN), rng.choice(FAMILY)
    number = rng.randrange(100, 1000)
    return Customer(
        id=None if guest else draws.id("cus", "customer", *key),
        name=f"{given} {family}",
        email=f"{given}.{family}{number}@example.com".lower(),
        currency=money,
        country=country,
        brand=brand,
        fingerprint="".join(rng.choices(ALPHABET, k=16)),
        last4=LAST4[brand],
    )


def _country(currency: str) -> str:
    return next(country for money, country, _ in MARKETS if money == currency)
