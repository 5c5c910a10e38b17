"""Questions that work on this business's data: for the empty chat, after an answer, where nothing was understood."""

from __future__ import annotations

from agent.analyst.intents import example_of
from agent.tools.registry import Ask
from analytics.payments.metrics.queries import latest_snapshot
from recommendations.board.queries import top

OFFERED = 3
WITHOUT_DATA = ("What do lenders look for?", "How is the readiness score calculated?", "Is my data up to date?")

OF_TRADERS = tuple(example_of(name) for name in ("trading_edge", "trading_conduct", "trading_prop"))


def suggestions(ask: Ask, *, after: str = "") -> tuple[str, ...]:
    """Three questions that have an answer here, other than the kind just answered. Two queries."""
    business, now = ask.business, ask.now
    snapshot = latest_snapshot(business, as_of=now)
    metrics = snapshot.metrics if snapshot else None
    if metrics is None or metrics.history_months is None:
        return OF_TRADERS if "trading" in business.desks else WITHOUT_DATA
    has_advice = bool(top(business, as_of=now, limit=1))
    works = (
        ("readiness_hurts", True),
        ("disputes_due", metrics.open_disputes > 0),
        ("advice", has_advice),
        ("payouts", metrics.failed_payouts_60 > 0),
        ("metric_why", metrics.growth is not None),
        ("metric", metrics.revenue_gross_90 > 0),
        ("readiness_change", metrics.history_months >= 2),
        ("readiness_helps", True),
    )
    return tuple(example_of(name) for name, possible in works if possible and name != after)[:OFFERED]
