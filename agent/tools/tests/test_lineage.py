"""Sums over cited figures, and where a figure comes from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from accounts.errors import InvalidInput
from accounts.testing.world import World
from agent.models import ToolCall
from agent.testing.shop import shop
from agent.tools.arithmetic import Operation, computed
from agent.tools.registry import Ask, call_tool
from analytics.figures import Figure

DAY = date(2026, 6, 15)
NET = Figure("payments.net", 90_000, 30, DAY, currency="usd")
GROSS = Figure("payments.gross", 120_000, 40, DAY, currency="usd")
CHARGES = Figure("payments.charges", 40, 40, DAY)
RATE = Figure("payments.dispute_ratio", Decimal("0.01"), 40, DAY)
EUROS = replace(GROSS, currency="eur")
NOTHING = Figure("payments.dispute_ratio", None, 0, DAY, gap="No payment yet.")


@pytest.mark.parametrize(
    ("operation", "figures", "unit", "value"),
    [
        ("add", (NET, GROSS), "money", 210_000), ("subtract", (GROSS, NET), "money", 30_000),
        ("divide", (GROSS, CHARGES), "money", 3_000), ("share", (NET, GROSS), "rate", Decimal("0.75")),
        ("change", (GROSS, NET), "rate", Decimal("0.333333333333")), ("multiply", (GROSS, RATE), "money", 1_200),
        ("multiply", (CHARGES, RATE), "count", 0), ("divide", (CHARGES, CHARGES), "index", Decimal(1)),
        ("add", (CHARGES, CHARGES, CHARGES), "count", 120),
    ],
)  # fmt: skip
def test_units_follow_the_sum(operation: str, figures: tuple[Figure, ...], unit: str, value: Any) -> None:
    made = computed(Operation(operation), figures, labels=["A"] * len(figures))
    assert (made.metric, made.value) == (f"agent.calculated_{unit}", value)
    assert made.inputs == figures and made.n == min(figure.n for figure in figures)
    assert bool(made.currency) == (unit == "money")


@pytest.mark.parametrize(
    ("operation", "figures", "words"),
    [
        ("add", (NET, EUROS), "currencies"), ("add", (NET, CHARGES), "does not go with"),
        ("divide", (NET, replace(CHARGES, value=0)), "zero"), ("subtract", (NET, NET, NET), "takes two"),
        ("multiply", (NET, GROSS), "does not go with"), ("divide", (CHARGES, NET), "does not go with"),
        ("change", (NET, replace(NET, value=-5)), "misleads"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(operation: str, figures: tuple[Figure, ...], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        computed(Operation(operation), figures, labels=["A"] * len(figures))


def test_a_missing_value_stays_missing() -> None:
    made = computed(Operation.MULTIPLY, (GROSS, NOTHING), labels=["A", "B"])
    assert made.value is None and made.gap


@pytest.fixture
def asked(world: World, clock: datetime) -> Ask:
    shop(world.business, as_of=clock)
    first = Ask(world.business, world.owner, clock)
    return replace(first, call="c2", seen=(call_tool("get_metric_summary", first, {}),))


def test_a_sum_over_figures_of_the_same_answer_is_a_figure(asked: Ask) -> None:
    refs = {cited.figure.metric: cited.id for cited in asked.seen[0].figures if "before" not in cited.label}
    net, gross = refs["payments.net"], refs["payments.gross"]
    result = call_tool("calculate", asked, {"operation": "share", "evidence": [net, gross]})
    (cited,) = result.figures
    values = {ref: next(c.figure.value for c in asked.seen[0].figures if c.id == ref) for ref in (net, gross)}
    assert cited.id == "c2.f1" and "as a share of" in cited.label
    assert abs(cited.figure.value - Decimal(values[net]) / Decimal(values[gross])) < Decimal("1e-11")  # type: ignore[operator,arg-type]


def test_lineage_names_formula_rows_and_inputs(asked: Ask) -> None:
    ref = next(cited.id for cited in asked.seen[0].figures if cited.figure.metric == "payments.refund_ratio")
    result = call_tool("get_lineage", asked, {"evidence": ref})
    assert result.fact("formula") and result.fact("metric") == "payments.refund_ratio"
    assert {cited.figure.metric for cited in result.figures} == {
        "payments.refund_ratio", "payments.refunds", "payments.gross",
    }  # fmt: skip
    net = next(cited.id for cited in asked.seen[0].figures if cited.figure.metric == "payments.net")
    assert call_tool("get_lineage", asked, {"evidence": net}).fact("rows") == "0"


@pytest.mark.parametrize("ref", ["c1.f999", "c9.f1", "zzzz.f1"])
def test_a_reference_nobody_gave_is_refused(asked: Ask, ref: str) -> None:
    result = call_tool("get_lineage", asked, {"evidence": ref})
    assert result.status == "error" and "No figure is cited as" in result.message


@pytest.mark.parametrize("ref", ["", "c1", "c1.f1; drop table", "../c1.f1", "C1.F1"])
def test_a_reference_that_is_none_is_refused(asked: Ask, ref: str) -> None:
    assert call_tool("get_lineage", asked, {"evidence": ref}).status == "error"


def test_over_mcp_earlier_calls_of_the_same_person_count(world: World, asked: Ask) -> None:
    result = replace(asked.seen[0], call="abcd")
    body = result.as_json() | {"figures": [{**figure, "id": "abcd.f1"} for figure in result.as_json()["figures"][:1]]}
    ToolCall.objects.create(
        business=world.business, channel=ToolCall.Channel.MCP, user=world.owner, call="abcd", tool="x", status="ok",
        result=body,
    )  # fmt: skip
    alone = replace(asked, seen=())
    assert call_tool("get_lineage", alone, {"evidence": "abcd.f1"}).status == "ok"
    assert call_tool("get_lineage", replace(alone, user=world.stranger), {"evidence": "abcd.f1"}).status == "error"
    assert call_tool("get_lineage", replace(alone, business=world.other), {"evidence": "abcd.f1"}).status == "error"
