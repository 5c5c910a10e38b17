"""Answers about what to do, what is connected, and what things mean."""

from __future__ import annotations

from agent.analyst.draft import Line, Quote
from agent.analyst.narratives.shared import advice_line, freshness, said
from agent.analyst.plans import Found
from agent.knowledge.pages import GLOSSARY
from agent.knowledge.search import Passage
from recommendations.wording import Label

PASSAGES = 2


def advice(found: Found) -> list[Line | Quote]:
    """The most important recommendations, in order, with gain and deadline."""
    result = found.of("get_top_recommendations")
    if result is None or not result.rows:
        return [said("Nothing asks for a decision right now. The rules look again every night.")]
    lines: list[Line | Quote] = [said("In this order:")]
    lines += [advice_line(row) for row in result.rows]
    total = result.get("agent.open_recommendations")
    if total is not None and int(total.value or 0) > len(result.rows):
        lines.append(said("Open in all: {total}.", total=total))
    return lines


def context(found: Found) -> list[Line | Quote]:
    """What is connected and how fresh it is."""
    result = found.of("get_business_context")
    if result is None or not result.rows:
        return [said("No source is connected yet. Connect Stripe, or upload its exports, to see figures.")]
    count = result.get("agent.sources_connected")
    assert count is not None
    lines: list[Line | Quote] = [
        said(
            "{name} counts in {currency} and in the time zone {zone}; connected sources: {count}.",
            name=Label(result.fact("name")), currency=Label(result.fact("currency")),
            zone=Label(result.fact("time_zone")), count=count,
        )
    ]  # fmt: skip
    for row in result.rows:
        state, label = Label(row.text), Label(row.label)
        if row.at is None:
            lines.append(said("{source} {state} and was never read.", bullet=True, source=label, state=state))
        else:
            lines.append(
                said("{source} {state}; last read on {day}.", bullet=True, source=label, state=state, day=row.at)
            )
    return [*lines, *freshness(result)]


def define(found: Found, *, practical: bool = False) -> list[Line | Quote]:
    """The passages that answer, word for word; a `practical` answer prefers sections to a page's introduction."""
    passages = [passage for search in found.searches for passage in search.passages]
    if practical:
        passages.sort(key=lambda passage: passage.chunk.seq == 0 or passage.chunk.doc_id == GLOSSARY)
    passages = passages[:PASSAGES]
    if not passages:
        return [said("The knowledge pages do not cover this.")]
    return _quoted(passages, "The page “{title}” says:")


def lookup(found: Found) -> list[Line | Quote]:
    """The nearest passage, where nothing of this business's figures was asked for."""
    passages = [passage for search in found.searches for passage in search.passages][:PASSAGES]
    return _quoted(passages, "The nearest I know of is the page “{title}”:")


def howto(found: Found) -> list[Line | Quote]:
    """A passage on how it is done, and the open advice of this business beside it."""
    lines = define(found, practical=True)
    result = found.of("get_top_recommendations")
    if result is not None and result.rows:
        lines = [*lines, said("For this business, first:"), *[advice_line(row) for row in result.rows[:1]]]
    return lines


def _quoted(passages: list[Passage], lead: str) -> list[Line | Quote]:
    """The first passage word for word, and where to read on. Of a note every passage that was found: they are short,
    and nobody else has said it.
    """
    first = passages[0].chunk
    if not first.is_note:
        return [said(lead, title=Label(first.title)), Quote(passages[0]), *_more(passages[1:])]
    own = [passage for passage in passages if passage.chunk.doc_id == first.doc_id]
    others = [passage for passage in passages if passage not in own]
    return [said("Your note “{title}” says:", title=Label(first.title)), *map(Quote, own), *_more(others)]


def _more(passages: list[Passage]) -> list[Line | Quote]:
    return [
        said("See also “{heading}”.", heading=Label(other.chunk.heading), docs=(other.chunk.doc_id,))
        for other in passages
    ]
