"""The psychology module: the behaviour sheet as findings, each with its contrast, its cost and what is at stake."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.figures import Figure, Rows
from analytics.trading.inference.bootstrap import Interval
from analytics.trading.inference.stat import minor
from analytics.trading.modules import Beside, module
from analytics.trading.psychology import keys as _keys  # noqa: F401 - registers the metrics
from analytics.trading.psychology import words
from analytics.trading.psychology.before import Mask
from analytics.trading.psychology.calc import Habit, Word, sheet
from analytics.trading.psychology.finding import Finding, by_weight
from analytics.trading.psychology.hours import Tried
from analytics.trading.record import Record
from analytics.trading.sheet import Sheet, decisions

MOST_KEYS = 500


@dataclass(frozen=True)
class Slice:
    """One hour, part of the day or weekday that was tested. p is adjusted over all of them."""

    kind: str
    label: str
    n: int
    figure: str
    p: float
    kept: bool


@dataclass(frozen=True)
class Psychology:
    """Findings by weight. `unit` is the money that 1 of form stands for, in minor units."""

    n: int
    sessions: int
    currency: str
    headline: str
    in_r: bool
    unit: int
    findings: tuple[Finding, ...]
    slices: tuple[Slice, ...]
    stored: dict[str, Figure]

    @property
    def figures(self) -> dict[str, Figure]:
        return self.stored | {figure.metric: figure for one in self.findings for figure in one.figures}


def compute(record: Record, beside: Beside, seed: int) -> Psychology:
    """Empty: a record without decisions has no findings, and every count is 0."""
    habits = sheet(record, seed=seed)
    asked = Sheet(record, beside)
    findings = by_weight(_finding(asked, one) for one in habits)
    tried = [one for habit in habits for one in habit.asked.parts if isinstance(one, Tried)]
    counts = Sheet(record, beside)
    words_of = [one.verdict for one in findings]
    costly, different = words_of.count(Word.COSTLY), words_of.count(Word.DIFFERENT)
    measured = len(words_of) - words_of.count(Word.UNKNOWN)
    counts.number("trading.habits_costly", costly)
    counts.number("trading.habits_shown", costly + different)
    counts.number("trading.habits_asked", measured, note=f"of {len(findings)}")
    return Psychology(
        n=len(record),
        sessions=record.n_sessions,
        currency=record.currency,
        headline=words.headline(costly, different, measured),
        in_r=in_r(record),
        unit=minor(form_money(record), record.currency) or 0,
        findings=findings,
        slices=tuple(_slice(counts, one) for one in sorted(tried, key=lambda one: (one.p, one.number))),
        stored=counts.figures,
    )


def in_r(record: Record) -> bool:
    """Whether form is told in units of initial risk."""
    return bool(len(record) and np.isfinite(record.r).mean() >= 0.5)


def form_money(record: Record) -> float:
    """What 1 of form is worth in money: the median initial risk, or the median loss."""
    return float(np.median(record.risk[record.risk > 0])) if in_r(record) else record.unit


def finding_of(
    sheet: Sheet, key: str, *, word: Word, sentence: str, page: str, n: int, behaviour: tuple[float, Interval],
    cost: tuple[float, Interval], stake: tuple[float, Interval], marked: Mask, gaps: tuple[str, str] = ("", ""),
    notes: tuple[str, str] = ("", ""), severe: bool = False, arms: tuple[int, int] = (0, 0),
) -> Finding:  # fmt: skip
    """A finding with its three figures; cost and stake in units of form become figures of form and of money."""
    said, rows, worth = words.SAID[key], rows_of(sheet, marked), form_money(sheet.record)
    metric = f"trading.{key}"
    first = sheet.number(metric, behaviour[0], n=arms[0], interval=behaviour[1], gap=gaps[0], note=notes[0], rows=rows)
    second = sheet.number(f"{metric}_cost", cost[0], n=arms[1], interval=cost[1], gap=gaps[1], note=notes[1], rows=rows)
    money = Interval(stake[1].low * worth, stake[1].high * worth, stake[1].above_zero)
    amount = None if not np.isfinite(stake[0]) else stake[0] * worth
    third = sheet.money(f"{metric}_stake", amount, n=arms[1], interval=money, gap=gaps[1], rows=rows)
    return Finding(
        key, said.title, said.question, page, word, severe, sentence, n, first, second, third, said.action
    )  # fmt: skip


def rows_of(sheet: Sheet, marked: Mask) -> Rows | None:
    """The marked decisions themselves while they can be listed one by one, else all of the account's."""
    count = int(marked.sum())
    if not 0 < count <= MOST_KEYS:
        return decisions(sheet.beside)
    return decisions(sheet.beside, keys=",".join(sheet.record.keys[i] for i in np.flatnonzero(marked)))


def p_note(p: float, *, adjusted: bool = False) -> str:
    """`p 0.03`, with what it is adjusted for."""
    if not np.isfinite(p):
        return ""
    told = "p below 0.001" if p < 0.001 else f"p {p:.3f}"
    return f"{told}, adjusted over the sheet" if adjusted else told


def _finding(sheet: Sheet, habit: Habit) -> Finding:
    asked = habit.asked
    behaviour, cost = asked.behaviour, asked.cost
    return finding_of(
        sheet, asked.key,
        word=habit.word,
        sentence=words.sentence(asked.key, habit.word, spared=asked.spared, gap=behaviour.gap),
        page="psychology",
        n=int(asked.marked.sum()),
        behaviour=(behaviour.effect, habit.behaviour),
        cost=(cost.effect, habit.cost),
        stake=(cost.effect * cost.times, habit.stake),
        marked=asked.marked,
        gaps=(behaviour.gap, cost.gap),
        notes=(p_note(habit.p, adjusted=True), "" if asked.key == "stop_discipline" else p_note(cost.p)),
        severe=habit.severe,
        arms=(behaviour.n + behaviour.n_rest, cost.n + cost.n_rest),
    )  # fmt: skip


def _slice(sheet: Sheet, one: Tried) -> Slice:
    key = f"trading.slice_effect:{one.kind}:{one.number}"
    filters = {one.kind: one.number} if one.kind in ("hour", "weekday") else {}
    n = int(one.mask.sum())
    rows = decisions(sheet.beside, **filters)
    sheet.number("trading.slice_effect", one.effect, n=n, under=key, rows=rows)
    return Slice(one.kind, one.label, n, key, round(one.adjusted, 6), one.kept)


PSYCHOLOGY = module("psychology", "Psychology", version="1", result=Psychology, compute=compute)
