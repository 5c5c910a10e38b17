"""Two questions at the same moment, over two real connections: the budget is not spent twice."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection

from accounts.models import Business, User
from accounts.tenancy import acting_for
from agent.llm.budgets import hold
from agent.llm.limits import Refused
from agent.models import AgentBudget, AgentRun, Conversation, Message

NOW = datetime(2026, 3, 15, tzinfo=UTC)


def waiting(business: Business, user: User, seq: int, talk: Conversation) -> AgentRun:
    asked = Message.objects.create(business=business, conversation=talk, seq=seq, role=Message.Role.USER, text="?")
    return AgentRun.objects.create(business=business, conversation=talk, question=asked, user=user)


@pytest.mark.django_db(transaction=True)
def test_of_two_runs_that_together_pass_the_cap_one_is_refused() -> None:
    business = Business.objects.create(name="Acme", slug="acme", currency="usd", time_zone="UTC")
    user = User.objects.create_user("owner@example.com", "a-long-enough-secret")
    talk = Conversation.objects.create(business=business, user=user, title="?")
    runs = [waiting(business, user, seq, talk) for seq in (1, 2)]
    together, outcomes = threading.Barrier(2, timeout=30), list[str]()

    def ask(run: AgentRun) -> None:
        together.wait()
        try:
            with acting_for(business):
                hold(run, Decimal(6), now=NOW)
            outcomes.append("held")
        except Refused as refused:
            outcomes.append(refused.fallback)
        finally:
            connection.close()

    asking = [threading.Thread(target=ask, args=[run]) for run in runs]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(60)
    assert sorted(outcomes) == ["budget", "held"] and AgentBudget.objects.get().reserved_usd == 6
