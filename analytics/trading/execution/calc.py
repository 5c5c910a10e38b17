"""Costs, slippage, captured moves, scaling out and holding time, from columns. NumPy only.

Each function says with which decisions it could work; what a file does not hold is never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.trading.record import Record

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
HOLD_BUCKETS = 5


@dataclass(frozen=True, slots=True)
class Usable:
    """Values of those decisions that could be used, with their places in the record."""

    values: Floats
    mask: Mask

    @property
    def n(self) -> int:
        return len(self.values)

    @classmethod
    def of(cls, values: Floats, mask: Mask) -> Usable:
        return cls(values[mask], mask)


def fee_drag(record: Record) -> float | None:
    """Costs ÷ gross winnings: what part of each coin won goes to commission, fees and swap. Rates as fractions.

    A positive swap is income and lowers it. Empty: None without gross winnings to divide by.
    """
    won = float(record.gross[record.gross > 0].sum())
    return float(-record.costs.sum()) / won if won > 0 else None


def money_per_price(record: Record) -> Floats:
    """Money that one unit of price is worth to a decision, by its own gross result and prices; NaN where it says none.

    No multiplier is needed: gross = quantity · multiplier · (exit − entry) · direction.
    """
    moved = (record.exit - record.entry) * record.direction
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = record.gross / moved
    return np.where((np.abs(moved) > 0) & np.isfinite(worth) & (worth > 0), worth, np.nan)


def slippage(record: Record) -> Usable:
    """Money between the stop and the fill of decisions that were closed by their stop; negative where it cost.

    The stop is the one that was hit, so the last known stop is the right one here.
    """
    worth = money_per_price(record)
    money = (record.exit - record.stop) * record.direction * worth
    return Usable.of(money, (record.exit_reason == "sl") & np.isfinite(money))


def capture(record: Record) -> Usable:
    """Net ÷ best unrealised money, of decisions that had some; 1 is the very top. Source: trading.md § 5."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = record.net / record.mfe
    return Usable.of(share, np.isfinite(share) & (record.mfe > 0))


def heat(record: Record) -> Usable:
    """Worst unrealised money of winners, in the record's unit (a median loss): how deep a winner usually goes first."""
    depth = -record.mae / record.unit
    return Usable.of(depth, np.isfinite(record.mae) & (record.net > 0))


def against_first_exit(record: Record) -> Usable:
    """Money that closing in parts made over closing everything at the first exit; negative where it cost."""
    return _scaled(record, record.first_exit)


def against_last_exit(record: Record) -> Usable:
    """The same over closing everything at the last exit."""
    return _scaled(record, record.last_exit)


def _scaled(record: Record, price: Floats) -> Usable:
    money = (record.exit - price) * record.direction * money_per_price(record)
    return Usable.of(money, np.isfinite(money))


@dataclass(frozen=True, slots=True)
class HoldBucket:
    """Decisions held about equally long: seconds from `low` to `high`, and their positions in the record."""

    low: float
    high: float
    mask: Mask


def hold_buckets(record: Record) -> tuple[HoldBucket, ...]:
    """Five buckets of about the same number of decisions, shortest first; equal times are never parted.

    Empty: no buckets while fewer than five different times are known.
    """
    known = np.isfinite(record.hold)
    held = record.hold[known]
    if len(np.unique(held)) < HOLD_BUCKETS:
        return ()
    edges = np.unique(np.quantile(held, np.linspace(0, 1, HOLD_BUCKETS + 1)))
    number = np.clip(np.searchsorted(edges, record.hold, side="right") - 1, 0, len(edges) - 2)
    masks = (known & (number == i) for i in range(len(edges) - 1))
    return tuple(
        HoldBucket(float(record.hold[mask].min()), float(record.hold[mask].max()), mask) for mask in masks if mask.any()
    )
