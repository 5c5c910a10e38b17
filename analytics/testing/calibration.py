"""Calibration of the behaviour sheet on simulated traders: what is found that is not there, and what is not found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from analytics.testing.traders import Habits, Trader, behaving
from analytics.trading.fatigue.calc import fading
from analytics.trading.fatigue.module import word_of
from analytics.trading.psychology.calc import Word, sheet
from analytics.trading.record import Record

MOST_FALSE, LEAST_POWER = 0.10, 0.80
SIX_A_DAY, EIGHT_A_DAY = Trader(a_day=6, payoff=0.9), Trader(a_day=8, payoff=0.9)
SMALL_WINS = Trader(a_day=8, payoff=0.7, win_rate=0.58)

#: Traders without habits: independent results, and what makes records look habitual without being so.
FREE: dict[str, tuple[Trader, Habits]] = {
    "independent": (EIGHT_A_DAY, Habits()),
    "with an edge": (Trader(a_day=8, win_rate=0.6), Habits()),
    "losing": (Trader(a_day=5, win_rate=0.42), Habits()),
    "results with memory": (EIGHT_A_DAY, Habits(memory=0.24)),
    "equal times, flat results": (SIX_A_DAY, Habits(coarse=60, flat=0.08)),
    "without stops, money only": (Trader(a_day=6, with_risk=False, instruments=("A", "B", "C", "D")), Habits()),
}
#: Planted habits. The first two are the ones the duty names.
PLANTED: dict[str, tuple[str, Trader, Habits]] = {
    "size × 1.5 after a loss": ("revenge_size", EIGHT_A_DAY, Habits(size_after_loss=1.5)),
    "−0.3 R when fatigued": ("fatigue", EIGHT_A_DAY, Habits(tired_after=4, tired_r=-0.3)),
    "pause halved after a loss": ("revenge_tempo", EIGHT_A_DAY, Habits(gap_after_loss=0.5)),
    "size × 1.5 on losing sessions": ("loss_chasing", SIX_A_DAY, Habits(size_losing_day=1.5)),
    "−0.7 R beyond the usual number": ("overtrading", SIX_A_DAY, Habits(excess_after=6, excess_r=-0.7)),
    "bursts in 4 of 10 sessions": ("tilt_burst", EIGHT_A_DAY, Habits(bursts=0.4)),
    "losers held twice as long": ("disposition", SMALL_WINS, Habits(loser_hold=2.2)),
    "size × 1.5 after three wins": ("win_streak", EIGHT_A_DAY, Habits(size_after_wins=1.5)),
    "a quarter of losers beyond the stop": ("stop_discipline", EIGHT_A_DAY, Habits(loose=0.25)),
    "−0.7 R on one weekday": ("session_effect", EIGHT_A_DAY, Habits(bad_weekday=1, weekday_r=-0.7)),
}


@dataclass(frozen=True)
class Told:
    """What one record is told: habits that show, and among them those that cost."""

    shown: frozenset[str]
    costly: frozenset[str]


def told(record: Record, *, seed: int) -> Told:
    """The whole sheet with fatigue, as pages show it."""
    habits = sheet(record, seed=seed)
    faded = fading(record, seed=seed)
    words = {one.asked.key: one.word for one in habits} | {"fatigue": word_of(faded)}
    costly = frozenset(key for key, word in words.items() if word is Word.COSTLY)
    return Told(costly | {key for key, word in words.items() if word is Word.DIFFERENT}, costly)


def records(trader: Trader, habits: Habits, *, n: int, traders: int, seed: int) -> Iterator[Record]:
    for number in range(traders):
        yield behaving(replace(trader, n=n), habits, seed=seed * 1_000_003 + number)


def false_alarms(name: str, *, n: int, traders: int, seed: int) -> tuple[int, Counter[str]]:
    """Traders without habits that are told one is costly, and which."""
    trader, habits = FREE[name]
    which: Counter[str] = Counter()
    hits = 0
    for number, record in enumerate(records(trader, habits, n=n, traders=traders, seed=seed)):
        found = told(record, seed=number).costly
        which.update(found)
        hits += bool(found)
    return hits, which


def power(name: str, *, n: int, traders: int, seed: int) -> tuple[int, int]:
    """Traders with a planted habit in whom it is found, and in whom it is called costly."""
    key, trader, habits = PLANTED[name]
    made = [
        _answer(key, record, seed=number)
        for number, record in enumerate(records(trader, habits, n=n, traders=traders, seed=seed))
    ]
    return sum(word in (Word.DIFFERENT, Word.COSTLY) for word in made), made.count(Word.COSTLY)


def _answer(key: str, record: Record, *, seed: int) -> Word:
    """The answer to one question, the sheet's correction included; fatigue stands apart from the sheet."""
    if key == "fatigue":
        return word_of(fading(record, seed=seed))
    return next(one.word for one in sheet(record, seed=seed) if one.asked.key == key)
