"""Use over the API: what is refused, that nothing is there, and the sums of a period."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.keys import create_key
from accounts.models import Business
from accounts.periods import Period, parse_period
from accounts.permissions import KEY_SCOPES
from accounts.testing.world import World
from agent.llm.budgets import hold, month_of
from agent.models import AgentBudget, AgentRun
from agent.testing.runs import begun
from agent.usage.api import PERMISSION
from agent.usage.queries import NOBODY, usage_of
from agent.usage.tests.answered import answered

ADDRESS = "/api/v1/agent/usage"
PERIOD = "2026-03-01..2026-03-31"
NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
Get = Callable[..., Any]


@pytest.fixture
def get(world: World, client_of: Callable[[Any], Client], wakeups: Any) -> Get:
    def ask(user: Any = world.owner, business: Business = world.business, **query: str) -> Any:
        return client_of(user).get(ADDRESS, {"business_id": str(business.pk), **query})

    return ask


class TestRefusals:
    @pytest.mark.parametrize(
        "period", ["nonsense", "mtd", "2026-03", "2026-03-31..2026-03-01", "2026-03-01..", "0001-01-01..2026-01-01",
                   "2026-02-30..2026-03-01", "28d' or 1=1", "2026-03-01..2026-03-31..2026-04-01"],
    )  # fmt: skip
    def test_of_what_is_no_period(self, get: Get, period: str) -> None:
        refused = get(period=period)
        assert refused.status_code == 400 and refused.json()["error"]["details"]["field"] == "period"

    def test_of_everybody_without_the_permission(self, get: Get, world: World) -> None:
        answered(world, at=NOW, model="stand-in", cost="0.02")
        for person in (world.manager, world.member, world.viewer, world.stranger):
            refused = get(person, period=PERIOD)
            assert refused.status_code == 403 and "stand-in" not in refused.content.decode()
        assert get(None).status_code == 401

    def test_of_another_business(self, get: Get, world: World) -> None:
        assert get(business=world.other).status_code == 403

    def test_of_keys_since_none_may_carry_the_right(self, world: World, client_of: Any, wakeups: Any) -> None:
        assert PERMISSION not in KEY_SCOPES
        made = create_key(world.business, name="n8n", scopes=["read:analytics"], actor=world.owner, now=timezone.now())
        refused = client_of(None).get(ADDRESS, headers={"X-API-Key": made.text})
        assert refused.status_code == 403

    def test_of_what_is_no_business(self, world: World, client_of: Any, wakeups: Any) -> None:
        assert client_of(world.owner).get(ADDRESS, {"business_id": "x"}).status_code == 400

    def test_of_writing(self, world: World, client_of: Any, wakeups: Any) -> None:
        assert client_of(world.owner).post(ADDRESS, {}, content_type="application/json").status_code == 405


def test_without_questions_it_is_zeros_and_says_so(get: Get, settings: Any) -> None:
    settings.LLM_MONTHLY_CAP_USD = 10
    body = get().json()
    assert body["note"] == NOBODY and body["period"]["key"] == "90d"
    assert body["days"] == body["engines"] == [] and body["fallbacks"] == {}
    assert body["total"] == {
        "questions": 0, "fallbacks": 0, "requests": 0, "tokens": {"input": 0, "output": 0, "cached": 0},
        "cost_usd": "0.000000", "latency_ms": {"p50": None, "p95": None},
        "grounded": {"printed": 0, "traced": 0, "share": None},
    }  # fmt: skip
    budget = body["budget"]
    assert (budget["cap_usd"], budget["spent_usd"], budget["reserved_usd"], budget["left_usd"]) == (
        "10.000000", "0.000000", "0.000000", "10.000000",
    )  # fmt: skip


def test_sums_by_day_and_by_what_answered(get: Get, world: World) -> None:
    answered(world, at=NOW, model="stand-in", cost="0.02", ms=4_000)
    answered(world, at=NOW, ms=10, figures=0)
    answered(world, at=NOW - timedelta(days=1), cost="0.01", ms=2_000, fallback="ungrounded")
    answered(world, at=NOW - timedelta(days=40), ms=99_000)  # before the period
    body = get(period=PERIOD).json()
    total = body["total"]
    assert (body["note"], total["questions"], total["fallbacks"], total["requests"]) == ("", 3, 1, 4)
    assert total["tokens"] == {"input": 4_000, "output": 200, "cached": 0} and total["cost_usd"] == "0.060000"
    assert total["latency_ms"] == {"p50": 2_000, "p95": 3_800}
    assert total["grounded"] == {"printed": 8, "traced": 8, "share": "1.0000"}
    assert [(day["day"], day["questions"], day["cost_usd"]) for day in body["days"]] == [
        ("2026-03-14", 1, "0.020000"), ("2026-03-15", 2, "0.040000"),
    ]  # fmt: skip
    engines = {(one["engine"], one["model"]): (one["questions"], one["requests"]) for one in body["engines"]}
    # What the replaced model cost stands under its own name.
    assert engines == {("analyst/1", ""): (2, 0), ("anthropic", "stand-in"): (1, 4)}
    assert body["fallbacks"] == {"ungrounded": 1}


def test_the_period_is_counted_in_days_of_the_business(get: Get, world: World) -> None:
    world.business.time_zone = "America/New_York"
    world.business.save()
    answered(world, at=datetime(2026, 4, 1, 3, tzinfo=UTC))  # still 31 March there
    assert get(period=PERIOD).json()["total"]["questions"] == 1
    assert get(period="2026-04-01..2026-04-30").json()["note"] == NOBODY


def test_the_budget_says_what_is_held_back(get: Get, world: World) -> None:
    now = timezone.now()
    AgentBudget.objects.create(business=world.business, month=month_of(now), cap_usd=3, spent_usd="1.5")
    hold(begun(world, "hello", now=now), Decimal("0.5"), now=now)
    budget = get().json()["budget"]
    assert (budget["spent_usd"], budget["reserved_usd"], budget["left_usd"]) == ("1.500000", "0.500000", "1.000000")


def test_a_part_that_was_not_traced_shows_in_the_share(get: Get, world: World) -> None:
    run = answered(world, at=NOW, figures=3)
    assert run.answer is None
    answer = AgentRun.objects.get(pk=run.pk).answer
    assert answer is not None
    answer.grounding = {"figures": 3, "matched": 2, "unmatched": [{}]}
    answer.save(update_fields=["grounding"])
    assert get(period=PERIOD).json()["total"]["grounded"] == {"printed": 3, "traced": 2, "share": "0.6667"}


def test_another_business_sees_nothing_of_it(world: World) -> None:
    answered(world, at=NOW, model="stand-in", cost="0.02")
    period_of = usage_of(world.business, _march(world), now=NOW)
    assert period_of.total.questions == 1 and usage_of(world.other, _march(world), now=NOW).note == NOBODY


def test_queries_do_not_grow_with_questions(world: World, django_assert_num_queries: Any) -> None:
    for day in range(1, 15):
        answered(world, at=NOW - timedelta(days=day), model=f"model-{day}", cost="0.01")
    with django_assert_num_queries(7):
        usage_of(world.business, _march(world), now=NOW)


def _march(world: World) -> Period:
    return parse_period(PERIOD, as_of=NOW, zone=world.business.time_zone)
