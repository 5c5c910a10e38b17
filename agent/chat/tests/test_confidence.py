"""The confidence of an answer: a product of three parts, each worked out by hand here."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from agent.chat.confidence import confidence, data_sources, freshness, grounding, sample
from agent.models import Message, ToolCall


def call(tool: str = "get_dispute_summary", status: str = "ok") -> ToolCall:
    return ToolCall(tool=tool, status=status)


def answer(status: str = "final", *, matched: int = 4, sizes: tuple[Any, ...] = (90,)) -> Message:
    evidence = [{"id": f"c1.f{seq}", "n": n} for seq, n in enumerate(sizes)]
    return Message(status=status, grounding={"figures": 4, "matched": matched}, evidence=evidence)


@pytest.mark.parametrize(
    ("outcome", "part"),
    [({}, "1"), ({"figures": 0, "matched": 0}, "1"), ({"figures": 4, "matched": 3}, "0.75"), ({"figures": 2}, "0")],
)
def test_grounding_is_the_share_of_figures_that_were_found(outcome: dict[str, Any], part: str) -> None:
    assert grounding(outcome) == Decimal(part)


@pytest.mark.parametrize(
    ("statuses", "part"),
    [([], "1"), (["ok"], "1"), (["ok", "stale"], "0.7"), (["stale", "empty"], "0.6"),
     (["insufficient_data", "ok"], "0.5"), (["error", "stale"], "0.3")],
)  # fmt: skip
def test_freshness_is_what_the_worst_result_leaves(statuses: list[str], part: str) -> None:
    assert freshness(statuses) == Decimal(part)


@pytest.mark.parametrize(
    ("sizes", "part"), [((), "1"), ((0, None), "1"), ((10,), "0.5"), ((10, 90, 990), "0.9"), ((1, 0), "1/11")]
)
def test_sample_counts_half_at_ten(sizes: tuple[Any, ...], part: str) -> None:
    over, _, under = part.partition("/")
    assert sample([{"n": n} for n in sizes]) == Decimal(over) / Decimal(under or 1)


@pytest.mark.parametrize(
    ("message", "calls", "expected"),
    [
        (answer(), [call()], "0.90"),
        (answer(matched=3), [call(status="stale")], "0.47"),  # 0.75 × 0.7 × 0.9 = 0.4725
        (answer("partial"), [call()], "0.45"),
        (answer("abstained"), [], "0"),
    ],
)
def test_confidence_is_their_product(message: Message, calls: list[ToolCall], expected: str) -> None:
    assert confidence(message, calls) == Decimal(expected)


def test_sources_are_the_tools_that_gave_something_and_the_pages_cited() -> None:
    message = Message(citations=[{"doc_id": "payout-timing", "title": "Payout timing"}])
    calls = [call(), call("search_knowledge"), call(), call("get_payout_summary", "error")]
    assert data_sources(message, calls) == ["dispute_summary", "knowledge:payout-timing"]
