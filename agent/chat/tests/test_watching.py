"""Watching a run through HTTP: what is new, the answer in its place, and without scripts a page that looks again."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.testing.world import World
from agent.chat import runs
from agent.chat.rendering import plain_draft
from agent.engines import Event
from agent.models import AgentRun, Message, RunEvent
from agent.testing.models import ScriptedModel, use
from agent.testing.shop import shop

BRIEF = "What is hurting my funding readiness?"
HTMX = {"HX-Request": "true"}
ClientOf = Callable[[Any], Client]


@pytest.fixture
def browser(world: World, client_of: ClientOf, wakeups: object, monkeypatch: pytest.MonkeyPatch) -> Client:
    shop(world.business, as_of=timezone.now())
    use(ScriptedModel(), monkeypatch)
    return client_of(world.owner)


@pytest.fixture
def run(browser: Client, world: World) -> AgentRun:
    browser.post(url(world, "ask"), {"message": BRIEF, "key": "form"})
    return AgentRun.objects.get()


def url(world: World, name: str, *args: Any) -> str:
    return reverse(f"agent:{name}", args=[world.business.slug, *args])


def news(browser: Client, world: World, run: AgentRun, after: int | str = 0) -> str:
    response = browser.get(url(world, "run", run.pk), {"after": after}, headers=HTMX)
    assert response.status_code == 200
    return response.content.decode()


def told(run: AgentRun, *events: Event) -> None:
    runs.take(run.business, run.pk, now=timezone.now())
    runs.tell(run, events, now=timezone.now())


def tool(status: str = "ok") -> Event:
    return Event(RunEvent.Kind.TOOL, {"tool": "get_dispute_summary", "label": "Dispute summary", "status": status})


def test_the_page_of_a_running_question_polls_and_without_scripts_looks_again(
    browser: Client, world: World, run: AgentRun
) -> None:
    page = browser.get(url(world, "conversation", run.conversation_id)).content.decode()
    assert f'hx-get="{url(world, "run", run.pk)}?after=0"' in page
    # With an address of its own: a page that stands at #latest would only scroll.
    here = url(world, "conversation", run.conversation_id)
    assert f'<noscript><meta http-equiv="refresh" content="3; url={here}"></noscript>' in page
    assert "Waiting for its turn" in page and url(world, "stop", run.pk) in page
    assert "A language model of Anthropic writes the answers" in page


def test_only_what_is_new_is_sent(browser: Client, world: World, run: AgentRun) -> None:
    told(run, tool(), Event.text("Your score "))
    first = news(browser, world, run)
    assert "Reading dispute summary …" in first and "Your score" in first and "?after=2" in first
    told(run, Event.text("is 71 [ev:c1"), Event.text(".f1]. Disputes"))
    second = news(browser, world, run, after=2)
    assert (
        "Reading" not in second and "is 71. Disputes" in second and "ev:" not in second and "Your score" not in second
    )
    third = news(browser, world, run, after=4)
    assert "draft-" not in third and "?after=4" in third


def test_a_reload_shows_all_of_it_again(browser: Client, world: World, run: AgentRun) -> None:
    told(run, tool("error"), Event.notice("The model is slow."), Event.text("Your score is 71"))
    page = browser.get(url(world, "conversation", run.conversation_id)).content.decode()
    assert "Reading dispute summary: nothing came of it" in page and "Your score is 71" in page
    assert "The model is slow." in page and "?after=3" in page
    assert AgentRun.objects.count() == 1


def test_a_notice_begins_the_draft_anew_and_is_gone_when_the_answer_is_there(
    browser: Client, world: World, run: AgentRun, run_jobs: Any
) -> None:
    told(run, Event.text("Your score is 99."))
    told(run, Event.notice("Checking the figures once more."), Event.text("Your score is 71."))
    body = news(browser, world, run, after=1)
    assert f'<div id="draft-{run.pk}" hx-swap-oob="innerHTML">Your score is 71.</div>' in body and "once more" in body
    page = browser.get(url(world, "conversation", run.conversation_id)).content.decode()
    assert "Your score is 71." in page and "is 99" not in page
    AgentRun.objects.update(state="waiting")
    run_jobs()
    assert "once more" not in news(browser, world, run)


@pytest.mark.parametrize("after", ["", "-1", "x", "9" * 20, "٣"])
def test_an_odd_number_shows_all(browser: Client, world: World, run: AgentRun, after: str) -> None:
    told(run, tool())
    assert "Reading dispute summary" in news(browser, world, run, after=after)


def test_the_answer_takes_the_drafts_place(browser: Client, world: World, run: AgentRun, run_jobs: Any) -> None:
    run_jobs()
    body = news(browser, world, run, after=2)
    assert f'id="turn-{run.pk}" hx-swap-oob="true"' in body
    assert re.search(r"Checked: (\d+) of \1 figures", body) and "hx-trigger" not in body
    assert 'id="suggestions"' in body and "Not helpful" in body


def test_a_draft_is_text_whatever_it_says(browser: Client, world: World, run: AgentRun) -> None:
    told(run, Event.notice("<b>x</b>"), Event.text("<img src=x onerror=alert(1)><script>"))
    body = news(browser, world, run)
    assert "<img" not in body and "<script>" not in body and "<b>" not in body and "&lt;img src=x" in body


def test_without_htmx_the_address_leads_to_the_conversation(browser: Client, world: World, run: AgentRun) -> None:
    response = browser.get(url(world, "run", run.pk))
    assert response.status_code == 302 and str(run.conversation_id) in response["Location"]


def test_sending_a_form_again_runs_nothing_twice(browser: Client, world: World, run: AgentRun) -> None:
    browser.post(url(world, "ask"), {"message": BRIEF, "key": "form"})
    assert AgentRun.objects.count() == 1
    browser.post(url(world, "ask"), {"message": "Another one?", "key": "form"})  # a page from the browser's memory
    assert AgentRun.objects.count() == 2


def test_asking_by_htmx_shows_the_run_and_a_new_key(browser: Client, world: World, run: AgentRun) -> None:
    form = {"message": "why?", "key": "k2", "conversation": str(run.conversation_id)}
    body = browser.post(url(world, "ask"), form, headers=HTMX).content.decode()
    newest = AgentRun.objects.order_by("-created_at").first()
    assert newest is not None and f'id="turn-{newest.pk}"' in body and "hx-trigger" in body
    keys = re.findall(r'id="(?:ask|suggest)-key" name="key" value="(\w+)" hx-swap-oob="true"', body)
    assert len(keys) == 2 and "k2" not in keys


def test_stopping_by_either_way_says_so_and_offers_the_question_again(
    browser: Client, world: World, run: AgentRun
) -> None:
    body = browser.post(url(world, "stop", run.pk), headers=HTMX).content.decode()
    assert "Stopped. There is no answer" in body and f'value="{BRIEF}"' in body
    response = browser.post(url(world, "stop", run.pk), follow=True)
    page = response.content.decode()
    assert "Stopped." in page and 'hx-trigger="load delay' not in page and "http-equiv" not in page


def test_a_failed_run_says_that_it_was_not_the_question(browser: Client, world: World, run: AgentRun) -> None:
    runs.give_up(world.business, run.pk, now=timezone.now(), error="worker_lost")
    body = news(browser, world, run)
    assert "It was not your question; ask again." in body and "worker_lost" not in body


def test_an_answer_in_place_of_a_model_says_why(
    browser: Client, world: World, run: AgentRun, run_jobs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_jobs()
    AgentRun.objects.update(fallback="budget")
    page = browser.get(url(world, "conversation", run.conversation_id)).content.decode()
    assert "budget for models is used up, so the deterministic analyst answered" in page.replace("\n", " ")


@pytest.mark.parametrize("who", ["member", "stranger"])
def test_somebody_elses_run_is_nothing(
    browser: Client, run: AgentRun, world: World, client_of: ClientOf, who: str
) -> None:
    client = client_of(getattr(world, who))
    slug = world.business.slug if who == "member" else world.other.slug
    for given in (slug, world.business.slug):
        assert client.get(reverse("agent:run", args=[given, run.pk]), headers=HTMX).status_code == 404
        assert client.post(reverse("agent:stop", args=[given, run.pk])).status_code == 404
    run.refresh_from_db()
    assert run.state == "waiting"


def test_a_run_of_an_archived_conversation_is_nothing(browser: Client, world: World, run: AgentRun) -> None:
    browser.post(url(world, "archive", run.conversation_id))
    assert browser.get(url(world, "run", run.pk), headers=HTMX).status_code == 404


def test_more_text_only_ever_lengthens_a_draft() -> None:
    text = "**Score** is 71 [ev:c1.f1]. See [Source: payout-timing] and [this]. \n- one [ev:c1.f2]\n[open"
    shown = [plain_draft(text[:length]) for length in range(len(text) + 1)]
    assert all(longer.startswith(shorter) for shorter, longer in pairwise(shown))
    assert shown[-1] == "**Score** is 71. See and [this]. \n- one"


def test_messages_are_kept_in_the_order_of_the_talk(
    browser: Client, world: World, run: AgentRun, run_jobs: Any
) -> None:
    run_jobs()
    assert [message.seq for message in Message.objects.order_by("seq")] == [1, 2]
