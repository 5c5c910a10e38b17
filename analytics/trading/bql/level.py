"""From pillars to a level: the score, its state, how a state is kept, and what overrides it. Plain NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from analytics.trading.bql.pillars import Pillar
from analytics.trading.bql.window import entries
from analytics.trading.record import Record

LEAST_PILLARS = 3
UPGRADE_POINTS, UPGRADE_DAYS = 5.0, 5
TILT_LOSSES, TILT_SIZE, TILT_FAST = 3, 1.5, 0.10


class Level(IntEnum):
    UNAVAILABLE = 0
    TILT = 1
    STRAINED = 2
    DRIFTING = 3
    STEADY = 4
    COMPOSED = 5

    @property
    def word(self) -> str:
        return self.name.capitalize()


STARTS = {Level.COMPOSED: 80.0, Level.STEADY: 65.0, Level.DRIFTING: 50.0, Level.STRAINED: 35.0, Level.TILT: 0.0}
COMPOSED_LEAST = 60.0


@dataclass(frozen=True, slots=True)
class Score:
    """`total` and the lowest pillar, 0 to 100; None while fewer than three pillars are known."""

    total: float | None
    least: float | None = None


def score(found: Sequence[Pillar]) -> Score:
    """½ · mean + ½ · lowest: a mean alone would hide one dangerous habit."""
    known = [one.points for one in found if one.points is not None]
    if len(known) < LEAST_PILLARS:
        return Score(None)
    least = min(known)
    return Score((sum(known) / len(known) + least) / 2, least)


def raw_level(found: Score, *, margin: float = 0.0) -> Level:
    """The level of a score; with `margin`, the one whose start it passes by so many points."""
    if found.total is None or found.least is None:
        return Level.UNAVAILABLE
    for level, start in STARTS.items():
        if found.total >= start + (margin if level is not Level.TILT else 0):
            if level is Level.COMPOSED and found.least < COMPOSED_LEAST:
                continue
            return level
    return Level.TILT


def kept_level(history: Sequence[Score]) -> Level:
    """The level after session scores, oldest first: down at once, up after five sessions five points above.

    Empty: unavailable without a score.
    """
    level = Level.UNAVAILABLE
    for place, today in enumerate(history):
        raw = raw_level(today)
        if raw is Level.UNAVAILABLE or level is Level.UNAVAILABLE or raw < level:
            level = raw
            continue
        last = history[max(0, place - UPGRADE_DAYS + 1) : place + 1]
        if len(last) == UPGRADE_DAYS:
            level = max(level, min(raw_level(one, margin=UPGRADE_POINTS) for one in last))
    return level


def acute(record: Record, *, limit: float | None) -> str:
    """Why the last session overrides the level until the next one; empty when nothing does."""
    if not len(record):
        return ""
    last = record.session == record.session[-1]
    if limit and float(record.net[last].sum()) <= -abs(limit):
        return "The daily loss limit was reached."
    before = entries(record)
    gaps = before.gap[before.known]
    if len(gaps) < LEAST_PILLARS:
        return ""
    wild = (before.gap < np.quantile(gaps, TILT_FAST)) & (record.size >= TILT_SIZE)
    run = 0
    for i in np.flatnonzero(last):
        lost = record.net[i] < 0
        run = (run + 1 if run == 0 or wild[i] else 1) if lost else 0
        if run >= TILT_LOSSES:
            return "Three losses in a row, each entered faster and larger than usual."
    return ""
