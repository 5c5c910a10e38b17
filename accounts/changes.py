"""What changed between two values: how much, in which direction, and whether that is good."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from accounts.formats import DASH, Number, percent, points_of_percent, signed

#: Units whose change is a difference; all others change by a share of what was there before.
DIFFERENCES = frozenset({"rate", "points", "months", "days", "index"})


@dataclass(frozen=True, slots=True)
class Change:
    """`text` is signed (`+12.4%`, `+0.07 pp`); `tone` is good, bad or empty; `word` says the tone without colour."""

    text: str
    direction: str
    tone: str
    word: str


def change(now: Number | None, before: Number | None, *, unit: str, better: str = "neither") -> Change:
    """Compare `now` with `before`.

    Units:  rates in percentage points, scores in points, everything else relative.
    Empty:  a missing side gives a dash; from zero (or below) to something is `new`, never 100 %.
    """
    if now is None or before is None:
        return Change(DASH, "flat", "", "nothing to compare with")
    if now == before:
        return Change("0" if unit in DIFFERENCES else "0%", "flat", "", "no change")
    direction = "up" if now > before else "down"
    tone = _tone(direction, better)
    word = {"good": "better", "bad": "worse", "": "more" if direction == "up" else "less"}[tone]
    if unit not in DIFFERENCES and before <= 0:
        return Change("new" if before == 0 else by_change_of_sign(direction), direction, tone, word)
    return Change(_amount(Decimal(now), Decimal(before), unit), direction, tone, word)


def by_change_of_sign(direction: str) -> str:
    """A share of a negative amount means nothing to a reader; the direction still does."""
    return "up from below zero" if direction == "up" else "further below zero"


def _tone(direction: str, better: str) -> str:
    if better not in {"up", "down"}:
        return ""
    return "good" if direction == better else "bad"


def _amount(now: Decimal, before: Decimal, unit: str) -> str:
    if unit == "rate":
        return points_of_percent(now - before)
    if unit in {"points", "months", "days"}:
        return signed(now - before, 1 if unit == "points" and (now - before) % 1 else 0)
    if unit == "index":
        return signed(now - before, 2)
    share = (now - before) / before
    return f"{'+' if share > 0 else ''}{percent(share) if abs(share) >= Decimal('0.01') else percent(share, 1)}"
