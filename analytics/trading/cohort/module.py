"""The cohort module: own measures, and their ranks in the cell where one may be told."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.figures import Figure
from analytics.trading.cohort import keys as _keys  # noqa: F401 - registers the metrics
from analytics.trading.cohort.calc import MEASURES, Cell, Place, measures_of, place_of, rank
from analytics.trading.inference.samples import Minimum
from analytics.trading.modules import Beside, module
from analytics.trading.record import Record
from analytics.trading.sheet import Sheet

#: A record shorter than this neither gives to a cohort nor is placed in one.
NEEDED = Minimum(50, 20)
TOO_SMALL = "The cohort is too small to tell."
NOT_TAKING_PART = "This account does not take part."


@dataclass(frozen=True)
class Standing:
    """One measure: its own value as text to read on, and its rank's key in the figures."""

    name: str
    own: str
    ranked: str


@dataclass(frozen=True)
class Cohort:
    """Where an account stands. `gap` says why there are no ranks; `own` are its values, for the nightly cells.

    businesses, decisions: of the whole cell; 0 while none may be told.
    """

    n: int
    place: Place
    taking_part: bool
    gap: str
    businesses: int
    decisions: int
    own: tuple[tuple[str, float], ...]
    standings: tuple[Standing, ...]
    figures: dict[str, Figure]


def compute(record: Record, beside: Beside, seed: int) -> Cohort:
    """Empty: a short record has no values at all; without a cell the ranks are gaps."""
    place, short = place_of(record), NEEDED.gap(len(record), record.n_sessions)
    own = {} if short else measures_of(record)
    cell = _cell_of(place, beside)
    gap = short or (NOT_TAKING_PART if beside.cohort is None else "" if cell else TOO_SMALL)
    sheet = Sheet(record, beside)
    return Cohort(
        n=len(record),
        place=place,
        taking_part=beside.cohort is not None,
        gap=gap,
        businesses=cell.businesses if cell else 0,
        decisions=cell.decisions if cell else 0,
        own=tuple(own.items()),
        standings=tuple(_standing(sheet, name, own, cell, gap) for name in MEASURES),
        figures=sheet.figures,
    )


def _cell_of(place: Place, beside: Beside) -> Cell | None:
    told: tuple[Cell, ...] = beside.cohort or ()
    return next((cell for cell in told if cell.place == place), None)


def _standing(sheet: Sheet, name: str, own: dict[str, float], cell: Cell | None, gap: str) -> Standing:
    own_key, rank_key = f"trading.cohort_{name}", f"trading.cohort_rank_{name}"
    value = own.get(name)
    sheet.number(own_key, value, gap=gap if not own else "")
    quantiles = dict(cell.quantiles).get(name, ()) if cell else ()
    known = rank(value, quantiles) if value is not None and quantiles else None
    sheet.number(rank_key, known, n=cell.businesses if cell else 0, gap=gap or TOO_SMALL)
    return Standing(name, own_key, rank_key)


COHORT = module("cohort", "Cohort", version="1", result=Cohort, compute=compute, also_reads=("cohort",))
