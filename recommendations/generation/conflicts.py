"""Advice that contradicts other advice about the same thing: only the better of two is ever open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rules whose advice cannot both be followed, and why."""

    first: str
    second: str
    why: str


PAIRS = (
    Pair(
        "payments.reduce_refunds", "payments.cancel_flow",
        "Easier refunds raise their number while they lower disputes; the two pull in opposite directions.",
    ),
    Pair(
        "trading.pause_edge", "trading.reduce_size",
        "An account that rests has no size to reduce.",
    ),
    Pair(
        "trading.pause_edge", "trading.retire_sleeve",
        "An account that rests has no part to retire; what is left to trade is decided when it starts again.",
    ),
    Pair(
        "trading.pause_edge", "trading.stop_sooner",
        "A rule for trading days means nothing while the account rests.",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Advice:
    """What matters of a row here. `rank` orders rows, the best first when sorted descending."""

    key: str
    rule: str
    subject: str
    rank: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Clash:
    """`loser` waits for `winner`."""

    loser: str
    winner: str
    why: str


def about(subject: str) -> str:
    """What a subject is part of: `account:7:sleeve:MNQ` is about `account:7`."""
    return ":".join(subject.split(":")[:2])


def clashes(rows: Iterable[Advice]) -> list[Clash]:
    """Who waits for whom, best first: a row waits for the best standing row it contradicts.

    A row that waits blocks nobody. The result does not depend on the order of `rows`. Empty: no contradictions.
    """
    standing: list[Advice] = []
    found: list[Clash] = []
    for row in sorted(rows, key=lambda one: (one.rank, one.key), reverse=True):
        blocking = next(
            (
                (other, why)
                for other in standing
                if (why := contradiction((row.rule, row.subject), (other.rule, other.subject)))
            ),
            None,
        )
        if blocking is None:
            standing.append(row)
        else:
            found.append(Clash(row.key, blocking[0].key, blocking[1]))
    return found


def contradiction(one: tuple[str, str], other: tuple[str, str]) -> str:
    """Why two pieces of advice, each as rule and subject, cannot both be followed; empty when they can."""
    if about(one[1]) != about(other[1]):
        return ""
    rules = {one[0], other[0]}
    return next((pair.why for pair in PAIRS if rules == {pair.first, pair.second}), "")
