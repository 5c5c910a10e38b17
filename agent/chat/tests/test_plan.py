"""The month's questions that the plan has are everybody's together."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts.testing.world import World
from agent.chat.limits import questions_this_month
from agent.chat.services import ask
from billing.entitlements import NotEntitled
from billing.grants import renew_version
from billing.models import Grant, PlanFeature

NOW = datetime(2026, 6, 30, 23, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_questions_are_refused_beyond_the_plans_and_begin_anew_next_month(world: World) -> None:
    Grant.objects.all().delete()
    PlanFeature.objects.filter(plan__key="free", key="agent_questions").update(value=2)
    renew_version([world.business])
    for person in (world.owner, world.member):
        ask(world.business, person, "What is my readiness score?", now=NOW)
    assert questions_this_month(world.business, now=NOW) == 2
    with pytest.raises(NotEntitled, match="questions a month") as refused:
        ask(world.business, world.viewer, "And now?", now=NOW)
    assert refused.value.details["plan"] == "desk_payments"
    assert ask(world.business, world.viewer, "And now?", now=datetime(2026, 7, 1, 1, tzinfo=UTC)).answer
