"""How answers are worded: one function an intent, figures in, lines out."""

from __future__ import annotations

from collections.abc import Callable

from agent.analyst.draft import Line, Quote
from agent.analyst.narratives import changes, disputes, general, metrics, readiness, trading
from agent.analyst.plans import Found

Narrative = Callable[[Found], list[Line | Quote]]

NARRATIVES: dict[str, Narrative] = {
    "readiness_hurts": readiness.hurts,
    "readiness_helps": readiness.helps,
    "readiness_change": readiness.change,
    "readiness_score": readiness.score,
    "component": readiness.component,
    "funding_eligible": readiness.eligible,
    "advice": general.advice,
    "context": general.context,
    "howto": general.howto,
    "define": general.define,
    "lookup": general.lookup,
    "disputes_due": disputes.due,
    "dispute_reasons": disputes.reasons,
    "programmes": disputes.programmes,
    "payouts": metrics.payouts,
    "metric": metrics.metric,
    "metric_why": metrics.why,
    "metric_steps": changes.steps,
    "trading_result": changes.trading_result,
    "trading_edge": trading.edge,
    "trading_conduct": trading.conduct,
    "trading_prop": trading.prop,
    "trading_futures": trading.futures,
    "trading_rules": trading.rules,
}
