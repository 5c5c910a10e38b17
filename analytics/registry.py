"""The metric registry: what each key means. Pages, API, formatter, agent glossary, docs and tests read it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    MONEY = "money"  # integer minor units of the figure's currency
    RATE = "rate"  # fraction; 0.01 is shown as 1.0 %
    COUNT = "count"
    MONTHS = "months"
    DAYS = "days"
    INDEX = "index"  # a plain number without a unit, such as a coefficient of variation
    POINTS = "points"  # of a score from 0 to 100


class Better(StrEnum):
    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


class Empty(StrEnum):
    NONE = "none"  # no value without facts; the gap says why
    ZERO = "zero"  # no facts is truly zero


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric key.

    `gap` is the sentence for a missing value; it may use {n} (have) and {need} (minimum).
    """

    key: str
    label: str
    unit: Unit
    better: Better
    empty: Empty
    formula: str
    source: str
    minimum: int = 0
    gap: str = ""

    def gap_sentence(self, n: int) -> str:
        return self.gap.format(n=n, need=self.minimum)


METRICS: dict[str, Metric] = {}


def metric(
    key: str,
    label: str,
    *,
    unit: Unit,
    better: Better,
    formula: str,
    source: str,
    empty: Empty = Empty.NONE,
    minimum: int = 0,
    gap: str = "",
) -> Metric:
    """Register a metric under its key.

    Errors: ValueError for a second registration or a missing gap sentence.
    """
    if key in METRICS:
        raise ValueError(f"{key} is registered twice")
    if empty is Empty.NONE and not gap:
        raise ValueError(f"{key} may be empty and needs a sentence that says why")
    METRICS[key] = Metric(key, label, unit, better, empty, formula, source, minimum, gap)
    return METRICS[key]


def metric_of(key: str) -> Metric:
    """The registered metric.

    Errors: KeyError for an unknown key, which is a mistake in the code that asks.
    """
    return METRICS[key]
