"""The sentences beside the KPIs: what the verdict says, why, and what the record does not rule out."""

from __future__ import annotations

from accounts.formats import money, number, percent
from analytics.figures import Figure
from analytics.trading.inference.samples import INTERVAL
from analytics.trading.inference.stat import decimal, minor
from analytics.trading.inference.verdict import Grounds, Verdict
from analytics.trading.record import Record

HEADLINES = {
    Verdict.PROVEN: "The edge is proven on this record.",
    Verdict.LEANING: "The record leans towards an edge.",
    Verdict.UNPROVEN: "An edge is not proven.",
    Verdict.NEGATIVE: "The record shows a losing approach.",
}


def headline(word: Verdict) -> str:
    return HEADLINES[word]


def reasons(record: Record, grounds: Grounds) -> tuple[str, ...]:
    """What the verdict stands on, in the order in which it is decided."""

    def cash(amount: float) -> str:
        return money(minor(amount, record.currency), record.currency)

    if not INTERVAL.met(len(record)):
        return (INTERVAL.gap(len(record)) + " Before that there is no interval.",)
    made = []
    if grounds.low_95 is not None and grounds.above_zero is not None:
        made.append(f"The 95 % interval of the mean decision begins at {cash(grounds.low_95)}.")
        made.append(f"{percent(decimal(grounds.above_zero))} of resampled records have a mean above zero.")
    if grounds.day_p is not None:
        made.append(f"Days without an edge reach this mean with a chance of {percent(decimal(grounds.day_p))}.")
    made.append(f"Without its best trade the record is {cash(grounds.without_best_trade)}.")
    made.append(f"Without its best session it is {cash(grounds.without_best_day)}.")
    if grounds.one_trade:
        made.append("More than half of the result is one trade, so it tells of that trade.")
    return tuple(made)


def compatible(record: Record, expectancy: Figure) -> str:
    """The record is compatible with everything inside its interval."""
    if expectancy.low is None or expectancy.high is None:
        return ""
    ends = (money(end, record.currency) for end in (expectancy.low, expectancy.high))
    low, high = ends
    return f"The record is compatible with a mean of {low} to {high} a decision."


def streak_note(longest: int, expected: float | None) -> str:
    """What luck alone would bring."""
    return "" if expected is None or not longest else f"luck alone brings about {number(decimal(expected), 0)}"
