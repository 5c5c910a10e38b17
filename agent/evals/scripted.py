"""A good model, played: it calls the tools that a case expects and words what they gave, each figure with its mark.

It knows the cases, so it measures what stands around a model (tools, checks, protocols, tokens), never how clever one
is. It does not know the figures: those it reads from the results, as a model has to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from agent.evals.hearing import Said
from agent.evals.model import AFTER_ALL, BEGINNING, Case, Expected
from agent.testing.standins import Call, Reply
from agent.tools.registry import TOOLS

SEARCH = "search_knowledge"
MOST_FIGURES = 4
MOST_OF_A_METRIC = 14
DIGIT = re.compile(r"\d")
#: What is asked for where a case names no figure.
USUAL = {"payments": "payments.net", "trading": "trading.net"}
ABSTAINS = Reply(("I cannot answer that from the data of this business.",))
Body = dict[str, Any]


class GoodModel:
    """Answers the questions of `cases`; any other question it says it cannot answer."""

    def __init__(self, cases: Iterable[Case]) -> None:
        self.cases = {case.question: case for case in cases}

    def __call__(self, said: Said) -> Reply:
        case = self.cases.get(said.question)
        if case is None or case.abstain:
            return ABSTAINS
        if not said.results:
            return Reply(calls=tuple(_plan(case)))
        return Reply(tuple(_words(case, said.results)) or ABSTAINS.pieces)


def _plan(case: Case) -> Iterator[Call]:
    """The expected tools with the arguments that the case's figures ask for, and a search for each page to cite."""
    for name in sorted(case.tools):
        if name == SEARCH and case.cites:
            continue
        wanted = {field: value for field, value in _arguments(case) if field in TOOLS[name].args.model_fields}
        yield Call(name, wanted | case.args.get(name, {}))
    for doc_id in sorted(case.cites):
        yield Call(SEARCH, {"query": doc_id.replace("-", " ")})


def _arguments(case: Case) -> Iterator[tuple[str, Any]]:
    dated = [figure for figure in case.figures if figure.start.date() != BEGINNING and figure.end.date() != AFTER_ALL]
    if dated:
        first, last = min(each.start for each in dated), max(each.end for each in dated) - timedelta(days=1)
        yield "period", f"{first.date()}..{last.date()}"
        yield "grain", "month" if max(each.end - each.start for each in dated) > timedelta(days=8) else "week"
    yield "metric", case.figures[0].metric if case.figures else USUAL.get(case.desk, USUAL["payments"])
    yield "query", case.question


def _words(case: Case, results: tuple[Body, ...]) -> Iterator[str]:
    """Sentences of the expected figures, or of the first ones there are, and a citation of each page."""
    own = [figure for result in results for figure in result.get("figures", ()) if _says_something(figure)]
    inside = [
        figure
        for result in results
        for row in result.get("rows", ())
        for figure in row["figures"]
        if _says_something(figure)
    ]
    chosen = [figure for expected in case.figures for figure in _of(expected, own, inside)] or (own or inside)[
        :MOST_FIGURES
    ]
    seen: set[str] = set()
    for figure in chosen:
        if figure["id"] not in seen:
            seen.add(figure["id"])
            yield f"- {_name(figure)}: {figure['printed']} [ev:{figure['id']}].\n"
    passages = [passage for result in results for passage in result.get("passages", ())]
    for doc_id in dict.fromkeys(passage["doc_id"] for passage in passages):
        if doc_id in case.cites or (not case.cites and not chosen):
            yield f"This page explains it. [Source: {doc_id}]\n"
    if not chosen and not passages:
        yield "The tools found nothing to report here.\n"


def _of(expected: Expected, own: list[Body], inside: list[Body]) -> list[Body]:
    """The figures of a metric: those of the whole first, else those of rows, as a list would show them."""
    named = [figure for figure in own if figure["metric"] == expected.metric]
    return named or [figure for figure in inside if figure["metric"] == expected.metric][:MOST_OF_A_METRIC]


def _says_something(figure: Body) -> bool:
    return not figure.get("gap") and bool(DIGIT.search(figure["printed"]))


def _name(figure: Body) -> str:
    """A name without numbers: those would be figures that nothing stands behind."""
    return "This" if DIGIT.search(figure["label"]) else str(figure["label"])
