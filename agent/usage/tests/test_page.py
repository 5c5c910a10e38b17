"""The page of what the assistant used: the five questions, and the sums behind it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.testing.pages import FiveQuestions
from accounts.testing.world import World
from agent.llm.prices import snapshot_lines
from agent.models import AgentBudget
from agent.usage.queries import usage_report
from agent.usage.sums import Use, usd
from agent.usage.tests.answered import answered

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


class TestUsagePage(FiveQuestions):
    url = "agent:usage"
    permission = "write:business"
    queries = 17


def test_days_and_engines_add_up_to_the_total(world: World) -> None:
    world.business.time_zone = "America/New_York"
    world.business.save()
    answered(world, at=NOW, model="stand-in", cost="0.02", ms=4_000)
    answered(world, at=NOW, ms=10, figures=0)
    answered(world, at=NOW.replace(day=14, hour=3), cost="0.01", ms=2_000, fallback="ungrounded")  # the 13th there
    answered(world, at=NOW - timedelta(days=40), ms=99_000)
    report = usage_report(world.business, now=NOW)
    days = [(use.day.isoformat(), use.questions, use.requests, use.cost) for use in report.days if use.day]
    assert days == [("2026-03-15", 2, 2, Decimal("0.04")), ("2026-03-13", 1, 2, Decimal("0.02"))]
    engines = {use.name: (use.questions, use.instead, use.input_tokens, use.middle) for use in report.engines}
    assert engines == {"Built-in analyst": (2, 1, 0, 1_005), "stand-in": (1, 0, 4_000, 4_000)}
    total = report.total
    assert (total.questions, total.figures, total.matched, total.output_tokens) == (3, 8, 8, 200)
    assert (total.cost, total.middle) == (Decimal("0.06"), 2_000)
    assert report.reasons == (("A figure could not be traced", 1),)


def test_what_a_deleted_question_cost_stays(world: World) -> None:
    answered(world, at=NOW, model="stand-in", cost="0.02").conversation.delete()
    report = usage_report(world.business, now=NOW)
    assert (report.total.questions, report.total.cost) == (0, Decimal("0.04"))


@pytest.mark.parametrize(("month", "spent"), [("2026-03-01", "1.5"), ("2026-02-01", "0")])
def test_a_new_month_begins_at_nothing_with_its_cap(world: World, month: str, spent: str) -> None:
    AgentBudget.objects.create(business=world.business, month=month, cap_usd=3, spent_usd="1.5")
    report = usage_report(world.business, now=NOW)
    assert (report.budget.spent_usd, report.budget.cap) == (Decimal(spent), 3)


@pytest.mark.parametrize(("amount", "shown"), [("0", "$0.00"), ("0.0034", "$0.0034"), ("1234.5", "$1,234.50")])
def test_dollars(amount: str, shown: str) -> None:
    assert usd(Decimal(amount)) == shown


@pytest.mark.parametrize(("middle", "shown"), [(None, "–"), (12, "0.01 s"), (1_000, "1.0 s"), (4_260, "4.3 s")])
def test_times(middle: float | None, shown: str) -> None:
    assert Use(middle=middle).time_text == shown


def test_another_business_sees_nothing_of_it(world: World) -> None:
    answered(world, at=NOW, model="stand-in", cost="0.02")
    assert usage_report(world.other, now=NOW).days == ()


class TestShown:
    @pytest.fixture
    def page(self, world: World, client_of: Callable[[Any], Client], wakeups: object) -> Callable[[], str]:
        address = reverse("agent:usage", args=[world.business.slug])
        return lambda: client_of(world.owner).get(address).content.decode()

    def test_an_empty_page_says_so(self, page: Callable[[], str]) -> None:
        assert "Nobody has asked yet" in page() and "costs nothing" in page()

    def test_the_model_its_cost_and_the_reasons_are_named(self, page: Any, world: World, settings: Any) -> None:
        settings.LLM_PROVIDER, settings.OPENAI_API_KEY = "openai", "secret-key"
        settings.LLM_MODEL = snapshot_lines()[0].model
        answered(world, at=timezone.now(), cost="0.02", fallback="budget")
        shown = page()
        assert "$0.04" in shown and "budget is used up" in shown and settings.LLM_MODEL in shown
        assert "of $10.00" in shown and "secret-key" not in shown
