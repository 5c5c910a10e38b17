"""An answer as HTML: a subset of Markdown, marks turned into links, and nothing that could leave the house.

The text may hold words from outside (names, reasons), so it is treated as hostile: no raw HTML, no images, links only
to the addresses that we put there ourselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import nh3
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from agent.knowledge.chunks import anchor

EVIDENCE = re.compile(r"\s?\[ev:([\w.\-]+)\]")
SOURCE = re.compile(r"\s?\[Source: ([\w\-]+)\]")
TAGS = {"p", "ul", "ol", "li", "strong", "em", "blockquote", "code", "table", "thead", "tbody", "tr", "th", "td", "a",
        "h3", "h4", "br", "sup", "span"}  # fmt: skip
ATTRIBUTES = {"a": {"href", "class", "title"}, "span": {"class"}, "sup": {"class"}}
#: Stand-ins for marks while the Markdown is rendered: letters and digits of a private alphabet, so nothing is parsed.
OPEN, CLOSE = "\ue000", "\ue001"
STAND_IN = re.compile(f"{OPEN}(\\d+){CLOSE}")

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False}).enable("table")
_markdown.disable(["image", "html_block", "html_inline", "autolink", "link", "reference"])


def render_answer(
    text: str,
    *,
    evidence: Mapping[str, Mapping[str, object]],
    evidence_url: Callable[[str], str],
    source_url: Callable[[str], str],
) -> SafeString:
    """Safe HTML of an answer. A mark without a figure or page behind it is dropped."""
    chips: list[str] = []

    def keep(chip: str) -> str:
        chips.append(chip)
        return f"{OPEN}{len(chips) - 1}{CLOSE}" if chip else ""

    plain = text.replace(OPEN, "").replace(CLOSE, "")
    marked = EVIDENCE.sub(lambda match: keep(_figure(match[1], evidence, evidence_url)), plain)
    marked = SOURCE.sub(lambda match: keep(_source(match[1], source_url)), marked)
    html = nh3.clean(_markdown.render(marked), tags=TAGS, attributes=ATTRIBUTES, link_rel=None, url_schemes=set())
    return mark_safe(STAND_IN.sub(lambda match: chips[int(match[1])], _scrolling(html)))  # noqa: S308 - cleaned just above


def render_question(text: str) -> SafeString:
    """A person's own words: escaped, line breaks kept."""
    return mark_safe("<br>".join(conditional_escape(line) for line in text.splitlines()))  # noqa: S308 - escaped


def render_page(body: str) -> SafeString:
    """A knowledge page, which is our own writing, through the same subset; headings get anchors."""
    html = nh3.clean(_page_markdown.render(body), tags=TAGS | {"h1", "h2"}, link_rel=None, url_schemes=set())
    return mark_safe(HEADING.sub(_with_anchor, _scrolling(html)))  # noqa: S308 - cleaned just above


def render_note(body: str) -> SafeString:
    """A business's own note: headings and the answers' subset, and not even a link."""
    html = nh3.clean(_markdown.render(body), tags=TAGS - {"a"} | {"h1", "h2"}, attributes={}, url_schemes=set())
    return mark_safe(HEADING.sub(_with_anchor, _scrolling(html)))  # noqa: S308 - cleaned just above


def _figure(ref: str, evidence: Mapping[str, Mapping[str, object]], url: Callable[[str], str]) -> str:
    known = evidence.get(ref)
    if known is None:
        return ""
    label = f"{known['label']}: what this stands on"
    link = '<sup><a class="citation-mark" href="{}" title="{}" aria-label="{}">{}</a></sup>'
    return format_html(link, url(ref), label, label, ref)


def _source(doc_id: str, url: Callable[[str], str]) -> str:
    address = url(doc_id)
    return format_html(' <a class="citation" href="{}">{}</a>', address, doc_id) if address else ""


_page_markdown = (
    MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "html_block", "html_inline"])
)
HEADING = re.compile(r"<h([1-4])>(.*?)</h\1>")


def _scrolling(html: str) -> str:
    """Cleaned HTML whose tables scroll by themselves, by keyboard too, where the page is narrower than they are."""
    opened = '<div class="table-wrap" tabindex="0" role="group" aria-label="Table"><table class="table">'
    return html.replace("<table>", opened).replace("</table>", "</table></div>")


def _with_anchor(match: re.Match[str]) -> str:
    return f'<h{match[1]} id="{anchor(match[2])}">{match[2]}</h{match[1]}>'


#: A mark, or the beginning of something in brackets whose end has not arrived.
BEGUN = re.compile(r"\[[^\]\n]*\Z")


def plain_draft(text: str) -> str:
    """A draft as far as it has arrived, without marks: plain text, to be escaped where it is printed.

    More text only ever lengthens it, so a page may append what is new. An unfinished mark waits for its end.
    """
    return BEGUN.sub("", SOURCE.sub("", EVIDENCE.sub("", text))).rstrip()
