"""From acceptance to outcome: the plan is frozen when advice is taken, and measured once when its horizon is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from accounts.events import record
from accounts.models import Business
from accounts.periods import local_day
from analytics.figures import Figure, Rows, ratio, to_json
from analytics.registry import Better, Unit, metric_of
from recommendations.events import OutcomeFacts
from recommendations.generation.history import note
from recommendations.models import Outcome, OutcomePlan, Recommendation, RecommendationEvent
from recommendations.outcomes import calc
from recommendations.outcomes.checks import Measured
from recommendations.outcomes.series import Read, aligned, behind, controls_of, read
from recommendations.registry import RULES, UNSTATED

DAY = timedelta(days=1)
#: Data that has not come so long after it was due will not come.
PATIENCE = timedelta(days=30)
TWELVE_PLACES = Decimal("0.000000000001")
BETTER = {Better.UP: 1, Better.DOWN: -1, Better.NEITHER: 0}
TOO_LITTLE = "The record before it is too short, or never varies, so no change could be told from chance."
NO_DATA = "The days that should be compared were never read."
WANDERS = "The figure wanders too much for a mean before and after to be compared."
UNEVEN = "There are too few days on one side to compare."
Method = OutcomePlan.Method


@dataclass(frozen=True, slots=True)
class Sides:
    """Both stretches as the formulas take them, the control taken out where there is one."""

    before: calc.Days
    after: calc.Days
    currency: str


def freeze(row: Recommendation, *, at: datetime) -> OutcomePlan:
    """Write down how the outcome will be judged, with the baseline as it stands now. A plan is never changed.

    Where nothing can be measured the plan says why.
    """
    found = OutcomePlan.objects.of(row.business).filter(recommendation=row).first()
    if found is not None:
        return found
    rule = RULES.get(row.rule)
    check = rule.check if rule else UNSTATED
    plan = OutcomePlan(business=row.business, recommendation=row, method=Method.NONE, frozen_at=at)
    if isinstance(check, Measured):
        _fill(plan, check, row, today=local_day(at, row.business.time_zone))
    else:
        plan.reason = check.why[:300]
    plan.save(force_insert=True)
    return plan


def withdraw(row: Recommendation) -> None:
    """Forget the plan of advice that was not followed after all, unless its outcome is known."""
    OutcomePlan.objects.of(row.business).filter(recommendation=row, recommendation__outcome=None).delete()


def due_plans(business: Business, *, as_of: datetime) -> list[OutcomePlan]:
    """Plans whose horizon is over and whose outcome is not known, oldest first. One query."""
    today = local_day(as_of, business.time_zone)
    plans = OutcomePlan.objects.of(business).filter(due_on__lte=today, recommendation__outcome=None)
    return list(plans.exclude(method=Method.NONE).select_related("recommendation").order_by("due_on", "pk"))


def measure(business: Business, plan: OutcomePlan, *, as_of: datetime) -> Outcome | None:
    """Compare the days after with the days before as the facts stand now, write the outcome, and tell of it.

    Returns None while the data does not reach far enough and there is still hope that it will.
    """
    row = plan.recommendation
    row.business = business
    sides = _sides(business, plan)
    if sides is None:
        if plan.due_on is not None and local_day(as_of, business.time_zone) < plan.due_on + PATIENCE:
            return None
        return _keep(row, plan, None, NO_DATA, as_of, "")
    effect = calc.effect(sides.before, sides.after)
    result = calc.result(effect, better=plan.better)
    reason = ""
    if result is calc.Result.UNKNOWABLE:
        reason = UNEVEN if effect is None else WANDERS
    return _keep(row, plan, effect, reason, as_of, sides.currency)


def _fill(plan: OutcomePlan, check: Measured, row: Recommendation, *, today: date) -> None:
    plan.metric = plan.series = check.metric
    plan.better = BETTER[metric_of(check.metric).better]
    plan.before_from, plan.before_until = today - check.baseline * DAY, today
    plan.after_from = today + DAY
    plan.after_until = plan.after_from + check.horizon * DAY
    plan.due_on = plan.after_until + check.settle * DAY
    own = read(row.business, check.metric, row.subject, plan.before_from, plan.before_until)
    plan.currency = own.currency if metric_of(check.metric).unit is Unit.MONEY else ""
    plan.baseline = [[one.day.isoformat(), f"{one.num:f}", f"{one.den:f}"] for one in own.rows]
    days = own.days()
    if days.value is None:
        plan.reason = TOO_LITTLE
        return
    rows = behind(check.metric, row.subject, plan.before_from, plan.before_until)
    plan.baseline_figure = to_json(_figure(plan, days.value, days.n, today, rows=rows))
    plan.controls = list(_controls(row, check, plan)) if check.controls else []
    if plan.controls:
        days = _difference(row.business, plan, own, plan.before_from, plan.before_until)
    least = calc.minimum_detectable(days, n_after=_expected(days.n, check))
    if least is None:
        plan.reason = TOO_LITTLE
        return
    plan.minimum = Decimal(least).quantize(TWELVE_PLACES)
    plan.method = Method.DIFFERENCE if plan.controls else Method.BEFORE_AFTER


def _expected(n: int, check: Measured) -> int:
    """How many days the horizon should bring, at the rate of the baseline: sessions are fewer than days."""
    return round(n * check.horizon / check.baseline)


def _controls(row: Recommendation, check: Measured, plan: OutcomePlan) -> list[str]:
    """The controls that share enough days with what they control; none of the others."""
    if plan.before_from is None or plan.before_until is None:
        return []
    own = read(row.business, check.metric, row.subject, plan.before_from, plan.before_until)
    found = []
    for subject in controls_of(row.business, row.subject):
        other = read(row.business, check.metric, subject, plan.before_from, plan.before_until)
        shared, _ = aligned(own, [other])
        if shared.n >= max(calc.LEAST_DAYS, len(own.rows) // 2):
            found.append(subject)
    return found


def _difference(business: Business, plan: OutcomePlan, own: Read, start: date, end: date) -> calc.Days:
    others = [read(business, plan.series, subject, start, end) for subject in plan.controls]
    treated, controls = aligned(own, others)
    return calc.difference(treated, controls)


def _sides(business: Business, plan: OutcomePlan) -> Sides | None:
    """None while the days after have not all been read."""
    spans = ((plan.before_from, plan.before_until), (plan.after_from, plan.after_until))
    found = []
    for start, end in spans:
        if start is None or end is None:
            return None
        own = read(business, plan.series, plan.recommendation.subject, start, end)
        if own.known_until is None or own.known_until < end:
            return None
        is_plain = plan.method != Method.DIFFERENCE
        found.append(own.days() if is_plain else _difference(business, plan, own, start, end))
    return Sides(found[0], found[1], plan.currency)


def _keep(
    row: Recommendation, plan: OutcomePlan, effect: calc.Effect | None, reason: str, as_of: datetime, currency: str
) -> Outcome:
    day = local_day(as_of, row.business.time_zone)
    result = calc.result(effect, better=plan.better)
    outcome = Outcome(
        business=row.business, recommendation=row, rule=row.rule, result=result.value, reason=reason, measured_at=as_of
    )
    facts = OutcomeFacts(result.value, plan.metric, None, None, None)
    if effect is not None:
        before, after = _before_and_after(plan, row, effect, day)
        low, high = (_exact(plan, end) for end in (effect.low, effect.high))
        whole = Figure(plan.metric, _value(plan, effect.effect), effect.n_before + effect.n_after, day, low=low,
                       high=high, currency=currency, inputs=(after, before), note="After less before")  # fmt: skip
        outcome.effect, outcome.before, outcome.after = to_json(whole), to_json(before), to_json(after)
        facts = OutcomeFacts(result.value, plan.metric, Decimal(whole.value or 0), low, high)
    outcome.save(force_insert=True)
    note(row, RecommendationEvent.Kind.OUTCOME, at=as_of, reason=outcome.get_result_display(), outcome=facts)
    record("recommendations.outcomes.measured", business=row.business, subject=row, rule=row.rule, result=result.value)
    return outcome


def _before_and_after(plan: OutcomePlan, row: Recommendation, effect: calc.Effect, day: date) -> tuple[Figure, Figure]:
    """Both sides as figures; less their controls where there are any."""
    sides = (
        ("Before", effect.before, effect.n_before, plan.before_from, plan.before_until),
        ("After", effect.after, effect.n_after, plan.after_from, plan.after_until),
    )
    made = [
        _figure(plan, value, n, day, note=note, rows=behind(plan.series, row.subject, start, end))
        for note, value, n, start, end in sides
        if start is not None and end is not None
    ]
    return made[0], made[1]


def _figure(plan: OutcomePlan, value: float, n: int, day: date, *, note: str = "", rows: Rows | None = None) -> Figure:
    return Figure(plan.metric, _value(plan, value), n, day, currency=plan.currency, note=note, rows=rows)


def _value(plan: OutcomePlan, value: float) -> Decimal | int:
    """Money in whole minor units, shares to twelve decimals."""
    return round(value) if metric_of(plan.metric).unit is Unit.MONEY else _exact(plan, value)


def _exact(plan: OutcomePlan, value: float) -> Decimal:
    if metric_of(plan.metric).unit is Unit.MONEY:
        return Decimal(round(value))
    return ratio(round(value * 10**12), 10**12)
