"""Loyalty from paid months: which perks are reached, which is next, and when. Plain Python, no clock, no counter.

A month counts once it has been paid and lived through. A pause adds nothing and takes nothing away; a refunded month
is not in the ledger, so what stood on it is not reached. Two months that overlap count once.
Source: trading.md § 7 (Loyalty).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Month:
    """A paid stretch of one month: `starts_at` inside, `ends_at` outside."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class PerkTerms:
    """A perk and the number of paid months it takes."""

    key: str
    after_months: int


@dataclass(frozen=True, slots=True)
class Reached:
    """A perk and the moment its last month was completed."""

    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a business stands at `as_of`.

    months:      paid months that are over.
    reached:     perks, first reached first.
    next_key:    the perk that comes next; "" when all are reached.
    months_left: paid months until it.
    next_at:     when it is reached if paying goes on without a pause; None while no month is running.
    """

    months: int
    reached: tuple[Reached, ...] = ()
    next_key: str = ""
    months_left: int = 0
    next_at: datetime | None = None


def counted(months: Sequence[Month]) -> list[Month]:
    """The months that count, oldest first: one that begins before the one before has ended is left out."""
    kept: list[Month] = []
    for month in sorted(months, key=lambda month: (month.starts_at, month.ends_at)):
        if not kept or month.starts_at >= kept[-1].ends_at:
            kept.append(month)
    return kept


def standing(months: Sequence[Month], perks: Sequence[PerkTerms], *, as_of: datetime) -> Standing:
    """What these months unlock at `as_of`. Empty: no months, nothing reached, and no date for what comes next."""
    kept = counted(months)
    over = [month for month in kept if month.ends_at <= as_of]
    ordered = sorted(perks, key=lambda perk: (perk.after_months, perk.key))
    reached = tuple(Reached(p.key, over[p.after_months - 1].ends_at) for p in ordered if p.after_months <= len(over))
    coming = next((perk for perk in ordered if perk.after_months > len(over)), None)
    if coming is None:
        return Standing(len(over), reached)
    left = coming.after_months - len(over)
    return Standing(len(over), reached, coming.key, left, _expected(kept, coming.after_months, as_of))


def _expected(kept: Sequence[Month], needed: int, as_of: datetime) -> datetime | None:
    """The end of the month that completes the perk: paid already, or as many average lengths after the last one."""
    if not kept or kept[-1].ends_at <= as_of:
        return None
    if needed <= len(kept):
        return kept[needed - 1].ends_at
    last = kept[-1]
    return last.ends_at + (last.ends_at - last.starts_at) * (needed - len(kept))
