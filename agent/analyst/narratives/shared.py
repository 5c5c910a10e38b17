"""Sentences that several answers have in common."""

from __future__ import annotations

from agent.analyst.draft import Line, Quote
from agent.analyst.plans import Found
from agent.tools.envelope import STALE, Row, ToolResult
from analytics.figures import Figure
from analytics.registry import metric_of
from recommendations.wording import Constant, Label, Sentence, Slot, sentence

LEADS = {
    "funding-readiness-factors": "What lenders look for is explained in the knowledge pages.",
    "readiness-score-explained": "How the score is put together is explained in the knowledge pages.",
    "reducing-chargebacks": "How to bring disputes down is explained in the knowledge pages.",
    "revenue-stability": "How to make revenue steadier is explained in the knowledge pages.",
    "payout-timing": "How to make payouts reliable is explained in the knowledge pages.",
    "metric-glossary": "What the metric means is explained in the glossary.",
}


def said(template: str, *, bullet: bool = False, docs: tuple[str, ...] = (), **slots: Slot) -> Line:
    """A line with one sentence."""
    return Line(sentence(template, **slots), bullet=bullet, docs=docs)


def gap(figure: Figure, *, bullet: bool = False) -> Line:
    """Why a figure has no value, in its own words; nothing is put in its place."""
    return said("{name}: {gap}", bullet=bullet, name=Label(name_of(figure, capital=True)), gap=figure)


def name_of(figure: Figure, *, capital: bool = False) -> str:
    """The metric's name as it stands inside a sentence, or at its beginning."""
    label = metric_of(figure.metric).label
    return label if capital or label[:2].isupper() else label[:1].lower() + label[1:]


def knowledge_lines(found: Found) -> list[Line | Quote]:
    """One sentence for each page that was found, citing it."""
    docs = [passage.chunk.doc_id for search in found.searches for passage in search.passages[:1]]
    return [Line(Sentence(LEADS[doc]), docs=(doc,)) for doc in dict.fromkeys(docs) if doc in LEADS]


def next_step(found: Found) -> list[Line]:
    """The recommendation that matters most, with what it would bring."""
    result = found.of("get_top_recommendations")
    if result is None or not result.rows:
        return []
    return [advice_line(result.rows[0], lead="Next step: ", bullet=False)]


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
    """The period of a result as it stands inside a sentence: `the last 90 days`, or its first and last day."""
    period = result.period
    if period is None:
        return Constant("the period")
    label = period.label
    return Constant(f"the {label[:1].lower()}{label[1:]}" if period.key != "custom" else label)
