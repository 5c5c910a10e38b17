"""What an order means: a pure function of one reading and the catalogue, and which of two readings holds.

Nothing here asks in which order news came. Each reading is the whole order, readings have a total order, and the
greatest holds: so any order and any repetition of webhooks and polls ends in the same state.
Source: payments.md § 16, trading.md § 10; Odoo's `sale.order.state`, where `sale` is confirmed and not paid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from billing.orders.months import Period, paid_periods
from billing.orders.reading import Line, OrderReading

WAITING, PARTLY_PAID, PAID = "waiting", "partly_paid", "paid"
REFUNDED, CANCELLED = "refunded", "cancelled"
#: Between two readings of the same moment, the more final one holds.
FINALITY: Final = {WAITING: 0, PARTLY_PAID: 1, PAID: 2, REFUNDED: 3, CANCELLED: 4}
SUBSCRIPTION, ONE_OFF = "subscription", "one_off"
#: A late renewal keeps its access this long and is no pause; the same as after a failed payment at Stripe.
GRACE: Final = timedelta(days=7)
#: What a person cannot wave through, because there would still be nothing to give or nobody to give it to.
NOT_ACCEPTABLE: Final = frozenset({"unknown_sku", "no_email"})


@dataclass(frozen=True, slots=True)
class Price:
    """A price of a plan in minor units excluding tax; `retired_at` is when it stopped being offered."""

    currency: str
    amount: int
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a SKU stands for. kind "" is a product that opens nothing, such as shipping."""

    plan: str
    kind: str
    interval: str = ""
    prices: tuple[Price, ...] = ()
    retired_at: datetime | None = None


IGNORED: Final = Terms("", "")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing an order buys."""

    line: int
    plan: str
    kind: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an order means now.

    status:  waiting, partly_paid, paid, refunded or cancelled.
    park:    a code when a person has to decide first, else "".
    items:   what is bought; empty while parked by something that leaves it open.
    periods: paid months or years of the subscription, oldest first; those that were refunded are not among them.
    until:   end of access for the subscription, grace included; None where no period is paid.
    """

    status: str
    park: str = ""
    why: str = ""
    items: tuple[Item, ...] = ()
    periods: tuple[Period, ...] = ()
    until: datetime | None = None
    paid: int = 0
    refunded: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """A reading's place among all readings of the same order: what was written later holds, of the same second what
    was read later, of the same moment what is more final."""

    version: datetime
    observed_at: datetime
    finality: int
    mark: str

    @property
    def key(self) -> tuple[datetime, datetime, int, str]:
        return self.version, self.observed_at, self.finality, self.mark


def seen(reading: OrderReading, *, observed_at: datetime) -> Seen:
    return Seen(reading.version, observed_at, FINALITY[status_of(reading)], reading.mark)


def holds(new: Seen, held: Seen | None) -> bool:
    """Whether a reading takes the place of the one that is held; False for the very same one again."""
    return held is None or new.key > held.key


def status_of(reading: OrderReading) -> str:
    """The state of an order by what arrived and what went back; `state` matters only where it says cancelled."""
    if reading.state == "cancel":
        return CANCELLED
    gross = sum(payment.amount for payment in reading.payments)
    net = sum(payment.amount for payment in reading.payments if not payment.is_returned)
    if gross <= 0:
        return WAITING
    if net <= 0:
        return REFUNDED
    return PAID if net >= reading.total else PARTLY_PAID


def decide(reading: OrderReading, catalogue: Mapping[str, Terms], *, accepted: bool = False) -> Verdict:
    """The meaning of a reading. `accepted` is a person's word for exactly this reading.

    Only orders with money are parked: an unpaid cart asks nothing of anybody.
    """
    status = status_of(reading)
    paid = sum(payment.amount for payment in reading.payments)
    refunded = sum(payment.refunded for payment in reading.payments)
    code, why = _doubt(reading, catalogue) if status in (PAID, PARTLY_PAID) else ("", "")
    if code and not (accepted and code not in NOT_ACCEPTABLE):
        return Verdict(status, code, why, paid=paid, refunded=refunded)
    items = tuple(_items(reading, catalogue))
    periods = _periods(reading, catalogue) if status == PAID else ()
    return Verdict(status, items=items, periods=periods, until=_until(reading, periods), paid=paid, refunded=refunded)


def _items(reading: OrderReading, catalogue: Mapping[str, Terms]) -> list[Item]:
    known = ((line, catalogue.get(line.sku, IGNORED)) for line in reading.lines)
    return [Item(line.id, terms.plan, terms.kind) for line, terms in known if terms.kind]


def _doubt(reading: OrderReading, catalogue: Mapping[str, Terms]) -> tuple[str, str]:
    """(code, sentence) of the first thing that does not fit, or two empty texts."""
    for line in reading.lines:
        if line.sku not in catalogue:
            named = f"SKU {line.sku!r}" if line.sku else f"a product without SKU ({line.name[:60]})"
            return "unknown_sku", f"The order has {named}, which no plan stands for."
    for line in reading.lines:
        if found := _price_doubt(line, catalogue[line.sku], reading):
            return found
    if any(payment.currency != reading.currency for payment in reading.payments):
        return "payment_currency", "It was paid in another currency than it was ordered in."
    if any(0 < payment.refunded < payment.amount for payment in reading.payments):
        return "partial_refund", "A part of a payment went back; whether access goes on is for a person to say."
    if not reading.email:
        return "no_email", "The customer has no e-mail address in Odoo."
    return "", ""


def _price_doubt(line: Line, terms: Terms, reading: OrderReading) -> tuple[str, str] | None:
    if not terms.kind:
        return None
    if line.quantity != Decimal(1):
        return "quantity", f"Line {line.id} has a quantity of {line.quantity:f}; a plan is sold once."
    if terms.retired_at is not None and terms.retired_at <= reading.ordered_at:
        return "plan_retired", f"{terms.plan} was not on sale any more when it was ordered."
    offered = [price for price in terms.prices if price.currency == reading.currency]
    if not offered:
        return "currency_not_offered", f"{terms.plan} is not offered in {reading.currency.upper()}."
    then = [price.amount for price in offered if price.retired_at is None or price.retired_at > reading.ordered_at]
    if line.subtotal not in then:
        asked = " or ".join(str(amount) for amount in then) or "nothing"
        return (
            "amount_mismatch",
            f"{terms.plan} costs {asked} {reading.currency.upper()} (minor units), not {line.subtotal}.",
        )
    return None


def _periods(reading: OrderReading, catalogue: Mapping[str, Terms]) -> tuple[Period, ...]:
    """Paid periods of the subscription lines; renewals pay for those lines alone."""
    recurring = [line for line in reading.lines if catalogue.get(line.sku, IGNORED).kind == SUBSCRIPTION]
    if not recurring:
        return ()
    interval = catalogue[recurring[0].sku].interval
    return paid_periods(
        [payment for payment in reading.payments if not payment.is_returned],
        first=reading.total, renewal=sum(line.total for line in recurring), interval=interval, grace=GRACE,
    )  # fmt: skip


def _until(reading: OrderReading, periods: tuple[Period, ...]) -> datetime | None:
    """The end of access: the last paid period, and the grace unless the newest payment went back."""
    if not periods:
        return None
    newest = max(reading.payments, key=lambda payment: (payment.paid_at, payment.ref))
    return periods[-1].ends_at + (timedelta(0) if newest.is_returned else GRACE)
