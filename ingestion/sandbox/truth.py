"""The known answers: what analytics should find in the company's data, computed from its own diary."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.sandbox.journal import Attempt, Booking, DisputeStep, Journal, PayoutStep, RecurringStep
from ingestion.sandbox.moments import local_date, local_midnight

OPEN = frozenset({"needs_response", "warning_needs_response", "appeal_needs_response"})


@dataclass(frozen=True, slots=True)
class MonthMoney:
    """One month in one settlement currency, minor units; refunds, disputes and cost as positive losses."""

    gross: int = 0
    refunds: int = 0
    disputes: int = 0
    cost: int = 0

    @property
    def net(self) -> int:
        """Before fees, as payments.md § 10 defines net revenue."""
        return self.gross - self.refunds - self.disputes


@dataclass(frozen=True, slots=True)
class OpenDispute:
    id: str
    status: str
    amount: int
    currency: str
    due_by: int | None


@dataclass(frozen=True, slots=True)
class Truth:
    """Known answers as of the exclusive local `day`; every window is [day − N, day) in the account's zone.

    money:              (month "2026-05", currency) → MonthMoney; the month of `day` is partial.
    balances:           currency → Σ net of all ledger rows, minor units.
    charges:            month → captured successful charges by charge date; `failed` likewise.
    chargebacks:        month → chargebacks by dispute date; `chargebacks_by_charge` by charge date.
    refunds_90, gross_90: per currency, for the refund ratio.
    intents_30:         (payment intents without success, payment intents tried).
    payouts_180:        (failed, paid) by arrival date; the `…_payouts_60` are ids, by creation.
    gross_by_payer_365: (payer, currency) → gross.
    mrr:                currency → exact minor units a month; `mrr_by_month` at the end of each whole month.
    """

    day: date
    first_charge: date | None
    money: dict[tuple[str, str], MonthMoney]
    balances: dict[str, int]
    charges: Counter[str]
    failed: Counter[str]
    charges_180: int
    disputes: Counter[str]
    chargebacks: Counter[str]
    chargebacks_by_charge: Counter[str]
    chargebacks_180: int
    open_disputes: tuple[OpenDispute, ...]
    refunds_90: dict[str, int]
    gross_90: dict[str, int]
    intents_30: tuple[int, int]
    payouts_180: tuple[int, int]
    failed_payouts_60: tuple[str, ...]
    negative_payouts_60: tuple[str, ...]
    negative_payouts: tuple[str, ...]
    gross_by_payer_365: dict[tuple[str, str], int]
    payers_90: int
    mrr: dict[str, Fraction]
    mrr_by_month: dict[tuple[str, str], Fraction]

    @property
    def history_months(self) -> int:
        """Largest n with first charge date + n months ≤ day; 0 without a charge."""
        if self.first_charge is None:
            return 0
        start = self.first_charge
        whole = (self.day.year - start.year) * 12 + self.day.month - start.month
        return whole - (self.day.day < start.day)


def known_truth(journal: Journal, day: date, zone: ZoneInfo) -> Truth:
    """Read the diary up to `day`; disputes and payouts with the status they had by then."""
    clock = _Clock(day, zone)
    bookings = [entry for entry in journal.bookings if entry.at < clock.end]
    attempts = list({entry.charge: entry for entry in _by_time(journal.attempts, clock)}.values())
    paid = [entry for entry in attempts if entry.succeeded]
    disputes = list({entry.dispute: entry for entry in journal.disputes if entry.at < clock.end}.values())
    counted = [entry for entry in disputes if entry.is_chargeback]
    payouts = list({entry.payout: entry for entry in journal.payouts if entry.at < clock.end}.values())
    return Truth(
        day=day,
        first_charge=min((clock.day(entry.at) for entry in paid), default=None),
        money=_money(bookings, clock),
        balances=_balances(bookings),
        charges=Counter(clock.month(entry.at) for entry in paid),
        failed=Counter(clock.month(entry.at) for entry in attempts if not entry.succeeded),
        charges_180=sum(clock.within(entry.at, 180) for entry in paid),
        disputes=Counter(entry.status for entry in disputes),
        chargebacks=Counter(clock.month(entry.opened_at) for entry in counted),
        chargebacks_by_charge=Counter(clock.month(entry.charged_at) for entry in counted),
        chargebacks_180=sum(clock.within(entry.opened_at, 180) for entry in counted),
        open_disputes=_open(disputes),
        refunds_90={name: -value for name, value in _sums(bookings, clock, "refund", 90).items()},
        gross_90=_sums(bookings, clock, "gross", 90),
        intents_30=_intents([entry for entry in attempts if clock.within(entry.at, 30)]),
        payouts_180=_payouts(payouts, clock),
        failed_payouts_60=_named(payouts, journal, clock, lambda entry: entry.status == "failed"),
        negative_payouts_60=_named(payouts, journal, clock, lambda entry: entry.amount < 0),
        negative_payouts=tuple(sorted(entry.payout for entry in payouts if entry.amount < 0)),
        gross_by_payer_365=_by_payer(bookings, clock),
        payers_90=len({entry.customer for entry in paid if clock.within(entry.at, 90)}),
        mrr=_mrr(journal.recurring, clock.end),
        mrr_by_month=_mrr_by_month(journal.recurring, bookings, clock),
    )


def as_json(truth: Truth) -> dict[str, Any]:
    """The truth for a program: dates in ISO form, keys joined by "/", exact fractions as "7/3"."""
    plain: dict[str, Any] = _plain({name: getattr(truth, name) for name in truth.__slots__})
    return plain | {"history_months": truth.history_months}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {"/".join(key) if isinstance(key, tuple) else str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (MonthMoney, OpenDispute)):
        net = {"net": value.net} if isinstance(value, MonthMoney) else {}
        return {name: getattr(value, name) for name in value.__slots__} | net
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, (date, Fraction)) else value


class _Clock:
    """Days and windows where the account lives."""

    def __init__(self, day: date, zone: ZoneInfo) -> None:
        self.zone, self.today, self.end = zone, day, local_midnight(day, zone)
        self.months: dict[int, str] = {}

    def day(self, at: int) -> date:
        return local_date(at, self.zone)

    def month(self, at: int) -> str:
        hour = at // 3600
        if hour not in self.months:
            self.months[hour] = f"{self.day(at):%Y-%m}"
        return self.months[hour]

    def within(self, at: int, days: int) -> bool:
        return local_midnight(self.today - timedelta(days=days), self.zone) <= at < self.end


def _by_time(attempts: Iterable[Attempt], clock: _Clock) -> list[Attempt]:
    return sorted((entry for entry in attempts if entry.known_at < clock.end), key=lambda entry: entry.known_at)


def _money(bookings: Iterable[Booking], clock: _Clock) -> dict[tuple[str, str], MonthMoney]:
    sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for entry in bookings:
        sign = 1 if entry.bucket == "gross" else -1
        if entry.bucket == "cost":
            sign = 1 if entry.is_fee else -1
        sums[clock.month(entry.at), entry.currency][entry.bucket] += sign * entry.amount
    return {
        key: MonthMoney(gross=part["gross"], refunds=part["refund"], disputes=part["dispute"], cost=part["cost"])
        for key, part in sorted(sums.items())
    }


def _balances(bookings: Iterable[Booking]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for entry in bookings:
        sums[entry.currency] += -entry.amount if entry.is_fee else entry.amount
    return dict(sums)


def _sums(bookings: Iterable[Booking], clock: _Clock, bucket: str, days: int) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for entry in bookings:
        if entry.bucket == bucket and clock.within(entry.at, days):
            sums[entry.currency] += entry.amount
    return dict(sums)


def _by_payer(bookings: Iterable[Booking], clock: _Clock) -> dict[tuple[str, str], int]:
    sums: Counter[tuple[str, str]] = Counter()
    for entry in bookings:
        if entry.bucket == "gross" and clock.within(entry.at, 365):
            sums[entry.customer, entry.currency] += entry.amount
    return dict(sums)


def _open(disputes: Iterable[DisputeStep]) -> tuple[OpenDispute, ...]:
    waiting = [entry for entry in disputes if entry.status in OPEN]
    return tuple(
        OpenDispute(entry.dispute, entry.status, entry.amount, entry.currency, entry.due_by)
        for entry in sorted(waiting, key=lambda entry: (entry.due_by or 0, entry.dispute))
    )


def _intents(attempts: Iterable[Attempt]) -> tuple[int, int]:
    tried = {entry.intent: False for entry in attempts}
    tried |= {entry.intent: True for entry in attempts if entry.succeeded}
    return sum(not paid for paid in tried.values()), len(tried)


def _payouts(payouts: Iterable[PayoutStep], clock: _Clock) -> tuple[int, int]:
    recent = [entry.status for entry in payouts if clock.within(entry.arrival, 180)]
    return recent.count("failed"), recent.count("paid")


def _named(
    payouts: Iterable[PayoutStep], journal: Journal, clock: _Clock, wanted: Callable[[PayoutStep], bool]
) -> tuple[str, ...]:
    created = {entry.payout: entry.at for entry in reversed(journal.payouts)}
    return tuple(sorted(entry.payout for entry in payouts if wanted(entry) and clock.within(created[entry.payout], 60)))


def _mrr(steps: Iterable[RecurringStep], end: int) -> dict[str, Fraction]:
    latest = {entry.subscription: entry for entry in sorted(steps, key=lambda entry: entry.at) if entry.at < end}
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for entry in latest.values():
        sums[entry.currency] += entry.monthly
    return dict(sums)


def _mrr_by_month(
    steps: list[RecurringStep], bookings: list[Booking], clock: _Clock
) -> dict[tuple[str, str], Fraction]:
    series: dict[tuple[str, str], Fraction] = {}
    for month in sorted({clock.month(entry.at) for entry in bookings}):
        year, number = map(int, month.split("-"))
        following = date(year + number // 12, number % 12 + 1, 1)
        if following <= clock.today:
            for currency, value in _mrr(steps, local_midnight(following, clock.zone)).items():
                series[month, currency] = value
    return series
