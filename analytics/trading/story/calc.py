"""Sentences whose every number is a figure's: how they are made, and how any other wording is checked.

A template holds words only; numbers come in through its slots. A rewording, by a person or a model, may use no number
that the figures behind the sentence do not have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from accounts import formats
from analytics.figures import Figure
from analytics.registry import metric_of

NUMBER = re.compile(r"\d(?:[\d.,\u202f\u00a0]*\d)?")
SLOT = re.compile(r"\{(low|high|value):(\d)\}")


@dataclass(frozen=True)
class Sentence:
    """`figures` are the keys of the figures it stands on; `page` the feature that shows them, as in addresses."""

    text: str
    figures: tuple[str, ...]
    page: str


def sentence(template: str, page: str, *figures: tuple[str, Figure | None]) -> Sentence | None:
    """Fill the slots `{value:0}`, `{low:1}`, `{high:1}` with figures told in their own units.

    Empty: None where a figure is missing or has a gap, or an end that is asked for is not known.
    Errors: ValueError for a template that brings a number of its own.
    """
    if NUMBER.search(SLOT.sub("", template)):
        raise ValueError(f"a template holds no numbers: {template}")
    known: list[Figure] = [figure for _, figure in figures if figure is not None and figure.value is not None]
    if len(known) < len(figures):
        return None
    told: dict[str, str] = {}
    for which, at in SLOT.findall(template):
        value = getattr(known[int(at)], which)
        if value is None:
            return None
        told[f"{{{which}:{at}}}"] = said(known[int(at)], which)
    text = template
    for slot, words in told.items():
        text = text.replace(slot, words)
    return Sentence(text, tuple(key for key, _ in figures), page)


def said(figure: Figure, which: str = "value") -> str:
    """One end of a figure in its unit."""
    return formats.by_unit(getattr(figure, which), metric_of(figure.metric).unit, currency=figure.currency)


def numbers(text: str) -> set[str]:
    """The numbers of a text, as they are written."""
    return set(NUMBER.findall(text))


def added(text: str, figures: Iterable[Figure]) -> set[str]:
    """Numbers of a text that none of the figures has: value, ends, or size of the sample. Empty is what must be."""
    known: set[str] = set()
    for figure in figures:
        for which in ("value", "low", "high"):
            known |= numbers(said(figure, which))
        known |= numbers(formats.number(figure.n))
    return numbers(text) - known
