"""Readiness model `r1`: weights, knots, caps and bands. One table; a change of any number is a new model.

The weights are a product decision: no lender publishes theirs. What they rest on is listed in
`analytics.payments.criteria`. Source: payments.md § 13; bands of variation after LendFriend, tiers after
LendWorks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from analytics.payments.metrics.model import Metrics

Knots = tuple[tuple[Decimal, int], ...]


def knots(text: str) -> Knots:
    """Read `".10:100 .20:85"` as ascending (input, points) pairs."""
    pairs = (pair.split(":") for pair in text.split())
    return tuple((Decimal(at), int(points)) for at, points in pairs)


@dataclass(frozen=True, slots=True)
class Curve:
    """Points for one input: linear between the knots (in log10 of the input if `log`), flat outside."""

    field: str
    knots: Knots
    log: bool = False


@dataclass(frozen=True, slots=True)
class ComponentRule:
    """One component. It scores the weighted mean of its curves; `evidence` names the metrics it quotes.

    A curve listed in `optional` is left out when its input is missing; without any other the component is
    assumed.
    """

    key: str
    label: str
    weight: int
    curves: tuple[tuple[Decimal, Curve], ...]
    evidence: tuple[str, ...]
    optional: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CapRule:
    """A limit on the score while `applies`. `because` is the sentence a person reads."""

    key: str
    limit: int
    because: str
    applies: Callable[[Metrics], bool]


@dataclass(frozen=True, slots=True)
class Model:
    version: str
    components: tuple[ComponentRule, ...]
    caps: tuple[CapRule, ...]
    tiers: tuple[tuple[int, str], ...]  # (from score, name), descending
    assumed_points: int


ONE = Decimal(1)
HALF = Decimal("0.5")


def _component(key: str, label: str, weight: int, field: str, table: str, *evidence: str) -> ComponentRule:
    return ComponentRule(key, label, weight, ((ONE, Curve(field, knots(table))),), evidence or (field,))


COMPONENTS = (
    _component(
        "revenue_stability",
        "Revenue stability",
        15,
        "revenue_cv",
        ".10:100 .20:85 .325:70 .50:50 .70:30 1.0:10 1.5:0",
        "revenue_cv",
        "n_months",
    ),
    _component(
        "activity_consistency",
        "Weekly activity",
        10,
        "weekly_cv",
        ".10:100 .275:85 .425:70 .60:50 .80:30 1.2:10 2.0:0",
        "weekly_cv",
        "n_weeks",
    ),
    _component("history", "Payment history", 15, "history_months", "0:0 3:40 6:60 12:85 24:100"),
    _component(
        "growth",
        "Growth",
        15,
        "growth",
        "-.50:0 -.25:25 0:60 .10:75 .30:95 .50:100",
        "growth",
        "growth_basis",
    ),
    ComponentRule(
        "scale",
        "Monthly volume",
        10,
        (
            (
                ONE,
                Curve("avg_monthly_net_scale", knots("100:0 1000:40 10000:75 20000:85 100000:100"), log=True),
            ),
        ),
        ("avg_monthly_net_scale", "scale_currency"),
    ),
    _component(
        "disputes",
        "Dispute hygiene",
        15,
        "dispute_ratio",
        ".001:100 .003:85 .005:70 .0075:45 .010:25 .015:5 .022:0",
        "dispute_ratio",
        "disputes_180",
        "payments_180",
    ),
    ComponentRule(
        "customers",
        "Customer base",
        10,
        (
            (HALF, Curve("active_customers_90", knots("1:0 10:35 50:65 200:85 1000:100"), log=True)),
            (HALF, Curve("top1_share", knots(".05:100 .10:90 .25:60 .50:20 .80:0"))),
        ),
        ("active_customers_90", "top1_share"),
    ),
    _component("refunds", "Refunds", 5, "refund_ratio_90", ".02:100 .05:80 .10:50 .20:15 .30:0"),
    ComponentRule(
        "payouts",
        "Payouts",
        5,
        (
            (Decimal("0.6"), Curve("payout_fail_rate", knots("0:100 .02:70 .05:40 .10:0"))),
            (Decimal("0.4"), Curve("payout_regularity", knots("0:0 1:100"))),
        ),
        ("payout_fail_rate", "payout_regularity", "payouts_180"),
        optional=frozenset({"payout_regularity"}),
    ),
)


def _below(value: Decimal | int | None, line: Decimal | int) -> bool:
    return value is not None and value < line


def _at_most(value: Decimal | int | None, line: Decimal | int) -> bool:
    return value is not None and value <= line


CAPS = (
    CapRule(
        "loss",
        19,
        "Average monthly net revenue is zero or less",
        lambda m: _at_most(m.avg_monthly_net_scale, 0),
    ),
    CapRule("restricted", 29, "The account may not take charges or receive payouts", lambda m: m.restricted),
    CapRule(
        "short_history",
        39,
        "Less than three months of payment history",
        lambda m: _below(m.history_months or 0, 3),
    ),
    CapRule(
        "small_volume",
        39,
        "Average monthly net revenue is below 1,000",
        lambda m: _below(m.avg_monthly_net_scale, 1000),
    ),
    CapRule("programme", 39, "A card network's dispute line was crossed", lambda m: m.programme_breached),
    CapRule("inactive", 39, "No payment for more than 30 days", lambda m: (m.days_since_last_payment or 0) > 30),
    CapRule("disputes", 49, "Disputes are at 1.5 % or more", lambda m: m.dispute_ratio >= Decimal("0.015")),
    CapRule("collapse", 49, "Revenue fell by half or more", lambda m: _at_most(m.growth, Decimal("-0.5"))),
    CapRule("decline", 59, "Revenue fell by 30 % or more", lambda m: _at_most(m.growth, Decimal("-0.3"))),
    CapRule(
        "concentration",
        59,
        "One customer brings half of the revenue or more",
        lambda m: m.top1_share is not None and m.top1_share >= HALF,
    ),
)

R1 = Model(
    version="r1",
    components=COMPONENTS,
    caps=CAPS,
    tiers=((80, "strong"), (60, "ready"), (40, "building"), (0, "not_ready")),
    assumed_points=40,
)

MODELS = {R1.version: R1}
