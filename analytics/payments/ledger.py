"""What the formulas of this desk read: totals as of a day, already small, whatever the size of the ledger.

All money is in integer minor units of the row's own currency. All rows lie before the `as_of` day they were
read for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from accounts.money import exponent
from analytics.figures import half_up
from analytics.payments.subscriptions.book import MrrChange

RATE_GOOD_FOR = timedelta(days=7)  # reference rates pause at week-ends and holidays


@dataclass(frozen=True, slots=True)
class DayTotals:
    """One day in one currency. Refunds, disputes and cost are positive when money left the business.

    `charges` counts successful charges, `failed` failed attempts, `chargebacks` those opened on this day,
    `chargebacks_by_charge_date` those about charges of this day, `financing` advances received or repaid.
    """

    day: date
    currency: str
    gross: int = 0
    refunds: int = 0
    disputes: int = 0
    cost: int = 0
    financing: int = 0
    charges: int = 0
    failed: int = 0
    chargebacks: int = 0
    chargebacks_by_charge_date: int = 0

    @property
    def net(self) -> int:
        return self.gross - self.refunds - self.disputes


@dataclass(frozen=True, slots=True)
class Rates:
    """Daily reference rates: units of a currency for one euro.

    The latest within a week before the day counts.
    """

    per_eur: Mapping[str, tuple[tuple[date, Decimal], ...]] = field(default_factory=dict)  # ascending by day

    def on(self, currency: str, day: date) -> Decimal | None:
        """Units of `currency` for one euro on `day`. None when no rate is known within the week before."""
        if currency == "eur":
            return Decimal(1)
        best: Decimal | None = None
        for known, rate in self.per_eur.get(currency, ()):
            if known > day:
                break
            if day - known <= RATE_GOOD_FOR:
                best = rate
        return best

    def factor(self, source: str, target: str, day: date) -> Fraction | None:
        """Minor units of `target` for one minor unit of `source` on `day`, exact.

        None when a rate is missing.
        """
        if source == target:
            return Fraction(1)
        of_source, of_target = self.on(source, day), self.on(target, day)
        if not of_source or not of_target:
            return None
        scale = Fraction(10) ** (exponent(target) - exponent(source))
        return Fraction(of_target) / Fraction(of_source) * scale

    def convert(self, amount: int, source: str, target: str, day: date) -> int | None:
        """`amount` in minor units of `target`, rounded half up.

        None when a rate is missing: never a guess of 1.
        """
        factor = self.factor(source, target, day)
        return None if factor is None else half_up(amount * factor)


@dataclass(frozen=True, slots=True)
class PayerWindow:
    """Who paid in the last 365 days, in the headline currency, and how many distinct payers in the last
    90.
    """

    n: int = 0
    gross: int = 0
    top: tuple[int, ...] = ()  # the ten largest, descending
    sum_of_squares: int = 0
    active_90: int = 0

    @classmethod
    def from_amounts(cls, amounts: Mapping[str, int], *, active_90: int) -> PayerWindow:
        largest = sorted(amounts.values(), reverse=True)[:10]
        squares = sum(amount * amount for amount in amounts.values())
        return cls(len(amounts), sum(amounts.values()), tuple(largest), squares, active_90)


@dataclass(frozen=True, slots=True)
class IntentCounts:
    """Decided payment intents of the last 30 days, and those of them that never succeeded.

    An intent whose only charge is pending or waits for capture is not decided yet.
    """

    intents: int = 0
    unsuccessful: int = 0


@dataclass(frozen=True, slots=True)
class DisputeTotals:
    """Outcomes by close date in the last 365 days, and what is still open as (currency, minor units)."""

    won: int = 0
    lost: int = 0
    open_count: int = 0
    open_exposure: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PayoutDay:
    """Payouts by arrival date: counts of paid, failed, and of negative ones (pulled from the bank)."""

    day: date
    paid: int = 0
    failed: int = 0
    negative: int = 0


@dataclass(frozen=True, slots=True)
class BrandMonth:
    """One card brand in one calendar month (`month` is its first day).

    `disputes` counts every dispute, inquiries included; `chargebacks` only those the networks count as such.
    `contested_usd_minor` is the amount of fraud reports and disputes in US cents, None when unknown.
    """

    month: date
    brand: str
    charges: int = 0
    charges_cnp: int = 0
    chargebacks: int = 0
    disputes: int = 0
    fraud_warnings: int = 0
    contested_usd_minor: int | None = None


@dataclass(frozen=True, slots=True)
class AccountState:
    """What the provider allows, the most restricted of several accounts.

    `region` is a programme region or empty.
    """

    charges_enabled: bool = True
    payouts_enabled: bool = True
    disabled_reason: str = ""
    currently_due: tuple[str, ...] = ()
    past_due: tuple[str, ...] = ()
    region: Literal["", "mena"] = ""

    @property
    def restricted(self) -> bool:
        return not self.charges_enabled or not self.payouts_enabled or bool(self.disabled_reason)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything the metrics of one business need as of one day; `currency` is the headline currency.

    `days` reach back at least 16 months. `first_charge` and `last_charge` are the days of the first and last
    successful charge ever seen before `as_of`; None when there was none.
    """

    currency: str
    days: tuple[DayTotals, ...] = ()
    first_charge: date | None = None
    last_charge: date | None = None
    rates: Rates = field(default_factory=Rates)
    payers: PayerWindow = field(default_factory=PayerWindow)
    intents: IntentCounts = field(default_factory=IntentCounts)
    disputes: DisputeTotals = field(default_factory=DisputeTotals)
    payouts: tuple[PayoutDay, ...] = ()
    brands: tuple[BrandMonth, ...] = ()
    held: tuple[tuple[str, int], ...] = ()
    account: AccountState | None = None
    mrr_changes: tuple[MrrChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Converted:
    """Day totals in the headline currency, and the currencies that had to be left out for want of a rate."""

    days: tuple[DayTotals, ...]
    missing: tuple[str, ...] = ()


MONEY_FIELDS = ("gross", "refunds", "disputes", "cost", "financing")
COUNT_FIELDS = ("charges", "failed", "chargebacks", "chargebacks_by_charge_date")


def converted(days: Iterable[DayTotals], *, currency: str, rates: Rates) -> Converted:
    """One row a day in `currency`, ascending, each amount converted at its own day's rate and rounded half
    up.

    Empty:  amounts without a rate are left out and their currency is named; counts are always kept.
    """
    totals: dict[date, dict[str, int]] = {}
    missing: set[str] = set()
    for row in sorted(days, key=lambda row: (row.day, row.currency)):
        total = totals.setdefault(row.day, dict.fromkeys((*MONEY_FIELDS, *COUNT_FIELDS), 0))
        for name in COUNT_FIELDS:
            total[name] += getattr(row, name)
        amounts = {name: getattr(row, name) for name in MONEY_FIELDS if getattr(row, name)}
        factor = rates.factor(row.currency, currency, row.day) if amounts else Fraction(1)
        if factor is None:
            missing.add(row.currency)
            continue
        for name, amount in amounts.items():
            total[name] += half_up(amount * factor)
    rows = tuple(DayTotals(day, currency, **total) for day, total in sorted(totals.items()))
    return Converted(rows, tuple(sorted(missing)))
