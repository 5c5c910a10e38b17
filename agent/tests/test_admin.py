"""The console's view of conversations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Event, User
from accounts.testing.world import World
from agent.chat.services import ask
from agent.models import Conversation


@pytest.fixture
def console(world: World, client_of: Callable[[Any], Client], clock: datetime, wakeups: object) -> Client:
    ask(world.business, world.owner, "hello", now=clock)
    return client_of(User.objects.create_superuser("chief@example.com", "a-long-enough-secret"))


@pytest.mark.parametrize("model", ["conversation", "message", "toolcall"])
def test_lists_open_and_nothing_can_be_added(console: Client, model: str) -> None:
    assert console.get(reverse(f"admin:agent_{model}_changelist")).status_code == 200
    assert console.get(reverse(f"admin:agent_{model}_add")).status_code == 403


def test_archiving_needs_a_reason_and_leaves_an_event(console: Client) -> None:
    row = Conversation.objects.get()
    data = {"action": "archive_rows", "_selected_action": [str(row.pk)]}
    console.post(reverse("admin:agent_conversation_changelist"), data)
    row.refresh_from_db()
    assert row.archived_at is None
    console.post(reverse("admin:agent_conversation_changelist"), data | {"reason": "Asked for by the person"})
    row.refresh_from_db()
    assert row.archived_at is not None
    assert Event.objects.get(name="agent.chat.archived_by_staff").reason == "Asked for by the person"
