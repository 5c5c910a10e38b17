"""Every component in a real browser, under the real policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, expect

from config.testing.browser import chromium, visit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("config.tests.styleguide_urls"),
]

CHARTS = 3


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def site(settings: Any, live_server: Any) -> str:
    call_command("build_assets", verbosity=0)
    settings.STATICFILES_DIRS = [settings.BASE_DIR / "static", settings.VAR_DIR / "assets"]
    return str(live_server.url)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1360, 375])
def test_every_component_shows_without_complaint(browser: Browser, site: str, theme: Any, width: int) -> None:
    with visit(browser, width=width, color_scheme=theme) as seen:
        seen.page.goto(f"{site}/styleguide/")
        expect(seen.page.locator("figure[data-drawn]")).to_have_count(CHARTS)
        seen.assert_calm()
        assert seen.page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("address", ["/", "/pricing/", "/accounts/login/", "/accounts/signup/"])
def test_public_pages_show_without_complaint(browser: Browser, site: str, address: str) -> None:
    with visit(browser, width=375) as seen:
        seen.page.goto(site + address)
        seen.assert_calm()
        assert seen.page.evaluate("document.documentElement.scrollWidth") == 375


def test_without_scripts_every_figure_can_be_read(browser: Browser, site: str) -> None:
    with visit(browser, java_script_enabled=False) as seen:
        seen.page.goto(f"{site}/styleguide/")
        chart = seen.page.locator("#revenue")
        expect(chart.locator(".chart-canvas")).to_be_hidden()
        chart.locator("summary").click()
        expect(chart.locator("td", has_text="$18,420.30")).to_be_visible()
        seen.page.locator("details.menu summary", has_text="Northwind Supply").click()
        expect(seen.page.get_by_text("Hafen Roasters")).to_be_visible()


def test_on_a_phone_the_desks_are_behind_one_button(browser: Browser, site: str) -> None:
    with visit(browser, width=375, java_script_enabled=False) as seen:
        seen.page.goto(f"{site}/styleguide/")
        menu = seen.page.locator(".topbar-menu")
        expect(menu.get_by_role("link", name="Readiness")).to_be_hidden()
        menu.locator("summary").click()
        expect(menu.get_by_role("link", name="Readiness")).to_be_visible()


def test_the_theme_switch_acts_at_once_and_is_remembered(browser: Browser, site: str) -> None:
    with visit(browser, color_scheme="light") as seen:
        seen.page.goto(site)
        with seen.page.expect_response("**/theme/"):
            seen.page.get_by_role("button", name="Dark").click()
        expect(seen.page.locator("html")).to_have_attribute("data-theme", "dark")
        seen.page.goto(f"{site}/pricing/")
        expect(seen.page.locator("html")).to_have_attribute("data-theme", "dark")
        assert seen.page.evaluate("getComputedStyle(document.body).color") == "rgb(230, 233, 238)"
        seen.assert_calm()


def test_the_drawer_opens_closes_and_returns_the_focus(browser: Browser, site: str) -> None:
    with visit(browser) as seen:
        seen.page.goto(f"{site}/styleguide/")
        opener = seen.page.get_by_role("link", name="Open a drawer")
        opener.click()
        drawer = seen.page.get_by_role("dialog", name="Notifications")
        expect(drawer).to_be_visible()
        seen.page.keyboard.press("Escape")
        expect(drawer).to_be_hidden()
        expect(opener).to_be_focused()


def test_the_keyboard_reaches_the_content_first(browser: Browser, site: str) -> None:
    with visit(browser) as seen:
        seen.page.goto(f"{site}/styleguide/")
        seen.page.keyboard.press("Tab")
        expect(seen.page.get_by_role("link", name="Skip to the content")).to_be_focused()
        seen.page.keyboard.press("Enter")
        expect(seen.page.locator("#main")).to_be_focused()


def test_days_become_the_one_period_of_the_address(browser: Browser, site: str) -> None:
    with visit(browser) as seen:
        seen.page.goto(f"{site}/styleguide/")
        seen.page.locator("summary[aria-label='Choose days']").click()
        seen.page.get_by_label("First day").fill("2026-03-01")
        seen.page.get_by_label("Last day").fill("2026-03-31")
        seen.page.get_by_role("button", name="Show these days").click()
        seen.page.wait_for_url("**period=2026-03-01..2026-03-31")
        expect(seen.page.get_by_text("1 Mar 2026 – 31 Mar 2026").first).to_be_visible()
