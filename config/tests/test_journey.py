"""A newcomer's whole way: sign up, connect the sandbox Stripe, see the score, get advice, ask a question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from config.testing.stack import Stack

pytestmark = pytest.mark.browser

EMAIL = "nora@newcomer.example"
QUESTION = "What is hurting my funding readiness?"


@pytest.fixture
def console(browser_page: Any) -> Iterator[list[str]]:
    """Everything the browser complains about: script errors, refused styles, missing files."""
    said: list[str] = []
    browser_page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    browser_page.on("pageerror", lambda error: said.append(str(error)))
    yield said


def test_a_newcomer_connects_and_sees_score_charts_advice_and_a_cited_answer(
    stack: Stack, browser_page: Any, console: list[str]
) -> None:
    page = browser_page
    sign_up(stack, page)
    connect_the_sandbox(page)
    slug = re.search(r"/b/([\w-]+)/", page.url).group(1)  # type: ignore[union-attr]
    see_the_score(stack, page, slug)
    see_the_charts(stack, page, slug)
    see_the_advice(stack, page, slug)
    ask(stack, page, slug)
    assert console == []


def sign_up(stack: Stack, page: Any) -> None:
    page.goto(stack.url)
    page.get_by_role("link", name="Sign up").first.click()
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Your name").fill("Nora Newcomer")
    page.get_by_label("Password").fill("a-long-enough-phrase")
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/confirm-email/**")
    page.get_by_label("Code").fill(stack.code_from_mail(EMAIL))
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/onboarding/business/**")
    page.get_by_label("Business name").fill("Nora's Coffee")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/sources/connect/**")


def connect_the_sandbox(page: Any) -> None:
    page.get_by_role("button", name="Connect with Stripe").click()
    page.get_by_label("Harbourlight Coffee").check()
    page.get_by_role("button", name="Connect").click()
    page.wait_for_url("**/b/*/**")


def see_the_score(stack: Stack, page: Any, slug: str) -> None:
    """The import goes on behind; the page is looked at again until the history is complete."""
    imported = "select count(*) from ingestion_syncrun where kind = 'backfill' and state = 'done'"
    stack.until(lambda: stack.sql(imported)[0][0] == 1, seconds=300)
    stack.until(stack.is_idle)
    page.goto(f"{stack.url}/b/{slug}/payments/readiness/")
    assert re.search(r"\b\d{1,3}\b\s*of 100", page.locator("main").inner_text())
    assert page.get_by_role("heading", name="What hurts").is_visible()


def see_the_charts(stack: Stack, page: Any, slug: str) -> None:
    page.locator("figure svg").first.wait_for()
    page.goto(f"{stack.url}/b/{slug}/payments/metrics/")
    page.locator("figure svg").first.wait_for()


def see_the_advice(stack: Stack, page: Any, slug: str) -> None:
    page.goto(f"{stack.url}/b/{slug}/recommendations/")
    page.get_by_role("button", name="Accept").first.click()
    page.get_by_text(re.compile("Accepted", re.I)).first.wait_for()


def ask(stack: Stack, page: Any, slug: str) -> None:
    page.goto(f"{stack.url}/b/{slug}/agent/")
    page.get_by_label("Your question").fill(QUESTION)
    page.get_by_role("button", name="Send").click()
    page.get_by_text(re.compile(r"checked: (\d+) of \1 figures", re.I)).first.wait_for()
    answer = page.locator("main").inner_text()
    assert "readiness-score-explained" in answer or page.locator("a[href*='evidence']").count() > 0
