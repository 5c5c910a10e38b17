"""How unusual the present drawdown is among drawdowns that the same record might have had. Plain NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analytics.trading.inference.blocks import block_length
from analytics.trading.inference.bootstrap import indices
from analytics.trading.inference.samples import SIMULATION_DAYS
from analytics.trading.record import Floats, Record

REPS = 4_000
LONG, FEWER_REPS = 1_000, 1_500
WATCH, UNUSUAL = 0.80, 0.95


class State(StrEnum):
    NONE = "none"
    NORMAL = "normal"
    WATCH = "watch"
    UNUSUAL = "unusual"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Slump:
    """The drawdown at the last session's end, below the best session's end; the start counts as one.

    depth in money; length in sessions since that best end. The shares are those of resampled records of the same
    length whose own last drawdown is not deeper, or not longer. `gap` says what is missing.
    """

    state: State
    sessions: int
    gap: str = ""
    depth: float = 0.0
    length: int = 0
    depth_share: float = float("nan")
    length_share: float = float("nan")
    usual_depth: float = float("nan")
    deep: float = float("nan")


def slump(record: Record, *, seed: int) -> Slump:
    """Source: trading.md § 7, Slump Prescription. Sessions are drawn in blocks; what happens inside one stays.

    How long blocks are is decided by the sessions before the drawdown, or it would be its own excuse.
    """
    n = record.n_sessions
    if n < SIMULATION_DAYS:
        return Slump(State.UNKNOWN, n, f"Needs {SIMULATION_DAYS - n} more trading sessions; so far {n}.")
    number = np.unique(record.session, return_inverse=True)[1]
    days: Floats = np.bincount(number, weights=record.net).astype(np.float64)
    depth, length = (float(part[0]) for part in ends(days[None, :]))
    reps = REPS if n <= LONG else FEWER_REPS
    before = days[: n - int(length)]
    block = block_length(before if len(before) >= SIMULATION_DAYS else days)
    drawn = [ends(days[rows]) for rows in indices(n, block=block, seed=seed, reps=reps)]
    depths, lengths = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
    shares = (_share(depths, depth), _share(lengths, length)) if depth > 0 else (0.0, 0.0)
    middle, deep = np.quantile(depths, [0.5, UNUSUAL])
    state = state_of(max(shares)) if depth > 0 else State.NONE
    return Slump(state, n, "", depth, int(length), *shares, float(middle), float(deep))


def ends(days: Floats) -> tuple[Floats, Floats]:
    """Depth and length of the drawdown at the end of each row of session results; 0 and 0 at a new high."""
    total = np.concatenate([np.zeros((len(days), 1)), np.cumsum(days, axis=1)], axis=1)
    width = total.shape[1]
    last_best = width - 1 - np.argmax(total[:, ::-1], axis=1)
    return total.max(axis=1) - total[:, -1], (width - 1 - last_best).astype(np.float64)


def state_of(share: float) -> State:
    """Below 80 % usual variance, to 95 % to be watched, from there on unusual."""
    if share >= UNUSUAL:
        return State.UNUSUAL
    return State.WATCH if share >= WATCH else State.NORMAL


def _share(drawn: Floats, value: float) -> float:
    return float(np.mean(drawn <= value + 1e-9))
