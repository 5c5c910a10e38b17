"""Loyalty of one business, for the overview's countdown, the console and the job that records unlocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from accounts.models import Business, Desk
from billing.loyalty.calc import Month, PerkTerms, Standing, standing
from billing.models import Invoice, PaidMonth, Perk, Subscription
from billing.orders.months import MONTHS, add_months

_DAY: Final = timedelta(days=1)
_MEAN_MONTH: Final = timedelta(days=30, hours=10, minutes=30)


@dataclass(frozen=True, slots=True)
class PerkView:
    """A perk as a page shows it. `reached_at` is empty while it is not reached."""

    key: str
    name: str
    text: str
    after_months: int
    reached_at: datetime | None


@dataclass(frozen=True, slots=True)
class Loyalty:
    """Paid months that are over, every perk in order, and the next one with what is left until it.

    Empty:  months 0 and no `next_at` for a business that never paid for the trading desk.
    """

    months: int
    perks: tuple[PerkView, ...]
    next: PerkView | None
    months_left: int
    next_at: datetime | None
    as_of: datetime

    @property
    def days_left(self) -> int | None:
        """Whole days until the next perk, begun ones counted; None while no paid month is running."""
        return None if self.next_at is None else -((self.as_of - self.next_at) // _DAY)


def loyalty(business: Business, *, as_of: datetime) -> Loyalty:
    """Where `business` stands. At most four queries, whatever the length of its history."""
    perks = list(Perk.objects.all())
    found = standing_of(business, perks, as_of=as_of)
    reached = {perk.key: perk.at for perk in found.reached}
    views = tuple(
        PerkView(perk.key, perk.name, perk.text, perk.after_months, reached.get(perk.key))
        for perk in perks
        if perk.retired_at is None or perk.key in reached
    )
    coming = next((view for view in views if view.key == found.next_key), None)
    return Loyalty(found.months, views, coming, found.months_left, found.next_at, as_of)


def standing_of(business: Business, perks: list[Perk], *, as_of: datetime) -> Standing:
    """The pure result for `business`. A retired perk is kept by who reached it before, and reached by nobody after."""
    months = ledger(business)
    terms = [PerkTerms(perk.key, perk.after_months) for perk in perks if perk.retired_at is None]
    found = standing(months, terms, as_of=as_of)
    kept = [perk for perk in perks if perk.retired_at is not None]
    if not kept:
        return found
    old = [
        reached
        for perk in kept
        for reached in standing(months, [PerkTerms(perk.key, perk.after_months)], as_of=as_of).reached
        if perk.retired_at is not None and reached.at <= perk.retired_at
    ]
    reached_all = tuple(sorted([*found.reached, *old], key=lambda one: (one.at, one.key)))
    return Standing(found.months, reached_all, found.next_key, found.months_left, found.next_at)


def ledger(business: Business) -> list[Month]:
    """Every paid month of the trading desk: of Odoo orders, and of Stripe invoices that were paid.

    At most three queries. A paid year is twelve months. Invoices of nothing (trials, credits) count for nothing.
    """
    odoo = PaidMonth.objects.of(business).values_list("starts_at", "ends_at")
    months = [month for starts, ends in odoo for month in _split(starts, ends)]
    subscriptions = Subscription.objects.of(business).filter(plan__desk=Desk.TRADING)
    steps = {row.stripe_id: MONTHS.get(row.interval, 1) for row in subscriptions}
    if not steps:
        return months
    paid = Invoice.objects.of(business).filter(subscription__in=steps, status="paid", amount_paid__gt=0)
    for invoice in paid.order_by("issued_at", "pk"):
        starts = invoice.paid_at or invoice.issued_at
        months += _split(starts, add_months(starts, steps[invoice.subscription]))
    return months


def _split(starts: datetime, ends: datetime) -> list[Month]:
    """A stretch as months: a year as twelve, the last one ending where the stretch does."""
    count = max(1, round((ends - starts) / _MEAN_MONTH))
    edges = [add_months(starts, number) for number in range(count)] + [ends]
    return [Month(edges[number], edges[number + 1]) for number in range(count)]
