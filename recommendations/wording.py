"""Sentences that can only hold figures, labels, days and declared constants.

A template never contains a digit and takes no bare number, so a number without a unit, a sample and a way back cannot
be written. Findings and the agent's answers are both made of these sentences.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from accounts import formats
from accounts.periods import local_day
from analytics.figures import Figure
from analytics.registry import Unit, metric_of

LABEL_LIMIT = 120
SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Label:
    """Words from data: names, reasons, codes. Cleaned, cut, and never understood as an instruction or as Markdown."""

    text: str


@dataclass(frozen=True, slots=True)
class Constant:
    """Words with a number that is part of a definition, such as `180 days`; the number needs no evidence."""

    text: str


@dataclass(frozen=True, slots=True)
class Size:
    """A figure printed without its sign, where the words say the direction: `down by 10.8%`."""

    figure: Figure


Slot = Figure | Size | Label | Constant | date
Cite = Callable[[Figure], str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with its slots. `figures` are the ones it prints, in order of their names."""

    template: str
    slots: tuple[tuple[str, Slot], ...] = ()

    @property
    def figures(self) -> tuple[Figure, ...]:
        own = (slot.figure if isinstance(slot, Size) else slot for _, slot in self.slots)
        return tuple(slot for slot in own if isinstance(slot, Figure))

    @property
    def constants(self) -> tuple[str, ...]:
        return tuple(slot.text for _, slot in self.slots if isinstance(slot, Constant))

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(_day(slot) for _, slot in self.slots if isinstance(slot, date))

    def text(self) -> str:
        """The sentence as plain prose; whoever puts it into a page escapes it there."""
        return self.template.format(**{name: shown(slot) for name, slot in self.slots})

    def markdown(self, cite: Cite) -> str:
        """The sentence as Markdown, with the mark that `cite` gives behind each figure that has a value."""
        return self.template.format(**{name: _marked(slot, cite) for name, slot in self.slots})


def sentence(template: str, **slots: Slot) -> Sentence:
    """Make a sentence.

    Errors: ValueError for a digit in the template or for slots that do not fit it; TypeError for a bare value.
    """
    if any(character.isdigit() for character in template):
        raise ValueError(f"A template holds no digits: {template!r}")
    wanted = {name for _, name, _, _ in string.Formatter().parse(template) if name}
    if wanted != set(slots):
        raise ValueError(f"{template!r} takes {sorted(wanted)}, not {sorted(slots)}")
    for name, slot in slots.items():
        if not isinstance(slot, Slot):
            raise TypeError(f"{name} is a {type(slot).__name__}; a sentence takes figures, labels, constants and days")
    return Sentence(template, tuple(sorted(slots.items())))


def shown(slot: Slot) -> str:
    """A slot as it is printed. A figure without a value is its gap, in words."""
    if isinstance(slot, Figure):
        return printed(slot)
    if isinstance(slot, Size):
        value: Decimal | int | None = slot.figure.value
        return printed(slot.figure if value is None else replace(slot.figure, value=max(value, -value)))
    if isinstance(slot, Label):
        return clean(slot.text)
    if isinstance(slot, Constant):
        return slot.text
    return formats.day(_day(slot))


def printed(figure: Figure) -> str:
    """The value with its unit, as pages and answers show it in prose; the gap where there is none."""
    if figure.value is None:
        return figure.gap
    unit = metric_of(figure.metric).unit
    value = figure.value
    if unit is Unit.RATE:
        return formats.percent(value)
    if unit is Unit.POINTS and Decimal(value) % 1 == 0:
        return formats.number(value)
    return formats.by_unit(value, unit, currency=figure.currency)


def clean(text: str, *, limit: int = LABEL_LIMIT) -> str:
    """Text from outside, safe to show and to hand to a model.

    Control, zero-width, direction and tag characters are dropped, white space becomes single spaces, and the rest is
    cut to `limit` characters.
    """
    flat = SPACES.sub(" ", visible(text)).strip()
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def visible(text: str) -> str:
    """Text without the characters that nobody sees: control, zero-width, direction, tags. Lines and tabs stay."""
    return "".join(
        character for character in text if character in "\n\t " or unicodedata.category(character) not in UNSEEN
    )


UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
MARKUP = re.compile(r"([\\`*_{}\[\]<>#|!])")


def escape_markdown(text: str) -> str:
    """Make every character of `text` stand for itself in Markdown."""
    return MARKUP.sub(r"\\\1", text)


def _marked(slot: Slot, cite: Cite) -> str:
    figure = slot.figure if isinstance(slot, Size) else slot
    if isinstance(figure, Figure) and figure.value is not None:
        return f"{shown(slot)} {cite(figure)}"
    return escape_markdown(shown(slot))


def _day(value: date) -> date:
    return local_day(value, "UTC") if isinstance(value, datetime) else value
