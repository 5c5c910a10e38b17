"""Questions that were answered, and what they cost."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.testing.world import World
from agent.models import AgentRun, Message, ModelPrice, TokenUsage
from agent.testing.runs import begun


def answered(
    world: World,
    *,
    at: datetime,
    model: str = "",
    cost: str = "",
    ms: int = 1_000,
    figures: int = 4,
    fallback: str = "",
) -> AgentRun:  # fmt: skip
    """A question that was answered, by a model where one is named or by the analyst; `cost` is what its model asked."""
    run = begun(world, "hello", now=at)
    answer = Message.objects.create(
        business=world.business, conversation=run.conversation, seq=2, role=Message.Role.ASSISTANT, text="x",
        grounding={"figures": figures, "matched": figures, "unmatched": []}, created_at=at,
    )  # fmt: skip
    fields: dict[str, Any] = {"answer": answer, "total_ms": ms, "fallback": fallback}
    AgentRun.objects.filter(pk=run.pk).update(model=model, engine="anthropic" if model else "analyst/1", **fields)
    for number in range(1, 3) if cost else ():
        TokenUsage.objects.create(
            business=world.business, run=run, request_no=number, provider="anthropic", model="stand-in",
            input_tokens=1_000, output_tokens=50, cost_usd=cost, price=ModelPrice.objects.earliest("pk"), created_at=at,
        )  # fmt: skip
    return run
