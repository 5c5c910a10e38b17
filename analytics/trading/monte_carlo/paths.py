"""Futures drawn from the past: whole sessions, in blocks, as columns that are walked step by step.

Drawing whole sessions keeps what happens inside a day; drawing runs of them keeps what carries over from one to the
next. A shuffle would keep the end value fixed and says nothing about it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.trading.inference.bootstrap import indices

Index = NDArray[np.int32]


def block_paths(draw: np.random.Generator, *, sessions: int, steps: int, paths: int, block: float) -> Index:
    """Which past session each step of each path repeats: shape (steps, paths), values from 0 to sessions − 1.

    Errors: ValueError without any session.
    """
    rows = indices(sessions, block=block, seed=int(draw.integers(2**63)), reps=paths, length=steps)
    return np.ascontiguousarray(np.concatenate(list(rows)).T.astype(np.int32))


def histories(draw: np.random.Generator, *, sessions: int, count: int, block: float) -> Index:
    """`count` pasts that might have happened instead, each of as many sessions: shape (count, sessions)."""
    return np.ascontiguousarray(block_paths(draw, sessions=sessions, steps=sessions, paths=count, block=block).T)
