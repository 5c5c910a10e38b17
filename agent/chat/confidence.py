"""How far an answer can be relied on, from 0 to 1, by a rule that anybody can work out again (docs/agent/chat.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from statistics import median_low
from typing import Any

from agent.models import Message, ToolCall
from agent.tools.envelope import EMPTY, ERROR, INSUFFICIENT, STALE

#: A sample of this size counts half.
HALF_AT = 10
#: What the worst result behind an answer leaves of the confidence.
LEFT = {STALE: Decimal("0.7"), EMPTY: Decimal("0.6"), INSUFFICIENT: Decimal("0.5"), ERROR: Decimal("0.3")}
CUT_SHORT = Decimal("0.5")
HUNDREDTH = Decimal("0.01")


def confidence(answer: Message, calls: Sequence[ToolCall]) -> Decimal:
    """grounding × freshness × sample, to two places.

    Units:   a fraction from 0 to 1.
    Empty:   0 for an answer that abstains; an answer without figures, from our pages alone, has sample 1.
    """
    if answer.status == Message.Status.ABSTAINED:
        return Decimal(0)
    whole = Decimal(1) if answer.status != Message.Status.PARTIAL else CUT_SHORT
    parts = grounding(answer.grounding) * freshness([call.status for call in calls])
    return (whole * parts * sample(answer.evidence)).quantize(HUNDREDTH, ROUND_HALF_UP)


def grounding(outcome: Mapping[str, Any]) -> Decimal:
    """The share of printed figures that were found. Empty: 1 where none was printed."""
    figures = int(outcome.get("figures", 0))
    return Decimal(int(outcome.get("matched", 0))) / figures if figures else Decimal(1)


def freshness(statuses: Sequence[str]) -> Decimal:
    """What the worst of the results leaves. Empty: 1 where nothing was read."""
    return min((LEFT.get(status, Decimal(1)) for status in statuses), default=Decimal(1))


def sample(evidence: Sequence[Mapping[str, Any]]) -> Decimal:
    """n ÷ (n + 10) for the median sample size n of the cited figures. Empty: 1 where none counts facts."""
    sizes = [int(body["n"]) for body in evidence if int(body.get("n") or 0) > 0]
    if not sizes:
        return Decimal(1)
    n = median_low(sizes)
    return Decimal(n) / (n + HALF_AT)


def data_sources(answer: Message, calls: Sequence[ToolCall]) -> list[str]:
    """What the answer was read from: the tools by name, each once, then the pages it cites."""
    read = [
        call.tool.removeprefix("get_") for call in calls if call.tool != "search_knowledge" and call.status != ERROR
    ]
    pages = [f"knowledge:{cited['doc_id']}" for cited in answer.citations]
    return list(dict.fromkeys([*read, *pages]))
