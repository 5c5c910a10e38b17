"""Answers as HTML: marks become links, and nothing else gets out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agent.chat.rendering import render_answer, render_note, render_page, render_question

EVIDENCE = {"c1.f1": {"label": "Refunds <b>"}}


def html(text: str) -> str:
    return render_answer(
        text,
        evidence=EVIDENCE,
        evidence_url=lambda ref: f"/e/{ref}/",
        source_url=lambda doc: "/k/payout-timing/" if doc == "payout-timing" else "",
    )


def test_marks_become_links_to_evidence_and_pages() -> None:
    shown = html("Refunds were 9% [ev:c1.f1]. [Source: payout-timing]")
    assert 'href="/e/c1.f1/"' in shown and 'title="Refunds &lt;b&gt;: what this stands on"' in shown
    assert '<a class="citation" href="/k/payout-timing/">payout-timing</a>' in shown


def test_marks_without_anything_behind_them_are_dropped() -> None:
    assert html("A [ev:c9.f9] b [Source: elsewhere]") == "<p>A b</p>\n"


def test_lists_and_quotes_are_kept() -> None:
    shown = html("Look:\n\n- one\n- **two**\n\n> said")
    assert "<ul>" in shown and "<strong>two</strong>" in shown and "<blockquote>" in shown


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "![x](http://evil.example/p.png)",
        "[click](http://evil.example)", "[click](javascript:alert(1))", "<http://evil.example>",
        '<a href="//evil.example" hx-get="/x" data-y="1">x</a>', "[x]: http://evil.example\n\n[x]",
        "<svg/onload=alert(1)>", "<div hx-get=/b/acme/recommendations/ hx-trigger=load></div>",
        "http://evil.example/?q=secret", "\ue0000\ue001", "`<b onclick=x>`", "<iframe src=//evil.example>",
    ],
)  # fmt: skip
def test_nothing_from_outside_becomes_markup_or_a_link(attack: str) -> None:
    shown = html(attack)
    for forbidden in ("<script", "<img", "<a ", "<svg", "<div", "<iframe", "\ue000"):
        assert forbidden not in shown, shown


def test_a_forged_stand_in_points_nowhere() -> None:
    assert "href" not in html("\ue0000\ue001 and \ue00099\ue001")


def test_a_question_is_escaped_and_keeps_its_lines() -> None:
    assert render_question("a < b\n<script>") == "a &lt; b<br>&lt;script&gt;"


TABLE = "| a | b |\n| --- | --- |\n| 1 | 2 |"


def test_a_page_gets_anchors() -> None:
    assert '<h2 id="small-numbers">Small numbers</h2>' in render_page("## Small numbers")


@pytest.mark.parametrize("render", [html, render_page, render_note])
def test_every_table_scrolls_by_itself(render: Callable[[str], str]) -> None:
    shown = render(f"{TABLE}\n\nand\n\n{TABLE}")
    assert shown.count('<div class="table-wrap" tabindex="0"') == 2 == shown.count("</table></div>")
    assert "<table>" not in shown


def test_a_written_tag_of_a_table_stays_text() -> None:
    assert "table-wrap" not in html("<table><tr><td>1</td></tr></table>")
