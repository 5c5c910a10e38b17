"""The psychology page: which habits show, and which of them cost money?"""

from __future__ import annotations

from typing import Any

from analytics.trading.faces import Shown, Table, face
from analytics.trading.inference.stat import decimal
from analytics.trading.psychology.calc import Word
from analytics.trading.psychology.finding import Finding
from analytics.trading.psychology.module import PSYCHOLOGY, Psychology

STRIP = ("trading.habits_costly", "trading.habits_shown", "trading.habits_asked")
TONES = {Word.COSTLY: "bad", Word.DIFFERENT: "accent", Word.CLEAR: "good", Word.UNKNOWN: "outline"}
LABELS = {Word.COSTLY: "costly", Word.DIFFERENT: "shows", Word.CLEAR: "no sign", Word.UNKNOWN: "too little data"}
SHOWING = (Word.COSTLY, Word.DIFFERENT)
MOST_SLICES = 10


def context(shown: Shown[Psychology]) -> dict[str, Any]:
    result = shown.result
    assert result is not None
    return {
        "strip": shown.cells(*STRIP),
        "rows": [row(shown, one) for one in result.findings],
        "chart": [point(one) for one in result.findings if one.cost.low is not None and one.id != "revenge_size"],
        "actions": [one for one in result.findings if one.verdict is Word.COSTLY],
        "slices": [
            {"slice": one, "p": decimal(one.p), **shown.cell(one.figure)} for one in result.slices[:MOST_SLICES]
        ],
        "kept": sum(one.kept for one in result.slices),
    }


def row(shown: Shown[Any], one: Finding) -> dict[str, Any]:
    """A finding with its word, its tone and the addresses of its figures' evidence."""
    return {
        "finding": one,
        "word": LABELS[one.verdict],
        "tone": TONES[one.verdict],
        "told": one.verdict is not Word.UNKNOWN,
        "showing": one.verdict in SHOWING,
        "behaviour_url": shown.url(one.behaviour.metric),
        "cost_url": shown.url(one.cost.metric),
        "stake_url": shown.url(one.stake.metric),
    }


def point(one: Finding) -> dict[str, Any]:
    """A finding's cost as the chart draws it."""
    return {
        "title": one.title,
        "value": one.cost.value,
        "low": one.cost.low,
        "high": one.cost.high,
        "n": one.n,
        "word": LABELS[one.verdict],
    }


def table(result: Psychology) -> Table:
    """One row a finding: behaviour in its own unit, cost in form, what is at stake in minor units."""
    header = (
        "finding", "verdict", "severe", "decisions", "behaviour", "behaviour_low", "behaviour_high", "cost", "cost_low",
        "cost_high", "stake", "stake_low", "stake_high", "currency", "sentence",
    )  # fmt: skip
    return Table(header, [cells(one, result.currency) for one in result.findings])


def cells(one: Finding, currency: str) -> list[Any]:
    numbers = [end for figure in one.figures for end in (figure.value, figure.low, figure.high)]
    return [one.id, one.verdict.value, one.severe, one.n, *numbers, currency, one.sentence]


FACE = face(PSYCHOLOGY, "psychology", icon="user", order=60, context=context, table=table)
