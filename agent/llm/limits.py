"""What one run may use. Every run ends within these, whatever the model does. Source: agent.md § 5."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.conf import settings

from agent.llm.cost import Tier, worst_case
from agent.models import AgentRun

REQUESTS = 6
TOOL_CALLS = 12
INPUT_TOKENS = 30_000  # of one request
WALL_CLOCK = timedelta(seconds=60)
#: A model's text beyond this is no answer; a provider may not keep to the tokens that were asked for.
MOST_CHARACTERS = 12_000
#: Bytes a token stands for, taken low: a request that looks too large by this is not sent.
BYTES_PER_TOKEN = 3
RUNS_AT_ONCE = 2

NOTICES = {
    AgentRun.Fallback.BUDGET: "This month's budget for the model is used up, so the built-in analyst answers.",
    AgentRun.Fallback.UNPRICED: "The model that is set has no known price, so the built-in analyst answers.",
    AgentRun.Fallback.PROVIDER: "The model could not be reached or gave no answer, so the built-in analyst answers.",
    AgentRun.Fallback.LIMIT: "The model did not come to an answer within its limits, so the built-in analyst answers.",
    AgentRun.Fallback.UNGROUNDED: (
        "The model's answer held figures that could not be traced, so the built-in analyst answers."
    ),
}
BUSY = "Two questions are with the model already, so the built-in analyst answers this one."


class Refused(Exception):
    """A model may not answer, or did not: why, in a word for the record and in words for the person and for staff."""

    def __init__(self, fallback: AgentRun.Fallback, *, notice: str = "", error: str = "") -> None:
        super().__init__(error or fallback.label)
        self.fallback = fallback
        self.notice = notice or NOTICES[fallback]
        self.error = error


def most_of_a_run(tiers: list[Tier]) -> Decimal:
    """What a run can cost at most; so much is held back before its first request."""
    return worst_case(tiers, requests=REQUESTS, input_tokens=INPUT_TOKENS, output_tokens=settings.LLM_MAX_OUTPUT_TOKENS)
