"""Rules about revenue, its rhythm and its spread. Source: payments.md § 14."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from accounts.formats import month as month_name
from analytics.figures import Figure
from analytics.payments.calendar import add_months
from analytics.payments.metrics.model import MonthTotals
from recommendations.confidence import RECORDED_WORDS, of_sample
from recommendations.findings import Finding, Impact
from recommendations.outcomes.checks import Measured, Unmeasured
from recommendations.payments.desk import PaymentsDesk
from recommendations.registry import rule
from recommendations.wording import Constant, Label, sentence

RESTLESS = Decimal("0.40")
CALM = Decimal("0.325")
UNEVEN = Decimal("0.60")
EVEN = Decimal("0.425")
FALLING = Decimal("-0.10")
ONE_CUSTOMER = Decimal("0.25")
SPREAD = Decimal("0.10")
HISTORY_KNOTS = (3, 6, 12)
FULL_HISTORY = 12
OTHERWISE_READY = 60
STEADIER = ("revenue-stability",)
WEEK = timedelta(days=7)


@rule(
    "payments.smooth_revenue", "Monthly revenue jumps", effort=3, stale_after=WEEK,
    needs=("payments.revenue_cv",), confidence="Complete months ÷ (the same + 3): one half at three.",
    check=Unmeasured("How steady months are takes a year of them to tell."),
)  # fmt: skip
def smooth_revenue(desk: PaymentsDesk) -> Iterator[Finding]:
    """Monthly revenue strays from its own trend by more than 0.40 of the average month."""
    value = desk.metrics.revenue_cv
    if value is None or value <= RESTLESS:
        return
    cv = desk.figure("revenue_cv")
    low = min(desk.metrics.months[-12:], key=lambda month: month.net)
    weakest = _month(desk, low)
    yield Finding(
        rule="payments.smooth_revenue",
        subject="payments",
        title=sentence("Make monthly revenue steadier"),
        body=(
            sentence("Months stray from their own trend by {cv} of the average month.", cv=cv),
            sentence("The weakest was {month} with {net}.", month=Label(month_name(low.month)), net=weakest),
        ),
        figures=(cv, weakest, *(_month(desk, month) for month in desk.metrics.months[-12:] if month is not low)),
        evidence=value,
        confidence=of_sample(desk.metrics.n_months, half=3),
        target=desk.target("revenue_cv", CALM),
        gain=desk.gain(revenue_cv=CALM),
        knowledge=STEADIER,
        action="metrics",
    )


@rule(
    "payments.steady_activity", "Uneven or empty weeks", effort=3, stale_after=WEEK,
    needs=("payments.weekly_cv",), confidence="Complete weeks ÷ (the same + 4): one half at four.",
    check=Measured("outcomes.idle_days", horizon=56, baseline=112),
)  # fmt: skip
def steady_activity(desk: PaymentsDesk) -> Iterator[Finding]:
    """Payments fall unevenly on the weeks, or one of the last eight had none."""
    value, weeks = desk.metrics.weekly_cv, desk.metrics.weeks[-8:]
    empty = sum(1 for count in weeks if count == 0)
    if not empty and (value is None or value <= UNEVEN):
        return
    cv = desk.figure("weekly_cv")
    zero = desk.own("zero_weeks_8", empty, n=len(weeks))
    body = []
    if value is not None:
        body.append(sentence("The number of payments a week varies by {cv} of its average.", cv=cv))
    if empty:
        body.append(
            sentence(
                "Weeks without any payment among the last {window}: {zero}.",
                zero=zero,
                window=Constant(f"{len(weeks)} weeks"),
            )
        )
    target = None if value is None else min(value, EVEN)
    yield Finding(
        rule="payments.steady_activity",
        subject="payments",
        title=sentence("Fill the quiet weeks"),
        body=tuple(body),
        figures=(cv, zero) if value is not None else (zero,),
        evidence=(value or Decimal(0)) + empty,
        confidence=of_sample(desk.metrics.n_weeks, half=4),
        target=None if target is None else desk.target("weekly_cv", target),
        gain=None if target is None else desk.gain(weekly_cv=target),
        knowledge=STEADIER,
        action="metrics",
    )


@rule(
    "payments.stop_decline", "Revenue is falling", effort=3, stale_after=WEEK,
    needs=("payments.growth",), confidence="Complete months ÷ (the same + 3): one half at three.",
    check=Measured("outcomes.net_day", horizon=56, baseline=84, settle=14),
)  # fmt: skip
def stop_decline(desk: PaymentsDesk) -> Iterator[Finding]:
    """The last three months brought over a tenth less than the three they are compared with."""
    value = desk.metrics.growth
    if value is None or value >= FALLING:
        return
    growth = desk.figure("growth")
    recent = [_month(desk, month) for month in desk.metrics.months[-6:]]
    yield Finding(
        rule="payments.stop_decline",
        subject="payments",
        title=sentence("Stop the fall of revenue"),
        body=(
            sentence("Net revenue of the last three complete months changed by {growth}.", growth=growth),
            sentence("The last of them, {month}, brought {net}.", month=_name(desk), net=recent[-1]),
        ),
        figures=(growth, *recent),
        evidence=-value,
        confidence=of_sample(desk.metrics.n_months, half=3),
        impact=_lost(desk, value),
        target=desk.target("growth", 0),
        gain=desk.gain(growth=Decimal(0)),
        knowledge=STEADIER,
        action="metrics",
    )


@rule(
    "payments.spread_customers", "One customer weighs heavily", effort=3, stale_after=WEEK,
    needs=("payments.top1_share",), confidence=RECORDED_WORDS,
    check=Unmeasured("The share is of a whole year; a few weeks cannot move it measurably."),
)  # fmt: skip
def spread_customers(desk: PaymentsDesk) -> Iterator[Finding]:
    """A single payer brings a quarter of the year's revenue or more. The payer is never named."""
    value = desk.metrics.top1_share
    if value is None or value < ONE_CUSTOMER:
        return
    share = desk.figure("top1_share")
    amount = desk.own(
        "top1_amount", desk.metrics.top1_amount, n=desk.metrics.payers_365, currency=desk.metrics.currency
    )
    yield Finding(
        rule="payments.spread_customers",
        subject="payments",
        title=sentence("Depend less on your largest customer"),
        body=(
            sentence(
                "Your largest customer brought {share} of gross revenue in the last {window}, {amount}.",
                share=share, window=Constant("365 days"), amount=amount,
            ),
            sentence("Losing that customer would be felt at once, and lenders count on many."),
        ),
        figures=(share, amount),
        evidence=value,
        target=desk.target("top1_share", SPREAD),
        gain=desk.gain(top1_share=SPREAD),
        knowledge=("revenue-stability", "funding-readiness-factors"),
        action="metrics",
    )  # fmt: skip


@rule(
    "payments.wait_for_history", "Short payment history", effort=1, stale_after=WEEK,
    needs=("payments.history_months",), confidence=RECORDED_WORDS,
    check=Unmeasured("Only time is missing: there is nothing to do whose effect could be measured."),
)  # fmt: skip
def wait_for_history(desk: PaymentsDesk) -> Iterator[Finding]:
    """Less than a year of history, while the other parts average 60 points or more: only time is missing."""
    months, first = desk.metrics.history_months, desk.first_charge
    if months is None or first is None or months >= FULL_HISTORY or _others(desk) < OTHERWISE_READY:
        return
    knot = next(knot for knot in HISTORY_KNOTS if knot > months)
    history = desk.figure("history_months")
    target = desk.target("history_months", knot)
    yield Finding(
        rule="payments.wait_for_history",
        subject="payments",
        title=sentence("Let your payment history grow"),
        body=(
            sentence(
                "There are {history} of payment history so far; the other parts of the score are good.", history=history
            ),
            sentence("The next step, {target}, is reached on {day}.", target=target, day=add_months(first, knot)),
        ),
        figures=(history,),
        evidence=Decimal(FULL_HISTORY - months),
        target=target,
        gain=desk.gain(history_months=knot),
        knowledge=("funding-readiness-factors",),
        action="readiness",
    )


def _lost(desk: PaymentsDesk, growth: Decimal) -> Impact | None:
    """What a month brings less than those it is compared with. None without months to compare."""
    recent = [month.net for month in desk.metrics.months[-3:]]
    if not recent or growth <= -1 or sum(recent) <= 0:
        return None
    lost = (Decimal(sum(recent)) / len(recent) * -growth / (1 + growth)).quantize(Decimal(1))
    method = "An average month of the three compared with, less one of the last three; the range begins at no change."
    return Impact(lost, Decimal(0), lost, method, desk.metrics.currency)


def _others(desk: PaymentsDesk) -> Fraction:
    """Average points of the components other than history, by weight. 0 without a score."""
    parts = [part for part in desk.score.components if part.key != "history"]
    weights = sum(part.weight for part in parts)
    return (
        sum((Fraction(part.points) * part.weight for part in parts), Fraction(0)) / weights if weights else Fraction(0)
    )


def _month(desk: PaymentsDesk, month: MonthTotals) -> Figure:
    return desk.own(
        "month_net", month.net, n=month.charges, currency=desk.metrics.currency, note=month_name(month.month)
    )


def _name(desk: PaymentsDesk) -> Label:
    return Label(month_name(desk.metrics.months[-1].month))
