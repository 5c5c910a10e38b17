"""When results differ: hours and weekdays, each against the rest, with the whole family counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.trading.inference.multiplicity import benjamini_hochberg
from analytics.trading.inference.permutation import slices_against_rest
from analytics.trading.inference.samples import SLICE
from analytics.trading.psychology.asking import Asked, Contrast, Cost, Known, block_reps
from analytics.trading.psychology.before import Mask
from analytics.trading.record import Ints

Q = 0.10
SESSION_BUDGET = 0.02
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: Where the record's zone is told in hours; half-day parts that most desks speak of.
PARTS = (("Night", 0, 7), ("Morning", 7, 12), ("Afternoon", 12, 17), ("Evening", 17, 24))


@dataclass(frozen=True)
class Tried:
    """One slice: mean of f less the mean of the rest, its p adjusted over the family, two-sided, and one-sided raw."""

    kind: str
    label: str
    number: int
    mask: Mask
    effect: float
    p: float
    adjusted: float
    worse_p: float

    @property
    def kept(self) -> bool:
        return self.adjusted <= Q


def session_effect(known: Known) -> Asked:
    """Hours of entry, parts of the day and weekdays: the worst that is kept speaks for the family."""
    tried = _tried(known)
    nothing = np.zeros(len(known.record), dtype=np.bool_)
    if not tried:
        gap = f"Needs two hours or weekdays with {SLICE.decisions} decisions on {SLICE.days} sessions each."
        return Asked("session_effect", Contrast(gap=gap), Cost(gap=gap), nothing, budget=SESSION_BUDGET)
    kept = [one for one in tried if one.kept and one.effect < 0]
    worst = min(kept or tried, key=lambda one: (one.adjusted, one.effect) if kept else (one.worse_p, one.effect))
    at = known.drawing.pair(known.form, worst.mask, ~worst.mask)
    family_p = min(benjamini_hochberg([one.worse_p for one in tried]))
    n, rest = int(worst.mask.sum()), int((~worst.mask).sum())
    behaviour = Contrast(n / len(known.record), float("nan"), n, rest)
    cost = Cost(worst.effect, family_p, n, rest, lambda: known.drawing.difference(at), times=float(n))
    return Asked(
        "session_effect", behaviour, cost, worst.mask, budget=SESSION_BUDGET, kept=bool(kept), parts=tuple(tried)
    )


def _tried(known: Known) -> list[Tried]:
    named = [(kind, label, number, mask) for kind, label, number, mask in _slices(known) if _enough(known, mask)]
    if not named:
        return []
    member = np.stack([mask for *_, mask in named], axis=1)
    found = slices_against_rest(
        known.form, member, known.record.session, seed=known.seed, reps=block_reps(len(known.record))
    )
    adjusted = benjamini_hochberg([one.p for one in found])
    return [
        Tried(*about, one.effect, one.p, q, one.p / 2 if one.effect < 0 else 1 - one.p / 2)
        for about, one, q in zip(named, found, adjusted, strict=True)
    ]


def _slices(known: Known) -> list[tuple[str, str, int, Mask]]:
    hours = _hours(known)
    weekday = (known.record.session + 3) % 7  # day 0, 1970-01-01, was a Thursday
    made = [("hour", f"{hour:02d}:00 to {(hour + 1) % 24:02d}:00", hour, hours == hour) for hour in range(24)]
    made += [("part", name, start, (hours >= start) & (hours < end)) for name, start, end in PARTS]
    return made + [("weekday", name, day + 1, weekday == day) for day, name in enumerate(WEEKDAYS)]


def _hours(known: Known) -> Ints:
    told = known.record.local_opened
    return np.array([-1 if moment is None else moment.hour for moment in told], dtype=np.int64)


def _enough(known: Known, mask: Mask) -> bool:
    """Both the slice and the rest are large enough to be compared."""
    day = known.record.session
    return all(SLICE.met(int(part.sum()), len(np.unique(day[part]))) for part in (mask, ~mask))
