"""The budget of a month: nothing is spent that is not there, and nothing stays held."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.jobs import PERIODIC, JobRun
from accounts.tenancy import acting_for
from accounts.testing.world import World
from agent.llm.budgets import DEAD_AFTER, hold, month_of, release, release_dead, settle
from agent.llm.limits import Refused
from agent.models import AgentBudget, AgentRun, ModelPrice, SpendingHold, TokenUsage
from agent.testing.runs import begun

NOW = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
USD = Decimal


@pytest.fixture
def run(world: World) -> AgentRun:
    return begun(world, "hello", now=NOW)


def usage(run: AgentRun, cost: str, number: int = 1) -> TokenUsage:
    price = ModelPrice.objects.order_by("pk").first()
    return TokenUsage(
        business=run.business, run=run, request_no=number, provider="p", model="m", cost_usd=USD(cost), price=price
    )


def budget(run: AgentRun, *, now: datetime = NOW) -> AgentBudget:
    return AgentBudget.objects.of(run.business).get(month=month_of(now))


def test_holding_settling_and_releasing_ends_with_what_was_spent(run: AgentRun) -> None:
    held = hold(run, USD("0.9"), now=NOW)
    assert (budget(run).reserved_usd, budget(run).left) == (USD("0.9"), USD("9.1"))
    settle(held, usage(run, "0.2"))
    settle(held, usage(run, "0.1", 2))
    assert (budget(run).spent_usd, budget(run).reserved_usd, budget(run).left) == (USD("0.3"), USD("0.6"), USD("9.1"))
    assert release(held) and not release(held)
    assert (budget(run).spent_usd, budget(run).reserved_usd) == (USD("0.3"), 0)


def test_more_than_was_held_is_spent_all_the_same(run: AgentRun) -> None:
    held = hold(run, USD("0.5"), now=NOW)
    settle(held, usage(run, "0.7"))
    assert (budget(run).spent_usd, budget(run).reserved_usd) == (USD("0.7"), 0)
    release(held)
    settle(held, usage(run, "0.1", 2))  # the last request of a run that was taken for dead
    assert (budget(run).spent_usd, budget(run).reserved_usd) == (USD("0.8"), 0)


@pytest.mark.parametrize(("wanted", "allowed"), [("10", True), ("10.000001", False)])
def test_the_cap_may_be_reached_and_not_passed(run: AgentRun, wanted: str, allowed: bool) -> None:
    if allowed:
        hold(run, USD(wanted), now=NOW)
        return
    with pytest.raises(Refused) as refused:
        hold(run, USD(wanted), now=NOW)
    assert refused.value.fallback == AgentRun.Fallback.BUDGET and "budget" in refused.value.notice
    assert not SpendingHold.objects.exists()


def test_a_third_run_at_once_is_refused(world: World, run: AgentRun) -> None:
    first = hold(run, USD(1), now=NOW)
    hold(begun(world, "two", now=NOW), USD(1), now=NOW)
    third = begun(world, "three", now=NOW)
    with pytest.raises(Refused) as refused:
        hold(third, USD(1), now=NOW)
    assert refused.value.fallback == AgentRun.Fallback.LIMIT and "Two questions" in refused.value.notice
    release(first)
    hold(third, USD(1), now=NOW)


def test_a_new_month_begins_at_nothing_with_the_same_cap(world: World, run: AgentRun) -> None:
    held = hold(run, USD(1), now=NOW)
    settle(held, usage(run, "1"))
    release(held)
    AgentBudget.objects.update(cap_usd=3)
    later = NOW + timedelta(hours=1)
    hold(begun(world, "two", now=later), USD(3), now=later)
    april = budget(run, now=later)
    assert (april.month.isoformat(), april.cap, april.spent_usd) == ("2026-04-01", 3, 0)


def test_a_cap_of_nothing_stops_the_model(run: AgentRun, settings: Any) -> None:
    settings.LLM_MONTHLY_CAP_USD = 0
    with pytest.raises(Refused):
        hold(run, USD("0.01"), now=NOW)


def test_what_lost_workers_hold_is_given_back(world: World, run: AgentRun) -> None:
    hold(run, USD(1), now=NOW - DEAD_AFTER - timedelta(seconds=1))
    alive = hold(begun(world, "two", now=NOW), USD(2), now=NOW)
    assert PERIODIC["agent.spending.release"].kind is release_dead
    job: Any = JobRun(None, None, NOW, None)  # type: ignore[arg-type]
    assert release_dead.handler(job) == {"released": 1}
    assert list(SpendingHold.objects.all()) == [alive] and budget(run).reserved_usd == 2


def test_each_business_has_its_own_and_sees_no_other(world: World, run: AgentRun) -> None:
    hold(run, USD(1), now=NOW)
    with acting_for(world.other):
        assert not AgentBudget.objects.exists() and not SpendingHold.objects.exists()


def test_a_hold_that_went_with_its_conversation_holds_nothing(world: World, run: AgentRun) -> None:
    held = hold(run, USD(9), now=NOW)
    run.conversation.delete()
    second = hold(begun(world, "two", now=NOW), USD(9), now=NOW)
    assert not release(held) and budget(second.run).reserved_usd == 9
