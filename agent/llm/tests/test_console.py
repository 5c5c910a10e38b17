"""The console's view of runs, tokens, prices and budgets: looked at by staff, changed by superusers only."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Event, User
from accounts.testing.world import World
from agent.models import AgentBudget, AgentRun, ModelPrice, TokenUsage
from agent.testing.runs import begun


@pytest.fixture
def chief(world: World, client_of: Callable[[Any], Client], wakeups: object) -> Client:
    return client_of(User.objects.create_superuser("chief@example.com", "a-long-enough-secret"))


@pytest.fixture
def run(world: World, clock: datetime) -> AgentRun:
    run = begun(world, "hello", now=clock)
    run.history = [{"kind": "request", "parts": ["<b>kept</b>"]}]
    run.save()
    price = ModelPrice.objects.earliest("pk")
    TokenUsage.objects.create(
        business=world.business, run=run, request_no=1, provider="p", model="m", cost_usd="0.01", price=price
    )
    AgentBudget.objects.create(business=world.business, month="2026-06-01", spent_usd="0.01")
    return run


@pytest.mark.parametrize("model", ["agentrun", "tokenusage", "modelprice", "agentbudget"])
def test_lists_and_rows_open(chief: Client, run: AgentRun, model: str) -> None:
    rows = {"agentrun": AgentRun, "tokenusage": TokenUsage, "modelprice": ModelPrice, "agentbudget": AgentBudget}
    row = rows[model]._default_manager.order_by("pk").first()
    assert chief.get(reverse(f"admin:agent_{model}_changelist")).status_code == 200
    assert chief.get(reverse(f"admin:agent_{model}_change", args=[row.pk])).status_code == 200


def test_a_run_shows_the_providers_messages_as_text(chief: Client, run: AgentRun) -> None:
    page = chief.get(reverse("admin:agent_agentrun_change", args=[run.pk])).content.decode()
    assert "&lt;b&gt;kept&lt;/b&gt;" in page and "<b>kept</b>" not in page


@pytest.mark.parametrize("model", ["agentrun", "tokenusage"])
def test_what_happened_is_not_written_by_hand(chief: Client, run: AgentRun, model: str) -> None:
    assert chief.get(reverse(f"admin:agent_{model}_add")).status_code == 403


def post_price(chief: Client, tiers: Any) -> int:
    data = {
        "provider": "openai", "model": "ours-*", "starts": "2026-01-01", "tiers": json.dumps(tiers),
        "source": "contract",
    }  # fmt: skip
    return chief.post(reverse("admin:agent_modelprice_add"), data).status_code


def test_a_price_is_added_and_never_rewritten(chief: Client, run: AgentRun) -> None:
    assert post_price(chief, [{"above": 0, "input": "1", "output": "2"}]) == 302
    row = ModelPrice.objects.get(model="ours-*")
    assert Event.objects.filter(name="agent.prices.added").exists()
    address = reverse("admin:agent_modelprice_change", args=[row.pk])
    assert chief.post(address, {"tiers": "[]"}).status_code == 403


@pytest.mark.parametrize(
    "tiers",
    [[], {}, "x", [1], [{"above": 0, "input": "1"}], [{"above": 5, "input": "1", "output": "1"}],
     [{"above": 0, "input": "cheap", "output": "1"}], [{"above": 0, "input": "-1", "output": "1"}]],
)  # fmt: skip
def test_a_price_that_cannot_be_worked_with_is_refused(chief: Client, tiers: Any) -> None:
    assert post_price(chief, tiers) == 200 and not ModelPrice.objects.filter(model="ours-*").exists()


def test_a_cap_is_set_for_one_business_and_leaves_the_rest_alone(chief: Client, run: AgentRun) -> None:
    row = AgentBudget.objects.get()
    data = {"cap_usd": "25", "spent_usd": "0", "reserved_usd": "3", "month": "2020-01-01"}
    assert chief.post(reverse("admin:agent_agentbudget_change", args=[row.pk]), data).status_code == 302
    row.refresh_from_db()
    assert (row.cap, row.spent_usd, row.reserved_usd, row.month.year) == (25, Decimal("0.01"), 0, 2026)
    assert Event.objects.get(name="agent.budget.capped").business == run.business


def test_a_cap_may_be_set_before_the_first_question(chief: Client, world: World) -> None:
    data = {"business": str(world.other.pk), "month": "2026-07-15", "cap_usd": "1"}
    assert chief.post(reverse("admin:agent_agentbudget_add"), data).status_code == 302
    assert AgentBudget.objects.get(business=world.other).month.isoformat() == "2026-07-01"


def test_staff_that_is_no_superuser_changes_nothing(client_of: Callable[[Any], Client], run: AgentRun) -> None:
    staff = User.objects.create_user("staff@example.com", "a-long-enough-secret", is_staff=True)
    client = client_of(staff)
    for model in ("modelprice", "agentbudget"):
        assert client.get(reverse(f"admin:agent_{model}_add")).status_code == 403
