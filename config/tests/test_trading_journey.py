"""A trader's first hour: a broker's statement goes in, every page of the desk stands on it, a packet comes out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config.demo import DEMO_EMAIL, DEMO_PASSWORD
from config.testing.stack import Stack
from ingestion.sandbox.trading.layouts import ACCOUNT, metatrader5
from ingestion.sandbox.trading.trader import history

pytestmark = pytest.mark.browser


@pytest.fixture
def stack(house_folder: Path) -> Iterator[Stack]:
    """The demo business, whose plan has the trading desk; its own account is left alone."""
    with Stack(house_folder, demo=True) as house:
        yield house


@pytest.fixture
def statement(tmp_path: Path) -> Path:
    """A history report as MetaTrader 5 writes it: UTF-16, hidden cells, the server's own time."""
    path = tmp_path / "ReportHistory-70011223.html"
    made = metatrader5(history(last=date(2026, 6, 12), n=240, seed="journey"))
    path.write_bytes(made.decode("utf-16").replace(ACCOUNT, "70011223").encode("utf-16"))
    return path


def test_a_statement_becomes_every_page_and_a_packet(stack: Stack, browser_page: Any, statement: Path) -> None:
    page = browser_page
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(stack, page)
    upload(stack, page, statement)
    tell_the_clock(stack, page)
    source = read_and_computed(stack)
    visit_every_page(stack, page, source)
    take_the_packet(stack, page, source)
    assert complaints == []


def sign_in(stack: Stack, page: Any) -> None:
    page.goto(f"{stack.url}/accounts/login/")
    page.fill("input[name=login]", DEMO_EMAIL)
    page.fill("input[name=password]", DEMO_PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/b/*/**")


def business_path(stack: Stack) -> str:
    return f"{stack.url}/b/{stack.sql('select slug from accounts_business')[0][0]}"


def upload(stack: Stack, page: Any, statement: Path) -> None:
    page.goto(f"{business_path(stack)}/trading/statements/")
    page.locator("input[type=file]").first.set_input_files(str(statement))
    page.get_by_role("button", name="Upload").first.click()
    page.wait_for_url("**/trading/statements/*/")
    assert page.locator("h1").inner_text() == statement.name


def tell_the_clock(stack: Stack, page: Any) -> None:
    """The report names no time zone, so it waits for the one who knows; nothing is guessed."""
    waits = "select id from ingestion_statement where state = 'needs_input'"
    number = stack.until(lambda: stack.sql(waits))[0][0]
    page.goto(f"{business_path(stack)}/trading/statements/{number}/")
    field = page.locator("form [name=answer-0]").first
    if field.evaluate("field => field.tagName") == "SELECT":
        field.select_option("UTC")
    else:
        page.locator("form [name=answer-0][value=UTC]").check()
    page.get_by_role("button", name="Answer").click()
    page.wait_for_url("**/trading/statements/*/")


def read_and_computed(stack: Stack) -> int:
    """The account that the statement made, once everything about it is stored."""
    done = """select s.source_id, s.counts from ingestion_statement s
              where s.filename like 'ReportHistory-70011223%%' and s.state in ('done', 'partial')"""
    found = stack.until(lambda: stack.sql(done), seconds=240)[0]
    counts = found[1]
    lines = stack.sql(
        "select count(*) from ingestion_statementrow r join ingestion_statement s on s.id = r.statement_id"
        " where s.source_id = %s", found[0],
    )[0][0]  # fmt: skip
    assert lines and sum(v for k, v in counts.items() if k in PARTS) == lines, counts
    failed = stack.sql("select failed from analytics_tradingfreshness where source_id = %s", found[0])
    assert failed == [({},)]
    return int(found[0])


PARTS = ("accepted", "known", "revised", "duplicate", "quarantined", "other")


def visit_every_page(stack: Stack, page: Any, source: int) -> None:
    """Each link of the desk's menu, for this account: a heading, no empty state, no error."""
    page.goto(f"{business_path(stack)}/trading/overview/?account={source}")
    inside = f"{business_path(stack)}/trading/"
    links = {a for a in page.eval_on_selector_all("nav a", "all => all.map(a => a.href)") if a.startswith(inside)}
    assert len(links) >= 15
    for link in sorted(links):
        answer = page.goto(f"{link}?account={source}")
        assert answer.status == 200, link
        assert page.locator("h1").inner_text(), link
        text = page.locator("main").inner_text()
        assert "being computed" not in text and "could not be computed" not in text, link


def take_the_packet(stack: Stack, page: Any, source: int) -> None:
    page.goto(f"{business_path(stack)}/trading/packet/?account={source}")
    page.get_by_role("button", name="Make it").click()
    link = page.get_by_role("link", name="PDF")
    link.wait_for(timeout=120_000)
    with page.expect_download() as coming:
        link.click()
    made = Path(coming.value.path()).read_bytes()
    assert made.startswith(b"%PDF") and b"%%EOF" in made[-1024:]
    kept = stack.sql("select size, sha256 from analytics_packet")
    assert kept[0][0] == len(made)
