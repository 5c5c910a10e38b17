"""The score in sentences: one line of evidence a component, the headline, reasons. Numbers come in, text goes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.formats import money, number, percent, plural, signed
from accounts.money import to_minor
from analytics.payments.readiness.calc import Component, Score

ASSUMED = "Not known yet, so 40 of 100 points are assumed."
TREND_WORDS = {"improving": "improving", "stable": "stable", "declining": "declining"}
HEADLINES = {
    "strong": "Most of what lenders look at is in place.",
    "ready": "Lenders would find a sound record with a few weak spots.",
    "building": "The record is growing; some parts still hold it back.",
    "not_ready": "Lenders would not find enough to go on yet.",
    "insufficient_data": "There is no successful charge to score yet.",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A line under "helps" or "hurts". `points` is signed text."""

    title: str
    text: str
    points: str
    key: str


@dataclass(frozen=True, slots=True)
class PartRow:
    """A line of the breakdown: contribution of weight, with its evidence in words."""

    key: str
    label: str
    evidence: str
    value: Decimal
    points: str
    weight: int
    tone: str
    assumed: bool


def headline(score: Score) -> str:
    """One sentence for the score card; a binding cap is named first."""
    cap = score.binding_cap
    if cap is not None:
        return f"{cap.because}, so the score is held at {cap.limit}."
    return HEADLINES[score.tier]


def confidence_text(score: Score) -> str:
    """`High, 14 months`."""
    months = plural(score.history_months or 0, "month")
    return f"{score.confidence.level.capitalize()}, {months} of history"


def parts(score: Score, shown: dict[str, Decimal]) -> tuple[PartRow, ...]:
    """The breakdown in the model's order; `shown` are the contributions rounded so that they add up."""
    return tuple(
        PartRow(
            key=part.key,
            label=part.label,
            evidence=evidence_line(part),
            value=part.contribution,
            points=f"{shown[part.key]:.2f}",
            weight=part.weight,
            tone="muted" if part.assumed else "bad" if part.points < 50 else "",
            assumed=part.assumed,
        )
        for part in score.components
    )


def helps(score: Score) -> tuple[Reason, ...]:
    return tuple(
        Reason(part.label, evidence_line(part), f"+{number(part.contribution, 1)}", part.key) for part in score.helps
    )


def hurts(score: Score) -> tuple[Reason, ...]:
    """The binding cap first of all, then what costs most."""
    lines = [
        Reason(part.label, evidence_line(part), signed(-part.lost, 1), part.key) for part in score.hurts if part.lost
    ]
    cap = score.binding_cap
    if cap is not None:
        text = f"Holds the score at {cap.limit} until it clears."
        lines.insert(0, Reason(cap.because, text, signed(-cap.lost, 1), ""))
    return tuple(lines)


def evidence_line(part: Component) -> str:
    """What a component was scored on, in one sentence."""
    if part.assumed:
        return ASSUMED
    return LINES[part.key](dict(part.evidence))


def _stability(known: dict[str, Any]) -> str:
    return f"Monthly revenue varies by {number(known['revenue_cv'], 2)} about its trend, {_months(known['n_months'])}."


def _activity(known: dict[str, Any]) -> str:
    return f"Charges a week vary by {number(known['weekly_cv'], 2)}, over {plural(known['n_weeks'], 'week')}."


def _history(known: dict[str, Any]) -> str:
    return f"{plural(known['history_months'], 'month')} since the first successful charge."


def _growth(known: dict[str, Any]) -> str:
    against = {"yoy": "the same three months a year before", "qoq": "the three months before"}
    change = known["growth"]
    sign = "+" if change > 0 else ""
    return f"{sign}{percent(change)} against {against[known['growth_basis']]}."


def _scale(known: dict[str, Any]) -> str:
    currency = known["scale_currency"]
    return f"{money(to_minor(known['avg_monthly_net_scale'], currency), currency)} net a month over three months."


def _disputes(known: dict[str, Any]) -> str:
    opened = plural(known["disputes_180"], "chargeback")
    of = number(known["payments_180"])
    return f"{opened} of {of} charges in 180 days; smoothed {percent(known['dispute_ratio'])}."


def _customers(known: dict[str, Any]) -> str:
    active = plural(known["active_customers_90"], "active customer")
    return f"{active} in 90 days; the largest brings {percent(known['top1_share'])} of revenue."


def _refunds(known: dict[str, Any]) -> str:
    return f"{percent(known['refund_ratio_90'])} of gross revenue was refunded in 90 days."


def _payouts(known: dict[str, Any]) -> str:
    failed = f"{percent(known['payout_fail_rate'])} of {plural(known['payouts_180'], 'payout')} failed in 180 days"
    rhythm = known["payout_regularity"]
    return f"{failed}." if rhythm is None else f"{failed}; regularity {number(rhythm, 2)}."


def _months(n: int) -> str:
    return f"over the last {plural(min(n, 12), 'complete month')}"


LINES: dict[str, Callable[[dict[str, Any]], str]] = {
    "revenue_stability": _stability,
    "activity_consistency": _activity,
    "history": _history,
    "growth": _growth,
    "scale": _scale,
    "disputes": _disputes,
    "customers": _customers,
    "refunds": _refunds,
    "payouts": _payouts,
}
