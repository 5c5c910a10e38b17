"""Metrics in steps and what changes are made of: the same figures as the pages, within the envelope's bounds."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from accounts.testing.world import World
from agent.testing.shop import shop
from agent.tools.registry import TOOLS, Ask, call_tool
from analytics.registry import METRICS
from recommendations.wording import printed

MOST_TOKENS = 2_000


@pytest.fixture
def asked(world: World, clock: datetime) -> Ask:
    shop(world.business, as_of=clock)
    return Ask(world.business, world.owner, clock)


def test_a_series_adds_up_to_the_summary(asked: Ask) -> None:
    series = call_tool("get_metric_series", asked, {"metric": "payments.net", "period": "90d"})
    summary = call_tool("get_metric_summary", asked, {"period": "90d"}).get("payments.net")
    assert summary is not None and series.status == "ok" and series.fact("grain") == "week"
    assert sum(cited.figure.value for cited in series.all_figures) == summary.value  # type: ignore[misc]


def test_a_rate_is_as_it_stood(asked: Ask) -> None:
    today = asked.today
    series = call_tool("get_metric_series", asked, {"metric": "payments.dispute_ratio", "period": f"{today}..{today}"})
    assert [row.figures[0].figure.metric for row in series.rows] == ["payments.dispute_ratio"]


def test_contributions_add_up_to_the_change(asked: Ask) -> None:
    result = call_tool("explain_change", asked, {"metric": "payments.net", "period": "90d"})
    change = result.get("agent.change_amount")
    parts = [row.get("series.contribution_money") for row in result.rows]
    assert change is not None and change.value != 0
    assert sum(part.value for part in parts if part is not None) == change.value  # type: ignore[misc]
    assert result.fact("by") == "parts"


@pytest.mark.parametrize(
    ("name", "args", "words"),
    [
        ("get_metric_series", {"metric": "payments.moon"}, "no series"),
        ("get_metric_series", {"metric": "trading.net"}, "no series"),
        ("get_metric_series", {"metric": "payments.net", "period": "12m", "grain": "day"}, "more than 60 steps"),
        ("get_metric_series", {"metric": "payments.net", "grain": "hour"}, "cannot be used: grain"),
        ("explain_change", {"metric": "payments.readiness"}, "no series"),
        ("explain_change", {"metric": "payments.dispute_ratio"}, "cannot be laid apart"),
        ("explain_change", {"metric": "payments.net", "by": "weather"}, "parts, currency"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_says_what_can(asked: Ask, name: str, args: dict[str, str], words: str) -> None:
    result = call_tool(name, asked, args)
    assert result.status == "error" and words in result.message and "Nothing was computed" in result.message


def test_metrics_are_listed_with_what_can_be_done_with_them(asked: Ask) -> None:
    found = call_tool("list_metrics", asked, {"find": "net revenue"})
    listed = {row.ref: row.text for row in found.rows}
    assert "explained by parts, currency" in listed["payments.net"]
    assert METRICS["payments.net"].formula in listed["payments.net"]
    assert call_tool("list_metrics", asked, {"find": "moon phase"}).status == "empty"
    assert not any(row.ref.startswith("trading.") for row in call_tool("list_metrics", asked, {}).rows)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("get_metric_series", {"metric": "payments.net", "period": "28d"}),
        ("explain_change", {"metric": "payments.net"}), ("explain_change", {"metric": "payments.gross"}),
    ],
)  # fmt: skip
def test_results_stay_small(asked: Ask, name: str, args: dict[str, str]) -> None:
    body = call_tool(name, asked, args).as_json()
    assert len(json.dumps(body)) / 4 <= MOST_TOKENS * 4  # rows behind each figure are most of it


def test_the_list_of_tools_stays_small() -> None:
    assert len(json.dumps([tool.schema() for tool in TOOLS.values()])) / 4 <= 4_500


def test_every_figure_prints(asked: Ask) -> None:
    result = call_tool("explain_change", asked, {"metric": "payments.gross"})
    assert all(printed(cited.figure) for cited in result.all_figures)
