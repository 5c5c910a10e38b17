"""The trading tools read what is stored: the same figures as the pages, their gaps, and nothing of anybody else."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from accounts.models import Business
from accounts.testing.world import World
from agent.tools.registry import TOOLS, Ask, call_tool
from analytics.testing.traders import Trader, simulated
from analytics.testing.trading_desk import account, computed_desk, switch_on
from analytics.trading.evidence import KIND
from analytics.trading.modules import MODULES
from analytics.trading.snapshots.queries import stored
from ingestion.models import Source

TRADING = sorted(name for name, tool in TOOLS.items() if tool.desk == "trading")
ARGS: dict[str, dict[str, Any]] = {"read_trading_module": {"module": "monte_carlo"}}
MOST_TOKENS = 2_000
NEEDED = tuple(key for key in ("kpis", "bql", "afma", "monte_carlo", "shadow_boxing") if key in MODULES)


@pytest.fixture
def desk(world: World) -> Source:
    return computed_desk(world.business, simulated(Trader(n=160)), only=NEEDED)


@pytest.fixture
def asked(world: World, clock: datetime, desk: Source) -> Ask:
    return Ask(world.business, world.owner, clock)


def test_are_five() -> None:
    assert TRADING == [
        "get_edge_health", "get_trading_behaviour", "get_trading_performance", "read_trading_module",
        "simulate_prop_rules",
    ]  # fmt: skip


def test_performance_is_what_the_page_stores(asked: Ask, desk: Source) -> None:
    result = call_tool("get_trading_performance", asked, {})
    kept = stored(asked.business, desk, MODULES["kpis"])
    assert kept is not None
    assert result.get("trading.expectancy") == kept.result.figures["trading.expectancy"]
    assert result.fact("kpis.verdict") == kept.result.verdict
    assert result.figures[0].url.endswith(f"/evidence/{KIND}/{kept.snapshot_id}/trading.expectancy/")


@pytest.mark.parametrize("name", TRADING)
def test_every_figure_has_an_address_and_a_result_stays_small(asked: Ask, name: str) -> None:
    result = call_tool(name, asked, ARGS.get(name, {}))
    assert result.all_figures and all(cited.url for cited in result.all_figures)
    assert len(json.dumps(result.as_json()).encode()) / 4 <= MOST_TOKENS * 2.5


@pytest.mark.parametrize("name", TRADING)
def test_says_why_there_is_nothing(world: World, clock: datetime, name: str) -> None:
    switch_on(world.business)
    ask = Ask(world.business, world.owner, clock)
    result = call_tool(name, ask, ARGS.get(name, {}))
    assert result.status == "empty" and "statement has to be uploaded" in result.message
    account(world.business)
    assert "no closed decision" in call_tool(name, ask, ARGS.get(name, {})).message


@pytest.mark.parametrize("name", TRADING)
def test_an_account_of_another_business_is_nothing(asked: Ask, world: World, name: str) -> None:
    theirs = computed_desk(world.other, simulated(Trader(n=40)), label="CANARYACCOUNT", only=("kpis",))
    result = call_tool(name, asked, {**ARGS.get(name, {}), "account": str(theirs.pk)})
    assert result.status == "error" and "CANARYACCOUNT" not in json.dumps(result.as_json())


def test_a_short_record_gives_gaps_and_no_numbers_in_their_place(world: World, clock: datetime) -> None:
    computed_desk(world.business, simulated(Trader(n=8)), only=("shadow_boxing",))
    result = call_tool("simulate_prop_rules", Ask(world.business, world.owner, clock), {})
    chances = [c.figure for c in result.all_figures if c.figure.metric == "trading.pass_chance"]
    assert chances and all(figure.value is None and figure.gap for figure in chances)


def test_programmes_are_narrowed_by_words_of_their_name(asked: Ask) -> None:
    result = call_tool("simulate_prop_rules", asked, {"programme": "ftmo"})
    assert result.rows and all("FTMO" in row.label for row in result.rows)
    none = call_tool("simulate_prop_rules", asked, {"programme": "no such firm"})
    assert none.status == "empty" and "No programme of that name" in none.message


def test_a_module_that_does_not_exist_is_refused(asked: Ask) -> None:
    result = call_tool("read_trading_module", asked, {"module": "horoscope"})
    assert result.status == "error" and "module" in result.message


def test_without_the_desk_there_are_no_trading_tools(world: World, clock: datetime) -> None:
    from agent.tools.registry import tools_of

    Business.objects.filter(pk=world.business.pk).update(desks=["payments"])
    world.business.refresh_from_db()
    assert not {tool.name for tool in tools_of(world.business)} & set(TRADING)
