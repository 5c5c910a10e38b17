"""Plans are frozen on acceptance and measured once, from the facts as they are then."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from accounts.models import Event
from accounts.testing.world import World
from analytics.evidence.rows import row_set
from analytics.figures import from_json
from analytics.models import PaymentDay
from analytics.registry import METRICS, Better
from analytics.testing import payments as facts
from analytics.testing import trading_desk
from ingestion.models import Source, Trade
from recommendations.board.services import decide
from recommendations.events import LISTENERS, AdviceEvent, register_listener
from recommendations.generation.services import apply
from recommendations.models import Outcome, OutcomePlan, Recommendation
from recommendations.outcomes.records import track_records
from recommendations.outcomes.series import PAYMENTS, TRADING, behind
from recommendations.outcomes.services import NO_DATA, TOO_LITTLE, due_plans, measure
from recommendations.outcomes.tasks import measure_all
from recommendations.registry import Evaluation
from recommendations.testing.findings import finding, seen

DAY = timedelta(days=1)
REFUNDS = "payments.reduce_refunds"


def sales(of: Source, first: date, days: int, *, refunds: float, seed: int) -> None:
    """Days of about 1,000.00 of sales, of which about `refunds` came back."""
    draw = np.random.default_rng(seed)
    PaymentDay.objects.bulk_create(
        PaymentDay(
            business=of.business, source=of, day=first + n * DAY, currency=of.business.currency, charges=20,
            gross=100_000, refunds=max(0, int(100_000 * (refunds + 0.02 * draw.standard_normal()))),
        )
        for n in range(days)
    )  # fmt: skip


@pytest.fixture
def source(world: World, clock: datetime) -> Source:
    return facts.source(world.business, last_synced_at=clock)


@pytest.fixture
def accepted(world: World, clock: datetime, source: Source) -> Recommendation:
    """Refunds of about 8 % for twelve weeks, and the advice to lower them accepted at `clock`."""
    sales(source, clock.date() - 90 * DAY, 90, refunds=0.08, seed=1)
    (row,) = seen(world.business, finding(as_of=clock, rule=REFUNDS), as_of=clock)
    return decide(world.business, row.pk, "accepted", actor=world.owner, at=clock)


def after(world: World, source: Source, clock: datetime, *, refunds: float, days: int = 60) -> datetime:
    """What came afterwards, read until then; returns the moment the plan is due."""
    sales(source, clock.date(), days, refunds=refunds, seed=2)
    later = clock + days * DAY
    Source.objects.filter(pk=source.pk).update(last_synced_at=later)
    return later


class TestThePlan:
    def test_is_frozen_with_everything_that_will_be_compared(self, accepted: Recommendation, clock: datetime) -> None:
        plan = OutcomePlan.objects.get()
        today = clock.date()
        assert (plan.method, plan.metric, plan.better) == ("before_after", "outcomes.refund_share", -1)
        assert (plan.before_from, plan.before_until) == (today - 84 * DAY, today)
        assert (plan.after_from, plan.after_until) == (today + DAY, today + 29 * DAY)
        assert plan.due_on == today + 43 * DAY and len(plan.baseline) == 84
        before = plan.baseline_value()
        assert before is not None and float(before.value or 0) == pytest.approx(0.08, abs=0.01)
        assert plan.minimum is not None and 0.005 < float(plan.minimum) < 0.03

    def test_does_not_change_when_the_facts_do(self, world: World, accepted: Recommendation, clock: datetime) -> None:
        kept = OutcomePlan.objects.values().get()
        PaymentDay.objects.update(refunds=50_000)
        seen(world.business, finding(as_of=clock, rule=REFUNDS, evidence="0.5"), as_of=clock + DAY)
        decide(world.business, accepted.pk, "done", actor=world.owner, at=clock + DAY)
        assert OutcomePlan.objects.values().get() == kept

    def test_goes_when_the_acceptance_is_undone(self, world: World, accepted: Recommendation, clock: datetime) -> None:
        decide(world.business, accepted.pk, "open", actor=world.owner, at=clock)
        assert not OutcomePlan.objects.exists()

    def test_says_why_where_nothing_can_be_measured(self, world: World, clock: datetime) -> None:
        rows = seen(
            world.business, finding(as_of=clock, rule="payments.answer_dispute", subject="dispute:1"),
            finding(as_of=clock, rule=REFUNDS), as_of=clock,
        )  # fmt: skip
        for row in rows:
            decide(world.business, row.pk, "accepted", actor=world.owner, at=clock)
        reasons = dict(OutcomePlan.objects.filter(method="none").values_list("recommendation__rule", "reason"))
        assert "single dispute" in reasons["payments.answer_dispute"] and reasons[REFUNDS] == TOO_LITTLE


class TestMeasuring:
    @pytest.mark.parametrize(("refunds", "result"), [(0.02, "worked"), (0.08, "no_effect"), (0.2, "harmed")])
    def test_says_what_came_of_it(
        self, world: World, accepted: Recommendation, source: Source, clock: datetime, refunds: float, result: str
    ) -> None:
        later = after(world, source, clock, refunds=refunds)
        (plan,) = due_plans(world.business, as_of=later)
        outcome = measure(world.business, plan, as_of=later)
        assert outcome is not None and outcome.result == result and outcome.rule == REFUNDS
        effect = from_json(outcome.effect or {})
        assert effect.low is not None and effect.high is not None and len(effect.inputs) == 2
        assert all(row_set(world.business, part.rows).title == "Ledger rows" for part in effect.inputs if part.rows)
        assert effect.low <= Decimal(str(refunds)) - Decimal("0.08") + Decimal("0.01") and effect.high > effect.low
        assert due_plans(world.business, as_of=later) == []
        assert Event.objects.filter(name="recommendations.outcomes.measured").count() == 1

    def test_waits_for_the_horizon_and_for_late_facts(
        self, world: World, accepted: Recommendation, source: Source, clock: datetime
    ) -> None:
        assert due_plans(world.business, as_of=clock + 42 * DAY) == []
        assert len(due_plans(world.business, as_of=clock + 43 * DAY)) == 1

    def test_waits_for_data_and_gives_up_after_a_month(
        self, world: World, accepted: Recommendation, clock: datetime
    ) -> None:
        (plan,) = due_plans(world.business, as_of=clock + 50 * DAY)
        assert measure(world.business, plan, as_of=clock + 50 * DAY) is None
        outcome = measure(world.business, plan, as_of=clock + 80 * DAY)
        assert outcome is not None and (outcome.result, outcome.reason) == ("unknowable", NO_DATA)

    def test_is_told_and_written_into_the_history(
        self, world: World, accepted: Recommendation, source: Source, clock: datetime
    ) -> None:
        heard: list[AdviceEvent] = []
        register_listener("test", heard.append)
        try:
            later = after(world, source, clock, refunds=0.02)
            measure(world.business, due_plans(world.business, as_of=later)[0], as_of=later)
        finally:
            del LISTENERS["test"]
        (event,) = heard
        assert event.kind == "outcome" and event.outcome is not None
        assert event.outcome.result == "worked" and (event.outcome.effect or 0) < 0
        assert accepted.events.filter(kind="outcome", reason="Worked").count() == 1

    def test_the_morning_job_measures_every_business(
        self, world: World, accepted: Recommendation, run_jobs: Any
    ) -> None:
        measure_all.enqueue()
        run_jobs()
        assert Outcome.objects.get().result == "unknowable"  # the clock of jobs is far beyond the data

    def test_another_business_sees_none_of_it(self, world: World, accepted: Recommendation, clock: datetime) -> None:
        assert due_plans(world.other, as_of=clock + 80 * DAY) == []
        assert track_records(world.other) == {}


def trades(of: Source, nets: dict[date, float]) -> None:
    """One decision a session with these results."""
    Trade.objects.bulk_create(
        Trade(
            business=of.business, source=of, key=f"{day}", symbol="MNQ", instrument="MNQ", direction=1, quantity=1,
            opened_at=facts.at(day), closed_at=facts.at(day, hours=14), session_date=day, currency="usd",
            gross=Decimal(round(net)), net=Decimal(round(net)),
        )
        for day, net in nets.items()
    )  # fmt: skip


@pytest.mark.parametrize("metric", sorted({*PAYMENTS, *TRADING}))
def test_every_metric_is_registered_and_opens_its_facts(world: World, clock: datetime, metric: str) -> None:
    of = trading_desk.account(world.business)
    trades(of, {clock.date(): 100})
    assert METRICS[metric].better is not Better.NEITHER
    facts_behind = behind(metric, f"account:{of.pk}", clock.date() - DAY, clock.date() + DAY)
    assert row_set(world.business, facts_behind).facts.count() == (metric in TRADING)


def test_other_accounts_take_out_what_the_market_did(world: World, clock: datetime) -> None:
    trading_desk.switch_on(world.business)
    draw, taken = np.random.default_rng(3), clock.date()
    market = {taken + n * DAY: draw.normal(0, 100) + (300 if n > 0 else 0) for n in range(-112, 70)}
    accounts = [trading_desk.account(world.business, label=label) for label in ("Own", "Other")]
    for of in accounts:
        trades(of, {day: net + draw.normal(0, 20) for day, net in market.items() if day < taken})
    one = finding(as_of=clock, rule="trading.stop_sooner", subject=f"account:{accounts[0].pk}")
    apply(world.business, desk="trading", evaluation=Evaluation((one,), (one.rule,), ()), as_of=clock)
    decide(world.business, Recommendation.objects.get().pk, "accepted", actor=world.owner, at=clock)
    plan = OutcomePlan.objects.get()
    assert plan.method == "difference" and plan.controls == [f"account:{accounts[1].pk}"]
    for of in accounts:
        trades(of, {day: net + draw.normal(0, 20) for day, net in market.items() if day >= taken})
    later = clock + 70 * DAY
    outcome = measure(world.business, due_plans(world.business, as_of=later)[0], as_of=later)
    assert outcome is not None and outcome.result == "no_effect"  # both rose by 300 a day


@pytest.mark.parametrize(("worked", "others", "demoted"), [(3, 7, True), (4, 6, False), (0, 9, False), (0, 10, True)])
def test_a_rule_that_seldom_helps_is_demoted(
    world: World, clock: datetime, worked: int, others: int, demoted: bool
) -> None:
    rows = seen(
        world.business, *(finding(as_of=clock, subject=str(n)) for n in range(worked + others + 1)), as_of=clock
    )
    results = ["worked"] * worked + ["no_effect"] * others + ["unknowable"]
    for row, result in zip(rows, results, strict=True):
        Outcome.objects.create(business=world.business, recommendation=row, rule=row.rule, result=result)
    (record,) = track_records(world.business).values()
    assert record.is_demoted is demoted and record.measured == worked + others and record.unknowable == 1
    interval = record.interval
    assert interval is not None and interval[0] <= worked / (worked + others) <= interval[1]
