"""The console: read-only lists, and deeds with a reason that leave an event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Event, Job, User
from accounts.testing.world import World
from recommendations.models import Notification, Recommendation, RecommendationEvent
from recommendations.notifications.services import announce_urgent
from recommendations.testing.findings import finding, seen


@pytest.fixture
def console(world: World, client_of: Callable[[Any], Client], wakeups: object) -> Client:
    return client_of(User.objects.create_superuser("chief@example.com", "a-long-enough-secret"))


@pytest.fixture
def row(world: World, clock: datetime) -> Recommendation:
    found = seen(world.business, finding(as_of=clock, points="12"), as_of=clock)[0]
    announce_urgent(world.business, desk="payments", as_of=clock)
    return found


MODELS = [
    "recommendations_recommendation", "recommendations_recommendationevent", "recommendations_notification",
    "recommendations_digest", "recommendations_outcome", "recommendations_outcomeplan", "recommendations_rulestate",
]  # fmt: skip


@pytest.mark.parametrize("model", MODELS)
def test_lists_open_and_nothing_can_be_added(console: Client, row: Recommendation, model: str) -> None:
    assert console.get(reverse(f"admin:{model}_changelist")).status_code == 200
    assert console.get(reverse(f"admin:{model}_add")).status_code == 403


def press(console: Client, model: str, action: str, row: Any, reason: str = "") -> Any:
    data = {"action": action, "_selected_action": [str(row.pk)], **({"reason": reason} if reason else {})}
    return console.post(reverse(f"admin:{model}_changelist"), data)


def test_a_deed_without_a_reason_asks_for_one(console: Client, row: Recommendation) -> None:
    assert press(console, "recommendations_recommendation", "expire_rows", row).status_code == 200
    row.refresh_from_db()
    assert row.status == "open"


def test_expiring_leaves_an_event_with_the_reason(console: Client, row: Recommendation) -> None:
    press(console, "recommendations_recommendation", "expire_rows", row, "Wrong figures on 14 June")
    row.refresh_from_db()
    assert row.status == "expired"
    assert Event.objects.get(name="recommendations.board.expired_by_staff").reason == "Wrong figures on 14 June"
    assert RecommendationEvent.objects.filter(recommendation=row, kind="expired").count() == 1


def test_the_rules_can_be_run_again(console: Client, row: Recommendation) -> None:
    press(console, "recommendations_recommendation", "run_again", row, "After a fix")
    assert Job.objects.get(name="recommendations.generate").args == {"desks": ["payments"]}


def test_a_notification_can_be_resolved(console: Client, row: Recommendation) -> None:
    press(console, "recommendations_notification", "resolve_rows", Notification.objects.get(), "Known")
    assert Notification.objects.get().resolved_at is not None
