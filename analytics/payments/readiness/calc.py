"""The readiness score: what a lender would see in the payment data, and exactly why.

Source: payments.md § 13. Points are kept to four decimals and contributions to six, in decimal arithmetic, so
the contributions of all components add up to `raw` without a remainder.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

from analytics.figures import WIDE, ratio
from analytics.payments.metrics.dispute_rates import smoothed_ratio
from analytics.payments.metrics.model import Metrics
from analytics.payments.readiness.model_r1 import MODELS, ComponentRule, Curve, Knots, Model

HELPS_FROM = 75
POINT = Decimal("0.0001")
MODEL_IN_USE = "r1"
DISCLAIMER = "An estimate from payment data, not an offer or a credit decision. No lender is contacted."

Evidence = tuple[tuple[str, Decimal | int | str | None], ...]


@dataclass(frozen=True, slots=True)
class Component:
    """One part of the score.

    `contribution` = weight × points ÷ 100; `lost` is what is missing to the full weight.
    """

    key: str
    label: str
    weight: int
    points: Decimal
    contribution: Decimal
    lost: Decimal
    assumed: bool
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit in force. `lost` is what it takes from `raw` (0 when raw is lower); one binding cap decides."""

    key: str
    limit: int
    because: str
    lost: Decimal
    binding: bool


@dataclass(frozen=True, slots=True)
class Confidence:
    """How far to trust the score: `value` from 0 to 1, its `level`, and half the width of the band shown."""

    value: Decimal
    level: str
    margin: Decimal


@dataclass(frozen=True, slots=True)
class Score:
    """The score with everything that explains it.

    Empty: without any successful charge `score` and `raw` are None and the tier is `insufficient_data`.
    """

    model: str
    as_of: date
    score: int | None
    tier: str
    raw: Decimal | None
    components: tuple[Component, ...]
    caps: tuple[Cap, ...]
    confidence: Confidence
    history_months: int | None

    @property
    def binding_cap(self) -> Cap | None:
        return next((cap for cap in self.caps if cap.binding), None)

    @property
    def band(self) -> tuple[int, int] | None:
        """Lower and upper end of the score's band, within 0 to 100."""
        if self.score is None:
            return None
        low, high = self.score - self.confidence.margin, self.score + self.confidence.margin
        return max(0, _rounded(low)), min(100, _rounded(high))

    @property
    def helps(self) -> tuple[Component, ...]:
        """Components at 75 points or more, largest contribution first."""
        good = [part for part in self.components if part.points >= HELPS_FROM]
        return tuple(sorted(good, key=lambda part: (-part.contribution, part.key)))

    @property
    def hurts(self) -> tuple[Component, ...]:
        """Components below 75 points, largest loss first.

        The binding cap comes before all of them on a page.
        """
        weak = [part for part in self.components if part.points < HELPS_FROM]
        return tuple(sorted(weak, key=lambda part: (-part.lost, part.key)))


@dataclass(frozen=True, slots=True)
class Gain:
    """What a change would bring: raw points, points of the final score, and the caps it would lift."""

    raw: Decimal
    score: int
    lifted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """Change of the score over 30 days: improving from +3, declining from −3, else stable.

    None: too early to say.
    """

    direction: str | None
    delta: int | None


def score(metrics: Metrics, *, model: str = MODEL_IN_USE) -> Score:
    """Score `metrics` from 0 to 100 by a versioned model.

    Errors: KeyError for a model that does not exist.
    """
    rules = MODELS[model]
    parts = tuple(_component(rule, metrics, rules) for rule in rules.components)
    trust = confidence(metrics, parts)
    if metrics.history_months is None:
        return Score(model, metrics.as_of, None, "insufficient_data", None, (), (), trust, None)
    raw = sum((part.contribution for part in parts), Decimal(0))
    caps = _caps(rules, metrics, raw)
    final = _rounded(min([raw, *(Decimal(cap.limit) for cap in caps)]))
    return Score(
        model=model,
        as_of=metrics.as_of,
        score=final,
        tier=tier_of(final, rules),
        raw=raw,
        components=parts,
        caps=caps,
        confidence=trust,
        history_months=metrics.history_months,
    )


def counterfactual(metrics: Metrics, *, model: str = MODEL_IN_USE, **targets: Any) -> Score:
    """The score if some metrics had other values, everything else equal.

    Targets are fields of `Metrics`. New counts of disputes or payments move the smoothed ratio with them.
    Errors: TypeError for an unknown field.
    """
    changed = replace(metrics, **targets)
    counts = {"disputes_180", "payments_180"} & set(targets)
    if counts and "dispute_ratio" not in targets:
        smoothed = smoothed_ratio(disputes=changed.disputes_180, payments=changed.payments_180)
        changed = replace(changed, dispute_ratio=smoothed)
    return score(changed, model=model)


def gain(before: Score, after: Score) -> Gain:
    """What lies between two scores of the same model; nothing when either has no score."""
    if before.score is None or after.score is None or before.raw is None or after.raw is None:
        return Gain(Decimal(0), 0, ())
    kept = {cap.key for cap in after.caps}
    lifted = tuple(cap.key for cap in before.caps if cap.key not in kept)
    return Gain(after.raw - before.raw, after.score - before.score, lifted)


def trend(now: Score, before: Score | None) -> Trend:
    """Compare with the score 30 days earlier, by the same model."""
    young = now.history_months is None or now.history_months < 2
    if young or before is None or now.score is None or before.score is None or now.model != before.model:
        return Trend(None, None)
    delta = now.score - before.score
    return Trend("improving" if delta >= 3 else "declining" if delta <= -3 else "stable", delta)


def confidence(metrics: Metrics, parts: Sequence[Component]) -> Confidence:
    """0.6 · history (full at 12 months) + 0.2 · payments in a year (full at 500) + 0.2 · weight that was
    known.
    """
    months = metrics.history_months or 0
    known = sum(part.weight for part in parts if not part.assumed)
    exact = (
        Fraction(6, 10) * min(Fraction(1), Fraction(months, 12))
        + Fraction(2, 10) * min(Fraction(1), Fraction(metrics.payments_365, 500))
        + Fraction(2, 10) * Fraction(known, sum(part.weight for part in parts))
    )
    level = "high" if exact >= Fraction(3, 4) else "medium" if exact >= Fraction(45, 100) else "low"
    if months < 3:
        level = "low"
    return Confidence(ratio(exact), level, ratio((1 - exact) * 15))


def tier_of(value: int, rules: Model) -> str:
    return next(name for least, name in rules.tiers if value >= least)


def shown_contributions(parts: Sequence[Component], *, places: int = 2) -> tuple[Decimal, ...]:
    """Contributions rounded for display so that they still add up to the rounded total (largest
    remainder).
    """
    unit = Decimal(1).scaleb(-places)
    floors = [part.contribution.quantize(unit, rounding=ROUND_FLOOR) for part in parts]
    total = sum((part.contribution for part in parts), Decimal(0)).quantize(unit)
    short = int((total - sum(floors, Decimal(0))) / unit)
    order = sorted(range(len(parts)), key=lambda i: (floors[i] - parts[i].contribution, parts[i].key))
    raised = set(order[:short])
    return tuple(floor + unit if i in raised else floor for i, floor in enumerate(floors))


def curve_points(curve: Curve, value: Decimal | int) -> Decimal:
    """Points of one input: linear between knots, flat outside, rounded half to even at four decimals."""
    at = Decimal(value)
    table = curve.knots
    if curve.log:
        if at <= table[0][0]:
            return Decimal(table[0][1])
        at = WIDE.log10(at)
        table = tuple((WIDE.log10(place), points) for place, points in table)
    return WIDE.quantize(_interpolated(table, at), POINT)


def _interpolated(table: Knots, at: Decimal) -> Decimal:
    if at <= table[0][0]:
        return Decimal(table[0][1])
    for (left, low), (right, high) in itertools.pairwise(table):
        if at <= right:
            share = WIDE.divide(at - left, right - left)
            return Decimal(low) + WIDE.multiply(share, Decimal(high - low))
    return Decimal(table[-1][1])


def _component(rule: ComponentRule, metrics: Metrics, rules: Model) -> Component:
    points = _points(rule, metrics)
    assumed = points is None
    value = Decimal(rules.assumed_points) if points is None else points
    contribution = rule.weight * value / 100
    return Component(
        key=rule.key,
        label=rule.label,
        weight=rule.weight,
        points=value,
        contribution=contribution,
        lost=rule.weight - contribution,
        assumed=assumed,
        evidence=tuple((name, getattr(metrics, name)) for name in rule.evidence),
    )


def _points(rule: ComponentRule, metrics: Metrics) -> Decimal | None:
    """The weighted mean of the rule's curves; None when an input that is not optional is missing."""
    total, weight = Decimal(0), Decimal(0)
    for share, curve in rule.curves:
        value = getattr(metrics, curve.field)
        if value is None and curve.field not in rule.optional:
            return None
        if value is not None:
            total += share * curve_points(curve, value)
            weight += share
    return WIDE.quantize(WIDE.divide(total, weight), POINT)


def _caps(rules: Model, metrics: Metrics, raw: Decimal) -> tuple[Cap, ...]:
    """Limits in force, lowest first. The first that is below `raw` binds."""
    in_force = sorted((rule for rule in rules.caps if rule.applies(metrics)), key=lambda rule: rule.limit)
    return tuple(
        Cap(
            rule.key,
            rule.limit,
            rule.because,
            max(raw - rule.limit, Decimal(0)),
            place == 0 and rule.limit < raw,
        )
        for place, rule in enumerate(in_force)
    )


def _rounded(value: Decimal) -> int:
    return int((value + Decimal("0.5")).quantize(Decimal(1), rounding=ROUND_FLOOR))
