"""Families of tests: who looks at many slices finds something by luck."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values in the given order: reject at q those that are at most q. Source: JRSS-B 1995."""
    p = np.asarray(p_values, dtype=np.float64)
    k = len(p)
    order = np.argsort(p, kind="stable")
    stepped = p[order] * k / np.arange(1, k + 1)
    adjusted = np.minimum.accumulate(stepped[::-1])[::-1] if k else stepped
    return _in_order(np.minimum(adjusted, 1.0), order)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values in the given order, which hold the chance of any false rejection. Source: Holm 1979."""
    p = np.asarray(p_values, dtype=np.float64)
    k = len(p)
    order = np.argsort(p, kind="stable")
    adjusted = np.maximum.accumulate(p[order] * (k - np.arange(k))) if k else p
    return _in_order(np.minimum(adjusted, 1.0), order)


def _in_order(adjusted: np.ndarray, order: np.ndarray) -> tuple[float, ...]:
    back = np.empty(len(order))
    back[order] = adjusted
    return tuple(float(value) for value in back)
