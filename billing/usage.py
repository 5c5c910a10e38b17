"""How much of each limit is in use. Whoever owns the thing counts it; the plan page only asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from accounts.models import Business

Counter = Callable[[Business, datetime], int]
_counters: dict[str, Counter] = {}


def register_usage(feature: str, counter: Counter) -> None:
    """Tell how `feature` is counted at a moment; a second call replaces the first."""
    _counters[feature] = counter


def usage_of(business: Business, *, now: datetime) -> dict[str, int]:
    """What is in use, by feature, for every feature that somebody counts. One query each."""
    return {feature: count(business, now) for feature, count in _counters.items()}
