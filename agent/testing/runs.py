"""A run that waits to be answered."""

from __future__ import annotations

from datetime import datetime

from accounts.testing.world import World
from agent.models import AgentRun, Conversation, Message


def begun(world: World, question: str, *, now: datetime, conversation: Conversation | None = None) -> AgentRun:
    """A run of the owner's question, already taken by a worker."""
    business, user = world.business, world.owner
    if conversation is None:
        conversation = Conversation.objects.create(business=business, user=user, title=question[:80], created_at=now)
    asked = Message.objects.create(
        business=business, conversation=conversation, seq=conversation.messages.count() + 1,
        role=Message.Role.USER, text=question, created_at=now,
    )  # fmt: skip
    return AgentRun.objects.create(
        business=business, conversation=conversation, question=asked, user=user, state=AgentRun.State.RUNNING,
        created_at=now, started_at=now,
    )  # fmt: skip
