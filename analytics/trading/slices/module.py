"""The slices module: which cuts of the record differ from the rest after every look was counted."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from analytics.figures import Figure
from analytics.trading.inference.samples import SLICE
from analytics.trading.inference.stat import decimal, minor
from analytics.trading.modules import Beside, module
from analytics.trading.record import Record
from analytics.trading.sheet import Sheet, decisions
from analytics.trading.slices import calc, cuts, keys  # noqa: F401 - the figures need their metrics registered

LITTLE_LEFT = "Too little is left outside this slice to compare with."


@dataclass(frozen=True, slots=True)
class SliceShown:
    """`figure` is the key of its expectancy; `effect` what it differs from the rest, in minor units a decision.

    word: better, worse, no difference, or not tested.
    """

    dimension: str
    label: str
    figure: str
    n: int
    days: int
    effect: int | None
    p: Decimal | None
    q: Decimal | None
    word: str


@dataclass(frozen=True, slots=True)
class Slices:
    """All slices in the order of their dimensions, and the sentence that says how many were looked at."""

    figures: dict[str, Figure]
    currency: str
    sentence: str
    best: str
    slices: tuple[SliceShown, ...]


def compute(record: Record, beside: Beside, seed: int) -> Slices:
    sheet = Sheet(record, beside)
    found = calc.against_rest(record, list(cuts.slices(record)), seed=seed)
    tested, kept = sum(one.tested for one in found), sum(one.kept for one in found)
    sheet.number("trading.slices_tested", tested)
    sheet.number("trading.slices_kept", kept)
    best = calc.best_deflated(record, found)
    sheet.number("trading.slice_dsr", best[1] if best else None, n=tested, note=best[0].slice.label if best else "")
    shown = tuple(_shown(sheet, one, f"slice-{place}") for place, one in enumerate(found))
    return Slices(sheet.figures, record.currency, sentence(tested, kept), best_sentence(best, tested), shown)


def _shown(sheet: Sheet, one: calc.Found, key: str) -> SliceShown:
    filters = one.slice.filters
    sheet.money(
        "trading.slice_expectancy",
        one.mean if one.tested else None,
        n=one.n,
        interval=one.interval,
        gap="" if one.tested else SLICE.gap(one.n, one.days) or LITTLE_LEFT,
        note=f"{cuts.DIMENSIONS[one.slice.dimension]}: {one.slice.label}",
        rows=decisions(sheet.beside, **filters) if filters else None,
        under=key,
    )
    return SliceShown(
        one.slice.dimension, one.slice.label, key, one.n, one.days, minor(one.effect, sheet.record.currency),
        decimal(one.p), decimal(one.q), word(one),
    )  # fmt: skip


def word(one: calc.Found) -> str:
    if not one.tested:
        return "not tested"
    if not one.kept:
        return "no difference"
    return "better" if one.effect and one.effect > 0 else "worse"


def sentence(tested: int, kept: int) -> str:
    """Tested k, kept j: with so many looks some differ by luck, and these do not count."""
    if not tested:
        return f"No slice has {SLICE.decisions} decisions on {SLICE.days} days yet, so none is compared."
    return f"Tested {tested}, kept {kept}: at most one in ten of those kept is expected to be luck."


def best_sentence(best: tuple[calc.Found, float] | None, tested: int) -> str:
    """The slice that looks best, with what is left of it once it is known that it was chosen."""
    if best is None:
        return ""
    one, chance = best
    share = f"{chance:.0%}".replace("%", " %")
    return f"{one.slice.label} looks best. Chosen among {tested}, its chance of a true edge is {share}."


SLICES = module("slices", "Slices", version="1", result=Slices, compute=compute)
