"""The BQL module: the level of conduct on the latest window, what it is made of, and how it came to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.formats import by_unit
from analytics.figures import Figure
from analytics.registry import metric_of
from analytics.trading.bql import keys  # noqa: F401 - the figures need their metrics registered
from analytics.trading.bql.level import Level, Score, acute, kept_level, raw_level, score
from analytics.trading.bql.pillars import HISTORY_REPS, REPS, Pillar, pillars
from analytics.trading.bql.window import window
from analytics.trading.inference.samples import BQL as MINIMUM
from analytics.trading.inference.stat import decimal
from analytics.trading.modules import Beside, module
from analytics.trading.record import Record, day_of
from analytics.trading.rules.calc import obeyed_share
from analytics.trading.sheet import Sheet, decisions

HISTORY = 30
PROVISIONAL_BELOW = 100
LABELS = {
    "loss": "Loss containment", "size": "Size discipline", "tempo": "Tempo", "exit": "Exit symmetry",
    "concentration": "Spread over days", "rules": "Own rules",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PillarShown:
    key: str
    label: str
    points: Decimal | None
    gap: str
    note: str


@dataclass(frozen=True, slots=True)
class Past:
    """A session's score and the level that was held after it."""

    day: date
    score: Decimal | None
    level: int


@dataclass(frozen=True, slots=True)
class Bql:
    """`level` is what is shown, `kept` the one without an acute override. `fallback` is said instead of level 0.

    first, last: sessions of the window; n and days: its decisions and sessions.
    """

    figures: dict[str, Figure]
    level: int
    word: str
    kept: int
    override: str
    provisional: bool
    fallback: str
    weakest: str
    pillars: tuple[PillarShown, ...]
    history: tuple[Past, ...]
    n: int
    days: int
    first: date | None
    last: date | None


def compute(record: Record, beside: Beside, seed: int) -> Bql:
    """The level after the last session. The past is scored with fewer draws, by seeds of its own sessions, so that it
    does not move when later decisions arrive.
    """
    limit = None if beside.daily_loss_limit is None else float(beside.daily_loss_limit)
    recent = window(record)
    enough = MINIMUM.met(len(recent), recent.n_sessions)
    found = _pillars(recent, beside, limit, seed=seed, reps=REPS) if enough else ()
    total = score(found)
    history = _history(record, beside, limit) if enough else []
    kept = kept_level([*(past for _, past in history), total])
    override = acute(recent, limit=limit) if kept else ""
    level = Level.TILT if override else kept
    sheet = Sheet(recent, beside)
    _figures(sheet, found, total)
    return Bql(
        figures=sheet.figures,
        level=int(level),
        word=level.word,
        kept=int(kept),
        override=override,
        provisional=bool(level) and len(recent) < PROVISIONAL_BELOW,
        fallback=_fallback(recent, enough) if level is Level.UNAVAILABLE else "",
        weakest=_weakest(found),
        pillars=tuple(PillarShown(p.key, LABELS[p.key], decimal(p.points), p.gap, p.note) for p in found),
        history=_shown(history, total, recent),
        n=len(recent),
        days=recent.n_sessions,
        first=recent.first_session,
        last=recent.last_session,
    )


def _pillars(recent: Record, beside: Beside, limit: float | None, *, seed: int, reps: int) -> tuple[Pillar, ...]:
    rules = [rule for rule in beside.rules if rule.active]
    return pillars(recent, limit=limit, obeyed=obeyed_share(recent, rules), seed=seed, reps=reps)


def _history(record: Record, beside: Beside, limit: float | None) -> list[tuple[int, Score]]:
    """Scores of the sessions before the last, at most thirty, oldest first; from the first with enough behind it."""
    made = []
    for day in record.sessions[-HISTORY - 1 : -1]:
        recent = window(record.where(record.session <= day))
        if MINIMUM.met(len(recent), recent.n_sessions):
            found = _pillars(recent, beside, limit, seed=int(day), reps=HISTORY_REPS)
            made.append((int(day), score(found)))
    return made


def _shown(history: list[tuple[int, Score]], total: Score, recent: Record) -> tuple[Past, ...]:
    if total.total is None:
        return ()
    days = [*history, (int(recent.session[-1]), total)]
    scores = [past for _, past in days]
    return tuple(
        Past(day_of(day), decimal(past.total), int(kept_level(scores[: place + 1])))
        for place, (day, past) in enumerate(days)
    )


def _figures(sheet: Sheet, found: tuple[Pillar, ...], total: Score) -> None:
    first = sheet.record.first_session
    rows = decisions(sheet.beside, start=first.isoformat()) if first else None
    sheet.number("trading.bql", total.total, rows=rows, note=raw_level(total).word if total.total is not None else "")
    for one in found:
        key = f"trading.bql_{one.key}"
        sheet.number(key, one.points, n=one.n, gap=one.gap, note=one.note, rows=rows)
        sheet.number(f"{key}_measure", one.measure, n=one.n, gap=one.gap, note=_scored(one), rows=rows)


def _scored(one: Pillar) -> str:
    """At what the pillar was scored, where that is not what was measured."""
    bound = decimal(one.bound)
    if bound is None or one.bound == one.measure:
        return ""
    return f"scored at {by_unit(bound, metric_of(f'trading.bql_{one.key}_measure').unit)}"


def _fallback(recent: Record, enough: bool) -> str:
    if enough:
        return "Fewer than three pillars can be measured on this record. Nothing is being judged yet."
    return (
        "Your level appears after 30 closed positions on 10 trading days. "
        f"So far: {len(recent)} on {recent.n_sessions}. Nothing is being judged yet."
    )


def _weakest(found: tuple[Pillar, ...]) -> str:
    known = [(one.points, LABELS[one.key]) for one in found if one.points is not None]
    return min(known)[1] if known and min(known)[0] < 100 else ""


BQL = module("bql", "Behavioural quality", version="1", result=Bql, compute=compute)
