"""The chat through HTTP: the five questions, asking with and without scripts, evidence in two clicks."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.testing.pages import FiveQuestions
from accounts.testing.world import World
from agent.chat import services
from agent.models import Conversation, Message
from agent.testing.shop import shop

BRIEF = "What is hurting my funding readiness?"
ClientOf = Callable[[Any], Client]


class TestStartPage(FiveQuestions):
    url = "agent:start"
    queries = 12
    permission = "use:agent"


class TestKnowledgePage(FiveQuestions):
    url = "agent:knowledge"
    queries = 10
    kwargs = {"doc_id": "payout-timing"}
    permission = "use:agent"


@pytest.fixture
def browser(world: World, client_of: ClientOf, wakeups: object) -> Client:
    shop(world.business, as_of=timezone.now())
    return client_of(world.owner)


def ask_url(world: World) -> str:
    return reverse("agent:ask", args=[world.business.slug])


def test_the_empty_chat_offers_questions_that_work(browser: Client, world: World) -> None:
    page = browser.get(reverse("agent:start", args=[world.business.slug])).content.decode()
    offered = re.findall(r'name="message" value="([^"]+)"', page)
    assert len(offered) == 3
    response = browser.post(ask_url(world), {"message": offered[0]}, follow=True)
    assert "Checked:" in response.content.decode()


def test_without_scripts_a_question_leads_to_its_answer(browser: Client, world: World) -> None:
    response = browser.post(ask_url(world), {"message": BRIEF})
    conversation = Conversation.objects.get()
    assert response.status_code == 302
    assert (
        response["Location"] == reverse("agent:conversation", args=[world.business.slug, conversation.pk]) + "#latest"
    )
    page = browser.get(response["Location"]).content.decode()
    assert BRIEF in page and "Your funding readiness is" in page
    assert re.search(r"Checked: (\d+) of \1 figures", page)
    assert reverse("agent:knowledge", args=[world.business.slug, "funding-readiness-factors"]) in page


def test_each_figure_opens_what_it_stands_on(browser: Client, world: World) -> None:
    page = browser.post(ask_url(world), {"message": BRIEF}, follow=True).content.decode()
    links = set(re.findall(rf'href="(/b/{world.business.slug}/evidence/answer/[^"]+)"', page))
    assert len(links) >= 8
    for link in sorted(links)[:4]:
        assert browser.get(link).status_code == 200
        again = browser.get(link, {"again": "1"})
        assert again.context["evidence"].agrees  # the same tools on the same data say the same


def test_htmx_gets_the_new_turns_only(browser: Client, world: World) -> None:
    browser.post(ask_url(world), {"message": BRIEF})
    body = {"message": "why?", "conversation": str(Conversation.objects.get().pk)}
    fragment = browser.post(ask_url(world), body, headers={"HX-Request": "true"}).content.decode()
    assert fragment.count('<article class="bubble') == 2 and "<html" not in fragment
    assert 'hx-swap-oob="true"></textarea>' in fragment  # the question is taken: the field is empty again


def test_htmx_without_a_conversation_is_led_to_the_new_one(browser: Client, world: World) -> None:
    response = browser.post(ask_url(world), {"message": BRIEF}, headers={"HX-Request": "true"})
    assert response.status_code == 204 and str(Conversation.objects.get().pk) in response["HX-Redirect"]


@pytest.mark.parametrize("message", ["", "x" * 9000])
def test_a_refused_question_says_why_and_keeps_nothing(browser: Client, world: World, message: str) -> None:
    page = browser.post(ask_url(world), {"message": message}, follow=True).content.decode()
    assert "Ask something." in page or "at most 8 kB" in page
    assert Message.objects.count() == 0


def test_a_hostile_question_is_shown_as_text(browser: Client, world: World) -> None:
    page = browser.post(ask_url(world), {"message": "<img src=x onerror=alert(1)>"}, follow=True).content.decode()
    assert "&lt;img src=x" in page and "<img src=x" not in page


def test_a_stranger_cannot_ask_about_a_business(world: World, client_of: ClientOf) -> None:
    assert client_of(world.stranger).post(ask_url(world), {"message": BRIEF}).status_code == 404
    assert Message.objects.count() == 0


def test_asking_needs_a_post(browser: Client, world: World) -> None:
    assert browser.get(ask_url(world)).status_code == 405


@pytest.mark.parametrize("who", ["member", "stranger"])
def test_somebody_elses_conversation_is_nothing(world: World, client_of: ClientOf, clock: datetime, who: str) -> None:
    answer = services.ask(world.business, world.owner, "hello", now=clock).answer
    client = client_of(getattr(world, who))
    slug = world.business.slug if who == "member" else world.other.slug
    address = reverse("agent:conversation", args=[slug, answer.conversation_id])
    assert client.get(address).status_code == 404
    assert client.post(reverse("agent:archive", args=[slug, answer.conversation_id])).status_code == 404
    body = {"message": "hello", "conversation": str(answer.conversation_id)}
    assert client.post(reverse("agent:ask", args=[slug]), body).status_code == 404
    evidence = reverse(
        "evidence:figure", kwargs={"business": slug, "kind": "answer", "key": str(answer.pk), "metric": "c1.f1"}
    )
    assert client.get(evidence).status_code == 404


def test_a_conversation_can_be_archived(browser: Client, world: World) -> None:
    browser.post(ask_url(world), {"message": BRIEF})
    conversation = Conversation.objects.get()
    response = browser.post(reverse("agent:archive", args=[world.business.slug, conversation.pk]), follow=True)
    assert "The conversation is archived." in response.content.decode()
    assert browser.get(reverse("agent:conversation", args=[world.business.slug, conversation.pk])).status_code == 404


@pytest.mark.parametrize("doc_id", ["nothing", "metric-glossary-2"])
def test_an_unknown_page_is_nothing(browser: Client, world: World, doc_id: str) -> None:
    assert browser.get(reverse("agent:knowledge", args=[world.business.slug, doc_id])).status_code == 404


def test_pages_name_their_source_and_the_day_of_review(browser: Client, world: World) -> None:
    page = browser.get(reverse("agent:knowledge", args=[world.business.slug, "reducing-chargebacks"])).content.decode()
    assert "reviewed on 20 Nov 2026" in page and 'id="where-the-lines-are"' in page


def test_a_thread_needs_as_many_queries_for_many_turns_as_for_few(
    browser: Client, world: World, django_assert_max_num_queries: Any
) -> None:
    browser.post(ask_url(world), {"message": BRIEF})
    conversation = Conversation.objects.get()
    for question in ("why?", "what should i do", "refunds last month"):
        browser.post(ask_url(world), {"message": question, "conversation": str(conversation.pk)})
    with django_assert_max_num_queries(16):
        browser.get(reverse("agent:conversation", args=[world.business.slug, conversation.pk]))


class TestApi:
    def ask(self, client: Client, **body: Any) -> Any:
        return client.post("/api/v1/agent/chat", body, content_type="application/json")

    def test_answers_in_the_briefs_shape(self, browser: Client, world: World) -> None:
        response = self.ask(browser, business_id=str(world.business.pk), message=BRIEF)
        body = response.json()
        assert response.status_code == 200
        assert set(body) >= {"conversation_id", "message_id", "response", "tool_calls"}
        assert body["tool_calls"][0]["tool"] == "get_readiness_breakdown" and "[ev:" in body["response"]
        again = self.ask(browser, message="why?", conversation_id=body["conversation_id"]).json()
        assert again["conversation_id"] == body["conversation_id"]
        thread = browser.get(f"/api/v1/agent/conversations/{body['conversation_id']}").json()
        assert [turn["role"] for turn in thread["messages"]] == ["user", "assistant"] * 2
        assert set(thread["messages"][0]) >= {"role", "content", "created_at"}

    @pytest.mark.parametrize(("message", "status"), [("", 400), ("x" * 9000, 413)])
    def test_refuses_what_is_no_question(self, browser: Client, message: str, status: int) -> None:
        response = self.ask(browser, message=message)
        assert response.status_code == status and set(response.json()["error"]) == {"code", "message", "details"}

    def test_refuses_unknown_fields(self, browser: Client) -> None:
        assert self.ask(browser, message="hello", engine="other").status_code in (400, 422)

    def test_a_stranger_gets_nothing(self, world: World, client_of: ClientOf, clock: datetime) -> None:
        answer = services.ask(world.business, world.owner, "hello", now=clock).answer
        stranger = client_of(world.stranger)
        assert self.ask(stranger, business_id=str(world.business.pk), message="hello").status_code == 403
        assert self.ask(stranger, message="hello", conversation_id=str(answer.conversation_id)).status_code == 404
        assert stranger.get(f"/api/v1/agent/conversations/{answer.conversation_id}").status_code == 404
        assert stranger.get(f"/api/v1/agent/conversations/{uuid.uuid4()}").status_code == 404

    def test_nobody_gets_401(self, client_of: ClientOf, world: World) -> None:
        assert self.ask(client_of(None), message="hello").status_code == 401
