"""Recurring revenue, in exact rationals. Rounding happens only where a figure is shown.

Source: payments.md § 12; movements as ChartMogul defines them, factors as dbt_stripe does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from fractions import Fraction

from analytics.payments.subscriptions.book import Billed, Discount, Item, MrrChange, Subscription

MONTHS_PER = {
    "month": Fraction(1),
    "year": Fraction(1, 12),
    "week": Fraction(52, 12),
    "day": Fraction(365, 12),
}
COUNTED = frozenset({"active", "past_due"})
EVER_PAID = COUNTED | {"canceled"}
LASTING = frozenset({"forever", "repeating"})


@dataclass(frozen=True, slots=True)
class Mrr:
    """Monthly recurring revenue in minor units, exact, and how many items lacked a price."""

    amount: Fraction
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class Movements:
    """How recurring revenue moved between two days. `closing` always equals opening plus all movements."""

    opening: Fraction = Fraction(0)
    new: Fraction = Fraction(0)
    expansion: Fraction = Fraction(0)
    contraction: Fraction = Fraction(0)
    churn: Fraction = Fraction(0)
    reactivation: Fraction = Fraction(0)
    closing: Fraction = Fraction(0)
    at_risk: Fraction = Fraction(0)
    customers: int = 0

    def plus(self, other: Movements, *, factor: Fraction) -> Movements:
        """These movements and those of another currency, converted by `factor`; customers are added up."""
        scaled = {
            item.name: getattr(self, item.name) + getattr(other, item.name) * factor
            for item in fields(self)
            if item.name != "customers"
        }
        return Movements(customers=self.customers + other.customers, **scaled)

    @property
    def arr(self) -> Fraction:
        return 12 * self.closing

    @property
    def quick_ratio(self) -> Fraction | None:
        """(new + expansion) ÷ (contraction + churn). None when nothing was lost."""
        lost = self.contraction + self.churn
        return (self.new + self.expansion) / lost if lost else None

    @property
    def net_revenue_retention(self) -> Fraction | None:
        """(opening + expansion − contraction − churn) ÷ opening. None when there was nothing to retain."""
        kept = self.opening + self.expansion - self.contraction - self.churn
        return kept / self.opening if self.opening else None


def item_mrr(item: Item) -> Fraction | None:
    """Unit amount × quantity × months factor. None when the price is missing; metered usage is 0."""
    if item.usage_type == "metered":
        return Fraction(0)
    if item.unit_amount is None:
        return None
    return item.unit_amount * item.quantity * MONTHS_PER[item.interval] / item.interval_count


def items_mrr(items: Iterable[Item], discounts: Iterable[Discount], *, day: date) -> Mrr:
    """MRR of billed items less the lasting discounts that run on `day`; never below zero.

    Percentages apply to the sum; an amount off is a monthly share by the longest interval billed.
    """
    billed = tuple(items)
    amounts = [item_mrr(item) for item in billed]
    total = sum((amount for amount in amounts if amount is not None), Fraction(0))
    months = max((_months(item) for item in billed), default=Fraction(1))
    for discount in discounts:
        if _runs(discount, day):
            total -= total * discount.percent_off / 100 + Fraction(discount.amount_off) / months
    return Mrr(max(total, Fraction(0)), sum(amount is None for amount in amounts))


def subscription_mrr(subscription: Subscription, *, day: date) -> Mrr:
    """What a subscription is worth a month on `day`.

    Counted: active and past due. A scheduled cancellation counts until the end date.
    Empty:   trialing, incomplete, paused, unpaid, canceled or ended subscriptions are worth 0.
    """
    over = subscription.ended is not None and subscription.ended <= day
    if over or subscription.status not in COUNTED:
        return Mrr(Fraction(0))
    return items_mrr(subscription.items, subscription.discounts, day=day)


def changes(subscription: Subscription, invoices: Sequence[Billed]) -> tuple[MrrChange, ...]:
    """When the worth of one subscription changed, ascending: from what was invoiced, then until it ended.

    The last invoiced quantity and price are carried until the next invoice, so the edge of a billing period
    moves nothing. Without a recurring invoice the current items count from the start (or the end of the
    trial). A subscription that is unpaid, paused or never completed is worth nothing from its last invoice
    on.
    """
    steps: dict[date, Fraction] = {}
    for invoice in sorted(invoices, key=lambda invoice: invoice.day):
        if subscription.trial_ends is None or invoice.day >= subscription.trial_ends:
            steps[invoice.day] = items_mrr(invoice.items, invoice.discounts, day=invoice.day).amount
    begins = subscription.trial_ends or subscription.started
    if not steps and begins is not None and subscription.status in EVER_PAID:
        steps[begins] = items_mrr(subscription.items, subscription.discounts, day=begins).amount
    if steps and subscription.status not in EVER_PAID:
        steps[max(steps)] = Fraction(0)
    if subscription.ended is not None:
        steps = {day: mrr for day, mrr in steps.items() if day < subscription.ended}
        steps[subscription.ended] = Fraction(0)
    return tuple(
        MrrChange(day, subscription.customer, subscription.id, subscription.currency, mrr, _at_risk(subscription))
        for day, mrr in sorted(steps.items())
    )


def movements(history: Iterable[MrrChange], *, start: date, end: date) -> Movements:
    """Movements per customer in [start, end), from all changes since the beginning, in one currency.

    All changes of a customer on one day are one movement, so a switch of plan is an expansion or a
    contraction.
    """
    book: dict[str, dict[str, MrrChange]] = {}
    once_paid: set[str] = set()
    moved = dict.fromkeys(("new", "expansion", "contraction", "churn", "reactivation"), Fraction(0))
    opening = Fraction(0)
    for (day, customer), step in _by_day_and_customer(history, end):
        held = book.setdefault(customer, {})
        before = _worth(held)
        held.update({change.subscription: change for change in step})
        after = _worth(held)
        if day < start:
            opening += after - before
        elif after != before:
            moved[_kind(before, after, returning=customer in once_paid)] += abs(after - before)
        if after:
            once_paid.add(customer)
    closing = sum((_worth(held) for held in book.values()), Fraction(0))
    live = [change for held in book.values() for change in held.values() if change.mrr]
    at_risk = sum((change.mrr for change in live if change.at_risk), Fraction(0))
    paying = len({change.customer for change in live})
    return Movements(opening=opening, closing=closing, at_risk=at_risk, customers=paying, **moved)


def _by_day_and_customer(
    history: Iterable[MrrChange], end: date
) -> list[tuple[tuple[date, str], tuple[MrrChange, ...]]]:
    groups: dict[tuple[date, str], list[MrrChange]] = {}
    for change in sorted(history, key=lambda change: (change.day, change.customer, change.subscription)):
        if change.day < end:
            groups.setdefault((change.day, change.customer), []).append(change)
    return [(key, tuple(group)) for key, group in groups.items()]


def _kind(before: Fraction, after: Fraction, *, returning: bool) -> str:
    if before == 0:
        return "reactivation" if returning else "new"
    if after == 0:
        return "churn"
    return "expansion" if after > before else "contraction"


def _worth(held: Mapping[str, MrrChange]) -> Fraction:
    return sum((change.mrr for change in held.values()), Fraction(0))


def _months(item: Item) -> Fraction:
    return item.interval_count / MONTHS_PER[item.interval]


def _runs(discount: Discount, day: date) -> bool:
    begun = discount.starts is None or discount.starts <= day
    return discount.duration in LASTING and begun and (discount.ends is None or day < discount.ends)


def _at_risk(subscription: Subscription) -> bool:
    return subscription.status == "past_due"
