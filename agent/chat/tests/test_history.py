"""Looking after conversations: rename, search, delete, what people think of answers, and what is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Conflict, InvalidInput, NotYours
from accounts.models import Event
from accounts.testing.world import World
from agent.chat import feedback, queries, retention, services
from agent.models import AgentRun, Conversation, Feedback, Message, ModelPrice, RunEvent, TokenUsage, ToolCall, ToolUse
from agent.testing.models import ScriptedModel, use
from agent.testing.shop import shop

BRIEF = "What is hurting my funding readiness?"
HTMX = {"HX-Request": "true"}
ClientOf = Callable[[Any], Client]


@pytest.fixture
def run(world: World, wakeups: Any) -> AgentRun:
    now = timezone.now()
    shop(world.business, as_of=now)
    return services.ask(world.business, world.owner, BRIEF, now=now)


@pytest.fixture
def browser(run: AgentRun, world: World, client_of: ClientOf) -> Client:
    return client_of(world.owner)


def url(world: World, name: str, *args: Any) -> str:
    return reverse(f"agent:{name}", args=[world.business.slug, *args])


def paid(run: AgentRun) -> TokenUsage:
    price = ModelPrice.objects.create(provider="test", model="m", starts=date(2026, 1, 1), tiers=[], source="test")
    return TokenUsage.objects.create(
        business=run.business, run=run, request_no=1, provider="test", model="m", cost_usd=Decimal("0.01"), price=price
    )


class TestConversations:
    def test_a_new_name_is_shown_on_one_line(self, browser: Client, world: World, run: AgentRun) -> None:
        form = {"title": "  Funding\n<b>2026</b> "}
        page = browser.post(url(world, "rename", run.conversation_id), form, follow=True).content.decode()
        assert "Funding &lt;b&gt;2026&lt;/b&gt;" in page and "<b>2026" not in page
        assert Conversation.objects.get().title == "Funding <b>2026</b>"

    def test_a_name_is_needed(self, browser: Client, world: World, run: AgentRun) -> None:
        page = browser.post(url(world, "rename", run.conversation_id), {"title": " "}, follow=True).content.decode()
        assert "A conversation needs a name." in page and Conversation.objects.get().title == BRIEF

    def test_titles_are_searched_for_every_word(self, browser: Client, world: World, run: AgentRun) -> None:
        services.ask(world.business, world.owner, "Revenue last month?", now=timezone.now())
        for words, found in (("readiness", 1), ("FUNDING hurting", 1), ("funding revenue", 0), ("", 2), ("100%_", 0)):
            assert len(queries.conversations(world.business, world.owner, search=words)) == found, words
        page = browser.get(url(world, "start"), {"q": "nothing <i>"}).content.decode()
        assert "No title holds “nothing &lt;i&gt;”" in page

    def test_deleting_takes_everything_but_what_it_cost(self, browser: Client, world: World, run: AgentRun) -> None:
        usage = paid(run)
        feedback.rate(world.business, world.owner, run.answer_id, rating="up", at=timezone.now())
        page = browser.post(url(world, "delete", run.conversation_id), follow=True).content.decode()
        assert "The conversation is deleted" in page
        for model in (Conversation, Message, AgentRun, RunEvent, ToolCall, Feedback):
            assert model.objects.count() == 0, model
        usage.refresh_from_db()
        assert usage.run is None and usage.cost_usd == Decimal("0.01")
        assert Event.objects.filter(name="agent.chat.deleted").count() == 1

    def test_nothing_is_deleted_under_a_running_question(
        self, browser: Client, world: World, run: AgentRun, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        use(ScriptedModel(), monkeypatch)
        services.ask(world.business, world.owner, "why?", now=timezone.now(), conversation_id=run.conversation_id)
        with pytest.raises(Conflict):
            services.delete(world.business, world.owner, run.conversation_id)
        page = browser.post(url(world, "delete", run.conversation_id), follow=True).content.decode()
        assert "is being answered" in page and Conversation.objects.count() == 1

    @pytest.mark.parametrize("who", ["member", "stranger"])
    def test_nobody_looks_after_the_conversations_of_others(
        self, run: AgentRun, world: World, client_of: ClientOf, who: str
    ) -> None:
        client, slug = client_of(getattr(world, who)), world.business.slug if who == "member" else world.other.slug
        for name in ("rename", "delete", "archive"):
            address = reverse(f"agent:{name}", args=[slug, run.conversation_id])
            assert client.post(address, {"title": "Mine now"}).status_code == 404
        assert client.post(reverse("agent:rate", args=[slug, run.answer_id]), {"rating": "up"}).status_code == 404
        assert Conversation.objects.get().title == BRIEF and Feedback.objects.count() == 0


class TestFeedback:
    def test_a_second_opinion_replaces_the_first(self, browser: Client, world: World, run: AgentRun) -> None:
        address = url(world, "rate", run.answer_id)
        first = browser.post(address, {"rating": "up"}, headers=HTMX).content.decode()
        assert "Kept. Thank you." in first and "Say why" not in first
        second = browser.post(address, {"rating": "down"}, headers=HTMX).content.decode()
        assert "Say why" in second and 'value="down" aria-pressed="true"' in second
        form = {"rating": "down", "reason": "wrong", "note": "<b>Score</b>"}
        page = browser.post(address, form, follow=True).content.decode()
        assert 'value="&lt;b&gt;Score&lt;/b&gt;"' in page and "What you said is kept" in page
        kept = Feedback.objects.get()
        assert (kept.rating, kept.reason, kept.note, kept.user) == ("down", "wrong", "<b>Score</b>", world.owner)

    @pytest.mark.parametrize(
        "said",
        [{"rating": "great"}, {"rating": ""}, {"rating": "up", "reason": "x"}, {"rating": "up", "note": "n" * 501}],
    )
    def test_what_is_no_opinion_is_refused(
        self, browser: Client, run: AgentRun, world: World, said: dict[str, str]
    ) -> None:
        with pytest.raises(InvalidInput):
            feedback.rate(world.business, world.owner, run.answer_id, at=timezone.now(), **said)
        assert browser.post(url(world, "rate", run.answer_id), said, headers=HTMX).status_code == 400
        assert browser.post(url(world, "rate", run.answer_id), said).status_code == 302
        assert Feedback.objects.count() == 0

    def test_questions_are_not_rated(self, run: AgentRun, world: World) -> None:
        with pytest.raises(NotYours):
            feedback.rate(world.business, world.owner, run.question_id, rating="up", at=timezone.now())


class TestForgetting:
    def test_tool_calls_go_before_answers_whose_marks_go_with_them(
        self, browser: Client, run: AgentRun, world: World, run_jobs: Any, settings: Any
    ) -> None:
        long_ago = timezone.now() - timedelta(days=settings.TOOL_CALL_RETENTION_DAYS + 1, minutes=1)
        for model in (ToolCall, Message):
            model.objects.update(created_at=long_ago)
        retention.forget.enqueue()
        assert run_jobs()[0].result == {"tool_calls": 4, "conversations": 0}
        page = browser.get(url(world, "conversation", run.conversation_id)).content.decode()
        assert "/evidence/answer/" not in page and "no longer kept" in page and "Checked:" in page

    def test_counts_of_tool_calls_stay_by_day_and_add_up(
        self, run: AgentRun, world: World, clock: datetime, settings: Any
    ) -> None:
        settings.TOOL_CALL_RETENTION_DAYS = 90
        first = datetime(2026, 3, 16, 23, 59, tzinfo=UTC)  # the clock's day less 91; a day later is kept whole
        ToolCall.objects.all().delete()
        told = {"business": world.business, "channel": "mcp", "call": "a", "tool": "calculate", "rows": 2}
        for at, status, took in ((first, "ok", 10), (first, "ok", 20), (first, "error", 5),
                                 (first + timedelta(minutes=1), "ok", 40)):  # fmt: skip
            ToolCall.objects.create(**told, status=status, milliseconds=took, created_at=at)
        assert clock.date() - first.date() == timedelta(days=91)
        assert retention.forget_tool_calls(now=clock) == 3 and ToolCall.objects.count() == 1
        ToolCall.objects.create(**told, status="ok", milliseconds=30, created_at=first)  # came late
        assert retention.forget_tool_calls(now=clock) == 1 and retention.forget_tool_calls(now=clock) == 0
        kept = ToolUse.objects.order_by("status").values_list("day", "status", "calls", "rows", "milliseconds")
        assert list(kept) == [(first.date(), "error", 1, 2, 5), (first.date(), "ok", 3, 6, 60)]

    @pytest.mark.parametrize(("extra", "left"), [(timedelta(minutes=-1), 1), (timedelta(minutes=1), 0)])
    def test_conversations_go_after_their_time_and_usage_stays(
        self, run: AgentRun, settings: Any, clock: datetime, extra: timedelta, left: int
    ) -> None:
        paid(run)
        age = timedelta(days=settings.CONVERSATION_RETENTION_DAYS) + extra
        Conversation.objects.update(updated_at=clock - age)
        assert retention.forget_conversations(now=clock) == 1 - left
        assert Conversation.objects.count() == left and TokenUsage.objects.count() == 1

    def test_a_conversation_with_a_running_question_stays(self, run: AgentRun, clock: datetime) -> None:
        Conversation.objects.update(updated_at=clock - timedelta(days=5000))
        AgentRun.objects.update(state="running")
        assert retention.forget_conversations(now=clock) == 0
