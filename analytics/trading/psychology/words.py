"""What each question of the sheet is called, what its answers say, and what to try. Sentences hold no numbers."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.trading.psychology.calc import Word


@dataclass(frozen=True, slots=True)
class Said:
    """behaviour, cost: labels of the two figures; formula and outcome: how they are made."""

    title: str
    question: str
    shows: str
    behaviour: str
    formula: str
    cost: str
    outcome: str
    action: str
    unit: str = "index"


SAID: dict[str, Said] = {
    "revenge_tempo": Said(
        "Revenge tempo", "Do you re-enter faster after a loss?",
        "You re-enter faster after a loss than after a win.",
        "Pause after a win ÷ after a loss", "median pause to the next entry of the session after a win ÷ after a loss",
        "Fast re-entries, difference in form",
        "mean f of entries after a loss faster than the own fastest quarter − mean f of slower ones",
        "After a loss, wait at least your usual pause before the next entry.",
    ),
    "revenge_size": Said(
        "Revenge size", "Do you trade larger after a loss?",
        "You trade larger after a loss than after a win.",
        "Size after a loss ÷ after a win", "geometric mean of normalised size after a loss ÷ after a win, same session",
        "Form lost with each unit of size", "slope of f on size among entries after a loss, inside days",
        "Fix the size of an entry after a loss at your usual one.",
    ),
    "loss_chasing": Said(
        "Loss-chasing day", "Do you trade larger when the session began badly?",
        "After a losing first half of a session you trade larger in the second.",
        "Risk of larger size, losing ÷ winning", "share of second halves above the own median size after losing first "
        "halves ÷ after winning ones",
        "Second halves, difference in form", "mean f of second halves after a losing first half − after a winning one",
        "Stop, or halve the size, when the first half of a session ends below zero.",
    ),
    "overtrading": Said(
        "Overtrading", "Are decisions beyond your usual number worse?",
        "Decisions beyond your usual number a session do worse than those before.",
        "Decisions beyond the usual number", "share of decisions beyond the own median number a session",
        "Beyond the usual number, difference in form",
        "mean f of decisions beyond the own median number a session − mean f of those within it",
        "End the session at your usual number of decisions.", unit="rate",
    ),
    "tilt_burst": Said(
        "Tilt bursts", "Do entries come in bursts?",
        "Entries come in bursts oftener than your own pauses in any order would bring.",
        "Bursts ÷ expected", "runs of four entries inside the own fastest tenth ÷ their mean number with pauses in any "
        "order",
        "Inside bursts, difference in form", "mean f inside bursts − mean f outside",
        "After three entries in quick succession, step away until the pace is usual again.",
    ),
    "disposition": Said(
        "Disposition", "Do you hold losers longer than winners?",
        "You hold losers longer than winners, and your average win is smaller than your average loss.",
        "Hold of losers ÷ winners", "median holding time of losers ÷ of winners",
        "Losers held long, difference in form",
        "mean f of losers held longer than three in four winners − mean f of other losers",
        "Give each trade a time limit: what three in four of your winners need.",
    ),
    "win_streak": Said(
        "Win-streak expansion", "Do you trade larger after a run of wins?",
        "After three wins in a row you trade larger.",
        "Size after three wins ÷ else",
        "geometric mean of normalised size after three wins in a row ÷ of other entries",
        "After three wins, difference in form", "mean f after three wins in a row − mean f of other entries",
        "Keep the size fixed through a run of wins.",
    ),
    "stop_discipline": Said(
        "Stop discipline", "Do losses stay within the risk you set?",
        "More than one loser in ten lost more than the risk you set.",
        "Losers beyond their risk", "share of losers that lost more than 1.1 of their initial risk",
        "Lost beyond the risk, a loser", "mean of min(R + 1, 0) over losers with a known initial stop",
        "Leave the stop in the market where you first set it.", unit="rate",
    ),
    "session_effect": Said(
        "Hours and weekdays", "Are there times at which you do worse?",
        "At one time you do worse than at all others.",
        "Decisions at the worst time", "share of decisions at the hour, part of the day or weekday that does worst",
        "At that time, difference in form", "mean f of the slice − mean f of the rest",
        "Leave that time out until it is back at the level of the rest.", unit="rate",
    ),
    "fatigue": Said(
        "Fatigue", "Do results fade in the course of a session?",
        "Results fade in the course of your sessions.",
        "Form lost with each decision", "slope of f on the place in the session, each day having its own level",
        "Late decisions, difference in form",
        "mean f from the break-even place on (in second halves where there is none) − mean f before",
        "End the session before the place at which results turn.",
    ),
}  # fmt: skip

SENTENCES = {
    Word.COSTLY: " It costs you, beyond what chance would explain.",
    Word.DIFFERENT: " There is no evidence yet that it costs you.",
}
ONE_CONTRAST = " Among so many questions that may still be chance."
OUTCOME_ONLY = ("overtrading", "session_effect")


def sentence(key: str, word: Word, *, spared: str = "", gap: str = "") -> str:
    """What an answer says."""
    if word is Word.UNKNOWN:
        return gap
    if word is Word.CLEAR:
        return spared or "No sign of it on this record."
    after = ONE_CONTRAST if word is Word.DIFFERENT and key in OUTCOME_ONLY else SENTENCES[word]
    return SAID[key].shows + after


def headline(costly: int, different: int, measured: int) -> str:
    """The page's verdict, without numbers: the tiles count."""
    if not measured:
        return "The record is too short to judge any habit."
    if costly > 1:
        return "Several habits cost you money."
    if costly:
        return "One habit costs you money."
    if different:
        return "Habits show, but none of them is proven to cost you."
    return "No habit shows on this record."
