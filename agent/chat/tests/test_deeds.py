"""Asking, stopping, rating, renaming, archiving and deleting refuse who may not."""

from __future__ import annotations

from typing import Any

from accounts.testing.deeds import FourRefusals
from accounts.testing.world import World
from agent.models import AgentRun, Conversation, Message


class TestAskDeed(FourRefusals):
    url = "agent:ask"
    permission = "use:agent"
    form = {"message": "What is hurting my funding readiness?"}


class TestArchiveDeed(FourRefusals):
    url = "agent:archive"
    permission = "use:agent"

    def deed_kwargs(self, world: World) -> dict[str, Any]:
        return {"conversation": conversation_of(world).pk}


class TestRenameDeed(FourRefusals):
    url = "agent:rename"
    permission = "use:agent"
    form = {"title": "Another name"}

    def deed_kwargs(self, world: World) -> dict[str, Any]:
        return {"conversation": conversation_of(world).pk}


class TestDeleteDeed(FourRefusals):
    url = "agent:delete"
    permission = "use:agent"

    def deed_kwargs(self, world: World) -> dict[str, Any]:
        return {"conversation": conversation_of(world).pk}


class TestStopDeed(FourRefusals):
    url = "agent:stop"
    permission = "use:agent"

    def deed_kwargs(self, world: World) -> dict[str, Any]:
        mine, asked = conversation_of(world), said(world, "user", "?")
        run = AgentRun.objects.create(business=world.business, conversation=mine, question=asked, user=world.owner)
        return {"run": run.pk}


class TestRateDeed(FourRefusals):
    url = "agent:rate"
    permission = "use:agent"
    form = {"rating": "up"}

    def deed_kwargs(self, world: World) -> dict[str, Any]:
        return {"message": said(world, "assistant", "Nothing is wrong.").pk}


def conversation_of(world: World) -> Conversation:
    return Conversation.objects.create(business=world.business, user=world.owner, title="Readiness")


def said(world: World, role: str, text: str) -> Message:
    return Message.objects.create(
        business=world.business, conversation=conversation_of(world), seq=1, role=role, text=text
    )
