"""The companies one can connect, as profiles: what they sell, how much, and what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

VARIANTS: Final = ("established", "declining", "young", "restricted", "showroom")
SIZES: Final = ("small", "demo")


@dataclass(frozen=True, slots=True)
class Profile:
    """One company before any draw is made.

    daily_orders:   one-off orders on an average day at `as_of`.
    yearly_growth:  factor per year: 1.1 grows by a tenth, 0.6 shrinks by two fifths.
    swing:          how far the months lie from the year's average, 0 is even.
    subscribers:    subscriptions ever sold.
    payouts:        per settlement currency the weekdays (Monday = 0) of automatic payouts.
    wholesale:      one big order that is returned later, minor units of USD.
    eventful:       whether the scripted incidents of `incidents.py` happen.
    listed:         whether the consent page offers it; an account belongs to one business, so the demo has its own.
    """

    key: str
    name: str
    descriptor: str
    blurb: str
    months: int = 26
    daily_orders: float = 4.9
    yearly_growth: float = 0.77
    swing: float = 0.6
    customers: int = 420
    subscribers: int = 170
    refund_rate: float = 0.11
    dispute_rate: float = 0.011
    failure_rate: float = 0.075
    payouts: tuple[tuple[str, tuple[int, ...]], ...] = (("eur", (0,)), ("usd", (3,)))
    payouts_paused_for: int = 0
    eventful: bool = True
    wholesale: int = 520_000
    has_advance: bool = False
    country: str = "DE"
    zone: str = "Europe/Berlin"
    default_currency: str = "eur"
    listed: bool = True


ESTABLISHED: Final = Profile(
    "established", "Harbourlight Coffee", "HARBOURLIGHT COFFEE", "26 months, two currencies, disputes a bit high"
)
DECLINING: Final = Profile(
    "declining",
    "Fable & Thread",
    "FABLE AND THREAD",
    "30 months, sales falling by two fifths a year, an advance being repaid",
    months=30,
    daily_orders=1.9,
    yearly_growth=0.48,
    swing=0.12,
    refund_rate=0.04,
    dispute_rate=0.002,
    subscribers=14,
    eventful=False,
    has_advance=True,
)
YOUNG: Final = Profile(
    "young",
    "Sprout Supply",
    "SPROUT SUPPLY",
    "two months old, paid out daily",
    months=2,
    daily_orders=3.0,
    yearly_growth=6.0,
    swing=0.0,
    customers=90,
    subscribers=18,
    refund_rate=0.03,
    dispute_rate=0.002,
    payouts=(("eur", (0, 1, 2, 3, 4)), ("usd", (0, 1, 2, 3, 4))),
    eventful=False,
)
RESTRICTED: Final = Profile(
    "restricted",
    "Copperline Tools",
    "COPPERLINE TOOLS",
    "14 months, payouts switched off until its owner is verified",
    months=14,
    daily_orders=2.4,
    subscribers=24,
    customers=160,
    refund_rate=0.05,
    dispute_rate=0.004,
    payouts_paused_for=21,
    eventful=False,
)
SHOWROOM: Final = replace(
    ESTABLISHED,
    key="showroom",
    name="Lantern Street Roasters",
    descriptor="LANTERN STREET",
    blurb="what the demo business is connected to",
    listed=False,
)
PROFILES: Final = {profile.key: profile for profile in (ESTABLISHED, DECLINING, YOUNG, RESTRICTED, SHOWROOM)}


def profile_of(variant: str, size: str) -> Profile:
    """The profile of `variant`; `small` keeps every kind of event but only a few hundred ledger rows."""
    if variant not in PROFILES:
        raise ValueError(f"unknown variant {variant!r}; there are {', '.join(VARIANTS)}")
    if size not in SIZES:
        raise ValueError(f"unknown size {size!r}; there are {', '.join(SIZES)}")
    profile = PROFILES[variant]
    if size == "demo":
        return profile
    return replace(
        profile, months=min(profile.months, 14), daily_orders=0.35, customers=30, subscribers=12, wholesale=60_000
    )
