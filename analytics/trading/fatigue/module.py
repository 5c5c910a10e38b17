"""The fatigue module: the slopes, the places, and one finding in the form of the behaviour sheet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.figures import Figure
from analytics.trading.fatigue import keys as _keys  # noqa: F401 - registers the metrics
from analytics.trading.fatigue.calc import MOST_ORDER, Fading, Slope, fading
from analytics.trading.inference.bootstrap import Interval
from analytics.trading.modules import Beside, module
from analytics.trading.psychology import words
from analytics.trading.psychology.calc import Word
from analytics.trading.psychology.finding import Finding
from analytics.trading.psychology.module import finding_of, in_r, p_note
from analytics.trading.record import Record
from analytics.trading.sheet import Sheet, decisions

NOTHING = Interval(np.nan, np.nan, np.nan)
#: What this question may use of the sheet's false alarms; see `psychology.calc`.
BUDGET = 0.04


@dataclass(frozen=True)
class PlaceRow:
    """One place in the session; the last holds all later ones."""

    order: int
    last: bool
    n: int
    figure: str


@dataclass(frozen=True)
class Fatigue:
    """`gap` says what is missing. `break_even` is the place from which on the fitted line is below zero."""

    n: int
    days: int
    currency: str
    gap: str
    headline: str
    in_r: bool
    break_even: int | None
    finding: Finding
    places: tuple[PlaceRow, ...]
    stored: dict[str, Figure]

    @property
    def figures(self) -> dict[str, Figure]:
        return self.stored | {figure.metric: figure for figure in self.finding.figures}


def compute(record: Record, beside: Beside, seed: int) -> Fatigue:
    """Empty: below 200 decisions on 30 long sessions there are gaps only."""
    found, sheet = fading(record, seed=seed), Sheet(record, beside)
    made = _finding(Sheet(record, beside), found)
    hours = found.hours
    sheet.number(
        "trading.fatigue_hours", hours.value if hours else None, n=found.n, interval=hours.interval if hours else None,
        gap=found.gap, note=p_note(hours.p) if hours else "",
    )  # fmt: skip
    sheet.number("trading.fatigue_break_even", found.break_even, n=found.n, gap=found.gap)
    _proxies(sheet, found)
    places = tuple(_place(sheet, found, i) for i in range(len(found.places)))
    return Fatigue(
        n=found.n, days=found.days, currency=record.currency, gap=found.gap, headline=headline(made, found),
        in_r=in_r(record), break_even=found.break_even, finding=made, places=places, stored=sheet.figures,
    )  # fmt: skip


def word_of(found: Fading) -> Word:
    """Fading shows where the slope's 90 % interval is below 0 and exchange inside days agrees; costly, where late
    decisions are also worse and the slope holds within the sheet's budget.
    """
    slope = found.order
    if slope is None:
        return Word.UNKNOWN
    if not slope.fades:
        return Word.CLEAR
    return Word.COSTLY if costs(slope) and found.after < 0 else Word.DIFFERENT


def costs(slope: Slope) -> bool:
    return slope.p <= BUDGET and slope.interval.above_zero <= BUDGET


def headline(made: Finding, found: Fading) -> str:
    if made.verdict is Word.UNKNOWN:
        return "The record is too short to tell."
    if made.verdict is Word.CLEAR:
        return "Results do not fade in the course of your sessions."
    turn = " From one place on they are below zero." if found.break_even else ""
    return f"{made.sentence}{turn}"


def _finding(sheet: Sheet, found: Fading) -> Finding:
    word, slope = word_of(found), found.order
    tired = found.tired if found.tired is not None else np.zeros(len(sheet.record), dtype=np.bool_)
    n = int(tired.sum())
    ends = found.after_interval
    return finding_of(
        sheet, "fatigue",
        word=word,
        sentence=words.sentence("fatigue", word, gap=found.gap),
        page="fatigue",
        n=n,
        behaviour=(slope.value, slope.interval) if slope else (float("nan"), NOTHING),
        cost=(found.after, ends),
        stake=(found.after * n, Interval(ends.low * n, ends.high * n, ends.above_zero)),
        marked=tired,
        gaps=(found.gap, found.gap),
        notes=(p_note(slope.p) if slope else "", ""),
        arms=(found.n, found.n),
    )  # fmt: skip


def _proxies(sheet: Sheet, found: Fading) -> None:
    known = found.proxies
    for key, early, late in (
        ("fatigue_jumps", known.jumps_early if known else None, known.jumps_late if known else None),
        ("fatigue_flips", known.flips_early if known else None, known.flips_late if known else None),
    ):
        note = f"{early:.1%} in first halves" if early is not None and np.isfinite(early) else ""
        sheet.number(f"trading.{key}", late, n=found.n, gap=found.gap, note=note)


def _place(sheet: Sheet, found: Fading, i: int) -> PlaceRow:
    one = found.places[i]
    last = one.order == MOST_ORDER
    key = f"trading.fatigue_place:{one.order}"
    rows = decisions(sheet.beside, order=f"{one.order}+" if last else str(one.order))
    sheet.number("trading.fatigue_place", one.mean, n=one.n, interval=one.interval, under=key, rows=rows)
    return PlaceRow(one.order, last, one.n, key)


FATIGUE = module("fatigue", "Fatigue", version="1", result=Fatigue, compute=compute)
