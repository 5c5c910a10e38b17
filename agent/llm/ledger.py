"""Counts the requests of one run: each is a row, and comes out of what the run holds back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from accounts.tenancy import acting_for
from agent.llm import limits
from agent.llm.budgets import release, settle
from agent.llm.configuration import ModelChoice
from agent.llm.cost import Tokens, cost_of
from agent.llm.items import Counted
from agent.models import AgentRun, ModelPrice, SpendingHold, TokenUsage


@dataclass(slots=True)
class Ledger:
    """The requests of `run`, in order. `open` says that one is on its way and not counted yet."""

    run: AgentRun
    held: SpendingHold
    choice: ModelChoice
    price: ModelPrice
    now: datetime
    count: int = 0
    open: bool = False

    def begin(self) -> None:
        self.open = True

    def end(self, counted: Counted) -> None:
        """Settle a request. One that was cut short is billed for what nobody counted: the most it may have been."""
        self.open = False
        self.count += 1
        known, cut = counted.tokens, not counted.finish_reason
        tokens = known if known and not cut else _at_most(known)
        usage = TokenUsage(
            business=self.run.business, run=self.run, request_no=self.count, provider=self.choice.provider,
            model=self.choice.model, input_tokens=tokens.input, cache_read_tokens=tokens.cache_read,
            cache_write_tokens=tokens.cache_write, output_tokens=tokens.output,
            cost_usd=cost_of(tokens, self.price.tiers), price=self.price, estimated=known is None or cut,
            finish_reason=counted.finish_reason[:20], milliseconds=counted.milliseconds, created_at=self.now,
        )  # fmt: skip
        with acting_for(self.run.business):
            if not AgentRun.objects.of(self.run.business).filter(pk=self.run.pk).exists():
                usage.run = None  # deleted with its conversation meanwhile; what it cost stays
            settle(self.held, usage)

    def close(self, *, refused: bool = False) -> None:
        """Settle what is still on its way, unless the provider refused it, and give back the rest."""
        if self.open and not refused:
            self.end(Counted(None, "", 0))
        with acting_for(self.run.business):
            release(self.held)


def _at_most(known: Tokens | None) -> Tokens:
    most = settings.LLM_MAX_OUTPUT_TOKENS
    if known is None:
        return Tokens(limits.INPUT_TOKENS, output=most)
    return Tokens(known.input or limits.INPUT_TOKENS, known.cache_read, known.cache_write, max(known.output, most))
