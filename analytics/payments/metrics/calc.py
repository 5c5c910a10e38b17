"""All metrics of the payments desk, from a `Ledger` as of a day. Plain values in, plain values out.

Source: payments.md § 10 (this module and its siblings), § 11 (programmes), § 12 (subscriptions).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounts.money import exponent
from analytics.figures import half_up, ratio
from analytics.payments.calendar import (
    add_months,
    complete_months,
    complete_weeks,
    month_start,
    months_between,
)
from analytics.payments.ledger import DayTotals, Ledger, converted
from analytics.payments.metrics.concentration import concentration
from analytics.payments.metrics.dispute_rates import dispute_months, settled_rate, smoothed_ratio
from analytics.payments.metrics.model import Metrics, MonthTotals, ProgrammeStanding
from analytics.payments.metrics.payout_rhythm import payout_fail_rate, payout_regularity
from analytics.payments.metrics.volatility import MOST_WEEKS, growth, revenue_cv, weekly_cv
from analytics.payments.programmes.calc import standings
from analytics.payments.subscriptions.calc import Movements, movements

WINDOWS = (30, 90, 365)
MONTHS_SHOWN = 24
LEAST_INTENTS = 10
SCALE_CURRENCIES = frozenset(["usd", "eur", "gbp", "cad", "aud", "chf", "nzd", "sgd"])


def compute_metrics(ledger: Ledger, *, as_of: date) -> Metrics:
    """Every metric as of `as_of`, an exclusive day in the business's time zone.

    Window:  "trailing N days" is [as_of − N, as_of); rows on or after `as_of` are ignored.
    Empty:   a business without any payment gives `has_data` False, zero sums and None elsewhere.
    Partial: amounts in a currency without a rate are left out, and the currency is named in `partial`.
    """
    own = converted((row for row in ledger.days if row.day < as_of), currency=ledger.currency, rates=ledger.rates)
    parts = _Parts(ledger, own.days, as_of, set(own.missing))
    values: dict[str, Any] = {}
    for part in (_revenue, _rhythm, _scale, _disputes, _customers, _payouts, _account, _subscriptions):
        values |= part(parts)
    return Metrics(
        as_of=as_of,
        currency=ledger.currency,
        has_data=bool(own.days),
        partial=tuple(sorted(parts.missing)),
        programmes=_programmes(parts),
        **values,
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """The converted ledger and the set of currencies that lacked a rate, collected on the way."""

    ledger: Ledger
    days: tuple[DayTotals, ...]
    as_of: date
    missing: set[str]

    def trailing(self, n_days: int) -> tuple[DayTotals, ...]:
        first = self.as_of - timedelta(days=n_days)
        return tuple(row for row in self.days if row.day >= first)

    def headline(self, amounts: Iterable[tuple[str, int]]) -> int:
        """The sum of amounts as of today's rates; a currency without one is left out and named."""
        total = 0
        for currency, amount in amounts:
            value = self.ledger.rates.convert(amount, currency, self.ledger.currency, self.as_of)
            if value is None:
                self.missing.add(currency)
            else:
                total += value
        return total


def _revenue(parts: _Parts) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for window in WINDOWS:
        days = parts.trailing(window)
        values[f"revenue_gross_{window}"] = sum(row.gross for row in days)
        values[f"revenue_net_{window}"] = sum(row.net for row in days)
        values[f"fees_{window}"] = sum(row.cost for row in days)
    quarter, year = parts.trailing(90), parts.trailing(365)
    gross, refunds = values["revenue_gross_90"], sum(row.refunds for row in quarter)
    intents = parts.ledger.intents
    return values | {
        "refunds_90": refunds,
        "dispute_losses_90": sum(row.disputes for row in quarter),
        "take_rate": ratio(values["revenue_net_90"], gross) if gross > 0 else None,
        "refund_ratio_90": ratio(refunds, gross) if gross > 0 else None,
        "has_advance": any(row.financing for row in year),
        "intents_30": intents.intents,
        "failed_payment_rate": ratio(intents.unsuccessful, intents.intents)
        if intents.intents >= LEAST_INTENTS
        else None,
    }


def _rhythm(parts: _Parts) -> dict[str, Any]:
    first, as_of = parts.ledger.first_charge, parts.as_of
    months, weeks = complete_months(first, as_of), complete_weeks(first, as_of, last=MOST_WEEKS)
    totals = _month_totals(parts.days, months[-MONTHS_SHOWN:])
    series = [month.net for month in totals]
    counts = _week_counts(parts.days, weeks)
    change, basis = growth(series)
    last = parts.ledger.last_charge
    return {
        "history_months": months_between(first, as_of) if first else None,
        "n_months": len(months),
        "n_weeks": len(weeks),
        "revenue_cv": revenue_cv(series),
        "weekly_cv": weekly_cv(counts),
        "growth": change,
        "growth_basis": basis,
        "avg_monthly_net": ratio(sum(series[-3:]), 3) if len(series) >= 3 else None,
        "days_since_last_payment": (as_of - last).days if last else None,
        "months": totals,
        "weeks": counts,
    }


def _scale(parts: _Parts) -> dict[str, Any]:
    """Average monthly net in the major units that lenders' lines are quoted in: a main currency, else US
    dollars.
    """
    months = complete_months(parts.ledger.first_charge, parts.as_of)[-3:]
    currency = parts.ledger.currency
    target = currency if currency in SCALE_CURRENCIES else "usd"
    average: Decimal | None = None
    if len(months) == 3:
        factor = parts.ledger.rates.factor(currency, target, parts.as_of)
        if factor is None:
            parts.missing.add(currency)
        else:
            total = sum(month.net for month in _month_totals(parts.days, months))
            average = ratio(total * factor, 3 * 10 ** exponent(target))
    return {"avg_monthly_net_scale": average, "scale_currency": target}


def _disputes(parts: _Parts) -> dict[str, Any]:
    months = dispute_months(parts.days, as_of=parts.as_of)
    settled, half_year = settled_rate(months), parts.trailing(180)
    opened = sum(row.chargebacks for row in half_year)
    payments = sum(row.charges for row in half_year)
    outcome = parts.ledger.disputes
    closed = outcome.won + outcome.lost
    return {
        "dispute_activity": months[-1].activity,
        "charges_last_month": months[-1].charges,
        "dispute_rate": settled.rate if settled else None,
        "dispute_rate_month": settled.month if settled else None,
        "dispute_rate_mature": bool(settled and settled.mature),
        "disputes_180": opened,
        "payments_180": payments,
        "payments_365": sum(row.charges for row in parts.trailing(365)),
        "dispute_ratio": smoothed_ratio(disputes=opened, payments=payments),
        "win_rate": ratio(outcome.won, closed) if closed else None,
        "disputes_closed": closed,
        "open_disputes": outcome.open_count,
        "open_dispute_exposure": parts.headline(outcome.open_exposure),
    }


def _customers(parts: _Parts) -> dict[str, Any]:
    payers = parts.ledger.payers
    shares = concentration(payers)
    return {
        "top1_share": shares.top1_share,
        "top10_share": shares.top10_share,
        "hhi": shares.hhi,
        "top1_amount": max(payers.top, default=0),
        "payers_365": payers.n,
        "active_customers_90": payers.active_90 if parts.ledger.first_charge else None,
    }


def _payouts(parts: _Parts) -> dict[str, Any]:
    def within(n_days: int) -> list[Any]:
        first = parts.as_of - timedelta(days=n_days)
        return [row for row in parts.ledger.payouts if first <= row.day < parts.as_of]

    half_year, recent = within(180), within(60)
    paid, failed = sum(row.paid for row in half_year), sum(row.failed for row in half_year)
    return {
        "payout_fail_rate": payout_fail_rate(paid=paid, failed=failed),
        "payout_regularity": payout_regularity(row.day for row in half_year if row.paid),
        "payouts_180": paid + failed,
        "failed_payouts_60": sum(row.failed for row in recent),
        "negative_payouts_60": sum(row.negative for row in recent),
        "negative_payouts_180": sum(row.negative for row in half_year),
        "held_funds": parts.headline(parts.ledger.held),
    }


def _account(parts: _Parts) -> dict[str, Any]:
    account = parts.ledger.account
    if account is None:
        return {}
    return {
        "charges_enabled": account.charges_enabled,
        "payouts_enabled": account.payouts_enabled,
        "disabled_reason": account.disabled_reason,
    }


def _subscriptions(parts: _Parts) -> dict[str, Any]:
    """Movements over the last 30 days, computed per currency and converted at today's rate."""
    changes = parts.ledger.mrr_changes
    if not any(change.day < parts.as_of for change in changes):
        return {}
    start = parts.as_of - timedelta(days=30)
    total = Movements()
    for currency in sorted({change.currency for change in changes}):
        factor = parts.ledger.rates.factor(currency, parts.ledger.currency, parts.as_of)
        if factor is None:
            parts.missing.add(currency)
            continue
        own = movements((row for row in changes if row.currency == currency), start=start, end=parts.as_of)
        total = total.plus(own, factor=factor)
    quick, kept = total.quick_ratio, total.net_revenue_retention
    return {
        "mrr": half_up(total.closing),
        "arr": half_up(total.arr),
        "mrr_new": half_up(total.new),
        "mrr_expansion": half_up(total.expansion),
        "mrr_contraction": half_up(total.contraction),
        "mrr_churn": half_up(total.churn),
        "mrr_reactivation": half_up(total.reactivation),
        "mrr_at_risk": half_up(total.at_risk),
        "quick_ratio": None if quick is None else ratio(quick),
        "net_revenue_retention": None if kept is None else ratio(kept),
        "subscribers": total.customers,
    }


def _programmes(parts: _Parts) -> tuple[ProgrammeStanding, ...]:
    """The network lines in the last whole calendar month."""
    month = add_months(month_start(parts.as_of), -1)
    account = parts.ledger.account
    rows = standings(parts.ledger.brands, month=month, region=account.region if account else "")
    return tuple(
        ProgrammeStanding(
            programme=row.line.programme,
            label=row.line.label,
            brand=row.line.brand,
            month=row.month,
            counted=row.counted,
            base=row.base,
            ratio=row.ratio,
            line_ratio=row.line.ratio,
            line_count=row.line.count,
            breached=row.breached,
            headroom=row.headroom,
            source=row.line.source,
            read_on=row.line.read_on,
        )
        for row in rows
    )


def _month_totals(days: Iterable[DayTotals], months: Sequence[date]) -> tuple[MonthTotals, ...]:
    sums = {month: [0, 0, 0, 0] for month in months}
    for row in days:
        total = sums.get(month_start(row.day))
        if total is not None:
            for place, amount in enumerate((row.gross, row.net, row.cost, row.charges)):
                total[place] += amount
    return tuple(MonthTotals(month, *total) for month, total in sums.items())


def _week_counts(days: Iterable[DayTotals], weeks: Sequence[date]) -> tuple[int, ...]:
    counts = dict.fromkeys(weeks, 0)
    for row in days:
        week = row.day - timedelta(days=row.day.weekday())
        if week in counts:
            counts[week] += row.charges
    return tuple(counts.values())
