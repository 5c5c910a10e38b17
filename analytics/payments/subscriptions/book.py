"""Subscriptions as the formulas see them: what is billed, how often, and when that changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

Interval = Literal["day", "week", "month", "year"]


@dataclass(frozen=True, slots=True)
class Item:
    """One billed line.

    `unit_amount` is in minor units, possibly with a part of one; None when the price is missing.
    """

    unit_amount: Fraction | None
    quantity: int
    interval: Interval
    interval_count: int = 1
    usage_type: str = "licensed"


@dataclass(frozen=True, slots=True)
class Discount:
    """A coupon on a subscription.

    `ends` is exclusive; None runs on. Only `forever` and `repeating` count for MRR.
    """

    duration: str
    percent_off: Fraction = Fraction(0)
    amount_off: int = 0
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """The state of one subscription. `ended` is the day it stopped for good, None while it may still run."""

    id: str
    customer: str
    status: str
    currency: str
    items: tuple[Item, ...]
    discounts: tuple[Discount, ...] = ()
    started: date | None = None
    trial_ends: date | None = None
    ended: date | None = None


@dataclass(frozen=True, slots=True)
class Billed:
    """A recurring invoice: from `day` on, the subscription is billed for these items."""

    day: date
    items: tuple[Item, ...]
    discounts: tuple[Discount, ...] = ()


@dataclass(frozen=True, slots=True)
class MrrChange:
    """From `day` on, `subscription` of `customer` is worth `mrr` minor units of `currency` a month."""

    day: date
    customer: str
    subscription: str
    currency: str
    mrr: Fraction
    at_risk: bool = False
