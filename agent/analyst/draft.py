"""An answer before it is checked: lines made of sentences and quotes, with the evidence they cite."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from accounts.money import to_major
from agent.grounding import Known, Pool
from agent.knowledge.search import Passage
from agent.tools.envelope import Cited, ToolResult
from analytics.figures import Figure
from analytics.registry import Unit, metric_of
from recommendations.wording import Sentence

BLANKS = re.compile(r"\n{3,}")
SPANS = {Unit.MONTHS: "months", Unit.DAYS: "days"}


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of the answer. `docs` are pages it rests on, `also` figures that its labels print."""

    sentence: Sentence
    bullet: bool = False
    docs: tuple[str, ...] = ()
    also: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage of a knowledge page, word for word."""

    passage: Passage


@dataclass(frozen=True, slots=True)
class Draft:
    """What an engine answers.

    `context` is what a follow-up may refer to. An answer that abstains says what can be asked instead.
    """

    intent: str
    lines: tuple[Line | Quote, ...]
    results: tuple[tuple[ToolResult, dict[str, Any]], ...] = ()
    suggestions: tuple[str, ...] = ()
    abstained: bool = False
    context: dict[str, str] = field(default_factory=dict)

    @property
    def docs(self) -> tuple[str, ...]:
        """The pages cited, in order, each once."""
        named: list[str] = []
        for line in self.lines:
            named += [line.passage.chunk.doc_id] if isinstance(line, Quote) else line.docs
        return tuple(dict.fromkeys(named))

    @property
    def cited(self) -> tuple[Cited, ...]:
        """The figures that the lines print, in order, each once."""
        by_figure = references(result for result, _ in self.results)
        printed = [
            figure for line in self.lines if isinstance(line, Line) for figure in (*line.sentence.figures, *line.also)
        ]
        return tuple(by_figure[figure] for figure in dict.fromkeys(printed) if figure in by_figure)

    def markdown(self) -> str:
        """The answer with a mark behind every figure and every page it rests on."""
        by_figure = references(result for result, _ in self.results)
        text = "\n".join(_line(line, by_figure) for line in self.lines).strip()
        return BLANKS.sub("\n\n", text)

    def pool(self, question: str) -> Pool:
        """What the answer may print: the tools' figures, the cited passages, the question, and declared constants."""
        results = [result for result, _ in self.results]
        passages = [p.chunk.text for result in results for p in result.passages if p.chunk.doc_id in self.docs]
        own = [line.sentence for line in self.lines if isinstance(line, Line)]
        constants = [text for sentence in own for text in sentence.constants]
        gaps = [figure.gap for sentence in own for figure in sentence.figures if figure.gap]
        days = [day for result in results for day in result.days]
        return Pool.of(
            [known(cited) for result in results for cited in result.all_figures],
            texts=[question, *passages, *constants, *gaps],
            days=days,
        )


def references(results: Iterable[ToolResult]) -> dict[Figure, Cited]:
    """The reference of every figure; of equal figures the first one's."""
    found: dict[Figure, Cited] = {}
    for result in results:
        for cited in result.all_figures:
            found.setdefault(cited.figure, cited)
    return found


def known(cited: Cited) -> Known:
    """A figure as the number check compares it: money in major units."""
    figure, unit = cited.figure, metric_of(cited.figure.metric).unit
    value = Decimal(figure.value or 0)
    if unit is Unit.MONEY:
        return Known(to_major(int(value), figure.currency), "money", cited.id, figure.currency)
    return Known(value, str(unit), cited.id, span=SPANS.get(unit, ""))


def _line(line: Line | Quote, by_figure: dict[Figure, Cited]) -> str:
    if isinstance(line, Quote):
        chunk = line.passage.chunk
        quoted = "\n".join(f"> {row}".rstrip() for row in chunk.text.splitlines())
        return f"\n**{chunk.heading}**\n\n{quoted}\n\n[Source: {chunk.doc_id}]\n"
    text = line.sentence.markdown(lambda figure: _mark(figure, by_figure))
    marks = "".join(f" {_mark(figure, by_figure)}" for figure in line.also)
    sources = "".join(f" [Source: {doc}]" for doc in line.docs)
    return f"- {text}{marks}{sources}" if line.bullet else f"\n{text}{marks}{sources}\n"


def _mark(figure: Figure, by_figure: dict[Figure, Cited]) -> str:
    """Errors: KeyError for a figure that no tool of this answer returned: it could not be traced."""
    return f"[ev:{by_figure[figure].id}]"


def without(text: str, sentences: Sequence[str]) -> str:
    """The text without the sentences whose numbers could not be traced."""
    for sentence in sentences:
        text = text.replace(sentence, "")
    return text.strip()
