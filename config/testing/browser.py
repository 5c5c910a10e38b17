"""A real browser that writes down what the page complains about."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
COUNT_VIOLATIONS = """
  window.__violations = [];
  document.addEventListener("securitypolicyviolation", (event) =>
    window.__violations.push(`${event.violatedDirective}: ${event.blockedURI || event.sourceFile} ${event.sample}`));
"""


@dataclass(slots=True)
class Visit:
    """One open page with its complaints: console errors, uncaught exceptions, refused by policy."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def violations(self) -> list[str]:
        found: list[str] = self.page.evaluate("window.__violations ?? []")
        return found

    def assert_calm(self) -> None:
        assert self.violations() == []
        assert self.complaints == []

    def note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium. Django's guard against async contexts is lifted: Playwright's loop runs no ORM code."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@contextmanager
def visit(browser: Browser, *, width: int = 1360, height: int = 900, **context: Any) -> Iterator[Visit]:
    """A fresh page of `width`; further arguments go to the browser context, such as `color_scheme`."""
    opened = browser.new_context(viewport={"width": width, "height": height}, **context)
    opened.add_init_script(COUNT_VIOLATIONS)
    seen = Visit(opened.new_page())
    seen.page.on("console", lambda message: seen.note(message))
    seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    yield seen
    opened.close()
