"""From a price to an open desk and back: buying, cancelling, using up the paid period, and the gate."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from config.testing.stack import Stack

pytestmark = pytest.mark.browser

EMAIL = "tess@trader.example"
DESK = "trading/kpis/"


@pytest.fixture
def console(browser_page: Any) -> Iterator[list[str]]:
    """Everything the browser complains about, but the gate's own 402, which it logs as a failed load."""
    said: list[str] = []

    def note(message: Any) -> None:
        if message.type == "error" and "402" not in message.text:
            said.append(message.text)

    browser_page.on("console", note)
    browser_page.on("pageerror", lambda error: said.append(str(error)))
    yield said


def test_a_visitor_buys_a_desk_cancels_and_meets_the_gate_after_the_paid_period(
    stack: Stack, browser_page: Any, console: list[str]
) -> None:
    page = browser_page
    choose_and_sign_up(stack, page)
    slug = buy(stack, page)
    desk = f"{stack.url}/b/{slug}/{DESK}"
    see_the_open_desk(stack, page, slug)
    subscription = cancel(stack, page, slug)
    assert page.goto(desk).status == 200  # paid is paid: open to the end of the period
    use_up_the_period(stack, subscription)
    meet_the_gate(page, desk)
    assert console == []


def choose_and_sign_up(stack: Stack, page: Any) -> None:
    """From the price list through the sign-up back to the chosen plan."""
    page.goto(f"{stack.url}/pricing/")
    page.get_by_role("link", name="Choose Trader").click()
    page.wait_for_url("**/accounts/signup/**")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Your name").fill("Tess Trader")
    page.get_by_label("Password").fill("a-long-enough-phrase")
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/confirm-email/**")
    page.get_by_label("Code").fill(stack.code_from_mail(EMAIL))
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/onboarding/business/**")
    page.get_by_label("Business name").fill("Tess Trades")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/settings/plan/**")


def buy(stack: Stack, page: Any) -> str:
    """Pay on the till's page and come back to a plan that is open."""
    slug = re.search(r"/b/([\w-]+)/", page.url).group(1)  # type: ignore[union-attr]
    gated = page.goto(f"{stack.url}/b/{slug}/{DESK}")
    assert gated.status == 402 and page.get_by_text("The trading desk is not part of your plan").is_visible()
    page.get_by_role("link", name="See the Trader plan").click()
    page.get_by_role("button", name="Choose Trader").click()
    page.wait_for_url("**/pay/**")
    page.get_by_role("button", name="Use a card that is declined").click()
    page.get_by_text("Your card was declined").wait_for()
    page.get_by_label("Country").select_option("DE")
    page.get_by_role("button", name="Pay", exact=True).click()
    page.wait_for_url("**/settings/plan/")
    page.get_by_text("Trader is open. Thank you.").wait_for()
    return slug


def see_the_open_desk(stack: Stack, page: Any, slug: str) -> None:
    """The desk no longer asks for a plan, and the invoice is there with its tax."""
    held = "select count(*) from billing_grant where state = 'active' and source = 'stripe'"
    assert stack.sql(held) == [(1,)]
    stack.until(lambda: stack.sql("select count(*) from billing_invoice where status = 'paid'") == [(1,)])
    page.goto(f"{stack.url}/b/{slug}/settings/plan/")
    assert page.get_by_text("$297.50").is_visible()
    assert page.goto(f"{stack.url}/b/{slug}/{DESK}").status == 200


def cancel(stack: Stack, page: Any, slug: str) -> str:
    """In the portal; the webhook tells us, and the page says until when everything works."""
    page.goto(f"{stack.url}/b/{slug}/settings/plan/")
    page.get_by_role("button", name="Cards, invoices, cancel").click()
    page.wait_for_url("**/portal/**")
    page.get_by_role("button", name="Cancel plan").click()
    page.get_by_role("button", name="Don't cancel plan").wait_for()
    page.get_by_role("link", name="Back to Bellwether").click()
    page.wait_for_url("**/settings/plan/")
    stack.until(lambda: stack.sql("select count(*) from billing_subscription where cancel_at is not null") == [(1,)])
    page.reload()
    page.get_by_text(re.compile("Your plan ends on .* Until then everything works")).wait_for()
    return str(stack.sql("select stripe_id from billing_subscription")[0][0])


def use_up_the_period(stack: Stack, subscription: str) -> None:
    """Let the till's clock reach the end of the period; its webhook ends the grant."""
    lever = f"http://127.0.0.1:{stack.sandbox_port}/_sandbox/till/advance"
    body = json.dumps({"to_period_end": subscription}).encode()
    request = urllib.request.Request(lever, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200
    ended = "select count(*) from billing_grant where state = 'ended' and source = 'stripe'"
    stack.until(lambda: stack.sql(ended) == [(1,)])


def meet_the_gate(page: Any, desk: str) -> None:
    """Nothing is gone but the way in, and the gate says which plan opens it."""
    assert page.goto(desk).status == 402
    assert page.get_by_text("The trading desk is not part of your plan. The Trader plan has it.").is_visible()
    assert page.get_by_text("Nothing was deleted").is_visible()
    page.get_by_role("link", name="See the Trader plan").click()
    page.get_by_role("button", name="Choose Trader").wait_for()
