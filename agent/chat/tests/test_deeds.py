"""Asking and archiving refuse who may not."""

from __future__ import annotations

from typing import Any

from accounts.testing.deeds import FourRefusals
from accounts.testing.world import World
from agent.models import Conversation


class TestAskDeed(FourRefusals):
    url = "agent:ask"
    permission = "use:agent"
    form = {"message": "What is hurting my funding readiness?"}


class TestArchiveDeed(FourRefusals):
    url = "agent:archive"
    permission = "use:agent"

    def deed_kwargs(self, world: World) -> dict[str, Any]:
        mine = Conversation.objects.create(business=world.business, user=world.owner, title="Readiness")
        return {"conversation": mine.pk}
