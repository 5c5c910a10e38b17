"""Sentences that several answers have in common."""

from __future__ import annotations

from datetime import timedelta

from accounts import formats
from agent.analyst.draft import Draft, Line, Quote
from agent.analyst.plans import Found
from agent.tools.envelope import STALE, Row, ToolResult
from analytics.figures import Figure
from analytics.payments.calendar import add_months
from analytics.registry import metric_of
from recommendations.wording import Constant, Label, Sentence, Slot, sentence

LEADS = {
    "funding-readiness-factors": "What lenders look for is explained in the knowledge pages.",
    "readiness-score-explained": "How the score is put together is explained in the knowledge pages.",
    "reducing-chargebacks": "How to bring disputes down is explained in the knowledge pages.",
    "revenue-stability": "How to make revenue steadier is explained in the knowledge pages.",
    "payout-timing": "How to make payouts reliable is explained in the knowledge pages.",
    "trading-edge": "When an edge counts as proven is explained in the knowledge pages.",
    "trading-habits": "How habits are judged, and how to change them, is explained in the knowledge pages.",
    "trading-prop-firms": "How programmes are played is explained in the knowledge pages.",
    "metric-glossary": "What the metric means is explained in the glossary.",
}


Slots = dict[str, Slot]


def said(
    template: str, *, bullet: bool = False, docs: tuple[str, ...] = (), filled: Slots | None = None, **slots: Slot
) -> Line:
    """A line with one sentence; `filled` are slots that were put together before."""
    return Line(sentence(template, **{**(filled or {}), **slots}), bullet=bullet, docs=docs)


def gap(figure: Figure, *, bullet: bool = False) -> Line:
    """Why a figure has no value, in its own words; nothing is put in its place."""
    return said("{name}: {gap}", bullet=bullet, name=name_of(figure, capital=True), gap=figure)


def name_of(figure: Figure, *, capital: bool = False) -> Constant:
    """The metric's name as it stands inside a sentence, or at its beginning; a window in it is part of the name."""
    label = metric_of(figure.metric).label
    return Constant(label if capital or label[:2].isupper() else label[:1].lower() + label[1:])


def knowledge_lines(found: Found) -> list[Line | Quote]:
    """One sentence for each page that was found, citing it."""
    docs = [passage.chunk.doc_id for search in found.searches for passage in search.passages[:1]]
    return [Line(Sentence(LEADS[doc]), docs=(doc,)) for doc in dict.fromkeys(docs) if doc in LEADS]


def next_step(found: Found) -> list[Line]:
    """The first recommendation that would move the score, else the one that matters most."""
    result = found.of("get_top_recommendations")
    if result is None or not result.rows:
        return []
    moving = [row for row in result.rows if row.get("agent.recommendation_gain") is not None]
    return [advice_line((moving or result.rows)[0], lead="Next step: ", bullet=False)]


def advice_line(row: Row, *, lead: str = "", bullet: bool = True) -> Line:
    """A recommendation with its gain and deadline. The numbers of its title are cited behind it."""
    gain = row.get("agent.recommendation_gain")
    slots: dict[str, Slot] = {"title": Label(row.label)}
    words = lead + "{title}"
    if gain is not None and gain.value:
        words, slots = words + ", worth {gain} points", slots | {"gain": gain}
    if row.at is not None:
        words, slots = words + ", due on {due}", slots | {"due": row.at}
    others = tuple(cited.figure for cited in row.figures if cited.figure is not gain and cited.figure.value is not None)
    return Line(sentence(words + ".", **slots), bullet=bullet, also=others[:2])


def freshness(result: ToolResult | None) -> list[Line]:
    """A caveat where the data lags."""
    if result is None or result.status != STALE:
        return []
    return [Line(Sentence("Mind that the newest data is older than a day."))]


def period_words(result: ToolResult) -> Constant:
    """The period of a result inside a sentence: `in the last 90 days`, `in May 2026`, `from … to …`."""
    period = result.period
    if period is None:
        return Constant("in this period")
    if period.key != "custom":
        return Constant(f"in the {period.label[:1].lower()}{period.label[1:]}")
    if period.start.day == 1 and period.end == add_months(period.start, 1):
        return Constant(f"in {formats.month(period.start)}")
    last = period.end - timedelta(days=1)
    if last == period.start:
        return Constant(f"on {formats.day(last)}")
    return Constant(f"from {formats.day(period.start)} to {formats.day(last)}")


def behind(draft: Draft) -> list[Line | Quote]:
    """Every figure of an answer with its link, for whoever asks where the numbers come from."""
    figures = [cited.figure for cited in draft.cited if cited.figure.value is not None]
    if not figures:
        return [said("That answer held no numbers.")]
    lead = said("Behind each number is its formula, what went into it, and its rows:")
    return [lead, *[said("{name}: {value}.", bullet=True, name=name_of(f, capital=True), value=f) for f in figures]]
