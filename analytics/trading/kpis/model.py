"""What the KPI module stores: figures, the verdict with its reasons, the curve, its falls, and the months."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.figures import Figure
from analytics.trading.inference.verdict import Verdict
from analytics.trading.kpis.curve import Fall, Month, Point


@dataclass(frozen=True, slots=True)
class Kpis:
    """`reasons` say what the verdict stands on; `compatible` what the record does not rule out. `exhausted` tells that
    the account was used up, and the NAV ends there.
    """

    figures: dict[str, Figure]
    currency: str
    verdict: Verdict
    headline: str
    reasons: tuple[str, ...]
    compatible: str
    points: tuple[Point, ...]
    falls: tuple[Fall, ...]
    months: tuple[Month, ...]
    exhausted: bool
    by_days: bool
    block: float
    notes: tuple[str, ...] = ()
