"""A trader's way in: pays in the shop, gets a mail, opens the desk with its link, stands before the upload."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import Business
from billing.activation.views import first_step
from config.testing.stack import Stack

pytestmark = pytest.mark.browser

EMAIL = "david@trader.example"


@pytest.fixture
def console(browser_page: Any) -> Iterator[list[str]]:
    """Everything the browser complains about on our pages; the shop is not ours."""
    said: list[str] = []

    def note(message: Any) -> None:
        if message.type == "error" and "/odoo/" not in message.location.get("url", ""):
            said.append(message.text)

    browser_page.on("console", note)
    browser_page.on("pageerror", lambda error: said.append(str(error)))
    yield said


def test_an_order_of_odoo_becomes_a_trader_before_the_upload_page(
    stack: Stack, browser_page: Any, console: list[str]
) -> None:
    page = browser_page
    number = buy_in_the_shop(stack, page)
    link = link_in_the_mail(stack)
    open_the_desk(stack, page, link, number)
    stand_before_the_upload(stack, page)
    find_the_link_used(stack, page, link)
    assert [said for said in console if "404" not in said] == []


def buy_in_the_shop(stack: Stack, page: Any) -> str:
    page.goto(f"http://127.0.0.1:{stack.sandbox_port}/odoo/shop/BW-TRADER")
    page.get_by_label("Your name").fill("David")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_role("button", name="Pay now").click()
    number: str = page.locator("#order").inner_text()
    return number


def link_in_the_mail(stack: Stack) -> str:
    def found() -> Any:
        return re.search(r"http\S+/activate/link/\S+/", stack.latest_mail(EMAIL))

    return str(stack.until(found, seconds=60).group(0))


def open_the_desk(stack: Stack, page: Any, link: str, number: str) -> None:
    page.request.get(link)  # a mail scanner was here before
    page.goto(link)
    assert number in page.locator("main").inner_text()
    page.get_by_role("button", name="Open my desk").click()
    page.wait_for_url("**/b/*/**")


def stand_before_the_upload(stack: Stack, page: Any) -> None:
    """Signed in, in a business of their own with the trading desk: before the upload as soon as that page exists."""
    slug = re.search(r"/b/([\w-]+)/", page.url).group(1)  # type: ignore[union-attr]
    assert page.url == stack.url + first_step(Business(slug=slug))
    if "/trading/statements/" in page.url:
        assert page.locator("input[type=file]").count() >= 1
    granted = """select p.key, m.role, u.email from billing_grant g join billing_plan p on p.id = g.plan_id
                 join accounts_member m on m.business_id = g.business_id join accounts_user u on u.id = m.user_id
                 where g.source = 'odoo' and g.state = 'active'"""
    assert stack.sql(granted) == [("trader", "owner", EMAIL)]


def find_the_link_used(stack: Stack, page: Any, link: str) -> None:
    page.goto(link)
    page.get_by_text("This link was used").wait_for()
    assert stack.sql("select count(*) from accounts_business") == [(1,)]
