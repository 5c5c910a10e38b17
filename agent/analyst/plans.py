"""Plans as data: which tools an intent calls, in order, at most four. `$names` are filled from the question's slots."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from agent.analyst.slots import grain_of, is_about_trading, programme_of
from agent.tools.envelope import Row, ToolResult
from agent.tools.registry import Ask, call_tool

MOST_CALLS = 4
#: No word narrows the programmes; an empty argument would skip the step.
EVERY = " "
DEFAULT_PERIOD = "90d"

Step = tuple[str, dict[str, Any]]

BREAKDOWN: Step = ("get_readiness_breakdown", {})
ADVICE: Step = ("get_top_recommendations", {"limit": 3})
MORE_ADVICE: Step = ("get_top_recommendations", {"limit": 10})
METRICS: Step = ("get_metric_summary", {"period": "$period"})
DISPUTES: Step = ("get_dispute_summary", {"period": "$period"})
PAYOUTS: Step = ("get_payout_summary", {"period": "$period"})
FACTORS: Step = ("search_knowledge", {"query": "funding readiness factors", "limit": 2})
SCORING: Step = ("search_knowledge", {"query": "how the readiness score is calculated", "limit": 2})
ASKED: Step = ("search_knowledge", {"query": "$question", "limit": 3})
WORST: Step = ("search_knowledge", {"query": "$worst", "limit": 1})
CONTEXT: Step = ("get_business_context", {})
EDGE: Step = ("search_knowledge", {"query": "whether a trading edge is real verdict expectancy", "limit": 1})
HABITS: Step = ("search_knowledge", {"query": "trading habits behavioural level tilt own rules", "limit": 1})
PROP: Step = ("search_knowledge", {"query": "prop firm programme rules replay chance to pass", "limit": 1})

PLANS: dict[str, tuple[Step, ...]] = {
    "readiness_hurts": (BREAKDOWN, MORE_ADVICE, FACTORS, WORST),
    "readiness_helps": (BREAKDOWN, FACTORS),
    "readiness_change": (BREAKDOWN, SCORING),
    "readiness_score": (BREAKDOWN, SCORING),
    "funding_eligible": (BREAKDOWN, METRICS, FACTORS, MORE_ADVICE),
    "advice": (ADVICE, BREAKDOWN),
    "disputes_due": (DISPUTES, ("search_knowledge", {"query": "answer disputes before their deadline", "limit": 1})),
    "dispute_reasons": (
        DISPUTES,
        ("search_knowledge", {"query": "know which kind of chargeback you have", "limit": 1}),
    ),
    "programmes": (DISPUTES, ("search_knowledge", {"query": "network programme lines visa mastercard", "limit": 1})),
    "payouts": (PAYOUTS, ("search_knowledge", {"query": "why payouts fail bank account verification", "limit": 1})),
    "context": (CONTEXT,),
    "howto": (ASKED, ADVICE),
    "define": (ASKED,),
    "lookup": (ASKED,),
    "metric": (METRICS,),
    "metric_why": (METRICS, ("explain_change", {"metric": "$sales", "period": "$period"})),
    "metric_steps": (("get_metric_series", {"metric": "$series", "period": "$long", "grain": "$grain"}),),
    "component": (BREAKDOWN, WORST),
    "greeting": (),
    "trading_edge": (("get_trading_performance", {}), ("get_edge_health", {}), EDGE),
    "trading_conduct": (("get_trading_behaviour", {}), HABITS),
    "trading_prop": (("simulate_prop_rules", {"programme": "$programme"}), PROP),
    "trading_futures": (("read_trading_module", {"module": "monte_carlo"}), EDGE),
    "trading_result": (("explain_change", {"metric": "trading.net", "period": "$period"}),),
    "trading_rules": (("read_trading_module", {"module": "rules"}), HABITS),
}
#: Groups of metrics that another desk query knows better than the metric summary.
PLAN_OF_METRIC: dict[str, tuple[Step, ...]] = {
    "disputes": (DISPUTES, METRICS),
    "payouts": (PAYOUTS,),
    "held": (PAYOUTS, ("search_knowledge", {"query": "reserves held funds release", "limit": 1})),
}
#: The metric that lays out a group of metrics in steps.
SERIES_OF = {
    "revenue": "payments.net",
    "growth": "payments.net",
    "refunds": "payments.refunds",
    "fees": "payments.cost",
    "disputes": "payments.chargebacks",
    "charges": "payments.charges",
    "failed_payments": "payments.failed_charges",
    "trading": "trading.net",
}
SALES = ("", "revenue", "growth")
LONG = {"month": "12m", "week": "90d", "day": "28d"}
#: What to read about a part of the score that costs points.
TOPICS = {
    "revenue_stability": "how revenue volatility is measured and what steadies it",
    "activity_consistency": "what steadies weekly activity quiet weeks",
    "history": "length of the record months of history lenders want",
    "growth": "growth and decline of sales",
    "scale": "minimum amount of sales lenders want",
    "disputes": "reducing chargebacks statement descriptor",
    "customers": "many customers rather than one largest customer",
    "refunds": "disputes refunds and failed payments lenders",
    "payouts": "reliable payouts failures regularity",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a plan brought back, and the slots of the question."""

    intent: str
    question: str
    metric: str = ""
    period: str = ""
    component: str = ""
    rows: bool = False
    calls: tuple[tuple[ToolResult, dict[str, Any]], ...] = field(default=())

    @property
    def slots(self) -> dict[str, str]:
        """What a follow-up may refer to, and what a plan needs to be followed again."""
        return {"intent": self.intent, "metric": self.metric, "period": self.period, "component": self.component}

    def of(self, tool: str) -> ToolResult | None:
        return next((result for result, _ in self.calls if result.tool == tool), None)

    @property
    def searches(self) -> tuple[ToolResult, ...]:
        return tuple(result for result, _ in self.calls if result.tool == "search_knowledge")

    def components(self) -> list[Row]:
        """The parts of the score, the costliest first."""
        breakdown = self.of("get_readiness_breakdown")
        rows = [row for row in breakdown.rows if row.ref.startswith("component:")] if breakdown else []
        return sorted(rows, key=lambda row: (-_value(row, "agent.readiness_lost"), row.ref))


def run_plan(found: Found, ask: Ask) -> Found:
    """Call the tools of the intent's plan, each with its own call id."""
    steps = PLAN_OF_METRIC.get(found.metric) if found.intent in ("metric", "metric_why") else None
    for name, template in (steps or PLANS[found.intent])[:MOST_CALLS]:
        args = {key: _filled(value, found) for key, value in template.items()}
        if "" in args.values():
            continue
        seen = tuple(result for result, _ in found.calls)
        call = Ask(ask.business, ask.user, ask.now, f"c{len(seen) + 1}", seen)
        result = call_tool(name, call, args)
        found = replace(found, calls=(*found.calls, (result, args)))
    return found


def topic_of(row: Row) -> str:
    return TOPICS.get(row.ref.removeprefix("component:"), "")


def _filled(value: Any, found: Found) -> Any:
    if value == "$period":
        return found.period or DEFAULT_PERIOD
    if value == "$long":
        return found.period or LONG[grain_of(found.question)]
    if value == "$grain":
        return grain_of(found.question)
    if value == "$series":
        return (
            SERIES_OF["trading"] if is_about_trading(found.question) else SERIES_OF.get(found.metric or "revenue", "")
        )
    if value == "$sales":
        return "payments.gross" if found.metric in SALES else ""
    if value == "$question":
        return found.question[:500]
    if value == "$programme":
        return programme_of(found.question) or EVERY
    if value == "$worst":
        named = f"component:{found.component}" if found.intent == "component" else ""
        rows = [row for row in found.components() if row.ref == named or not named]
        return topic_of(rows[0]) if rows else ""
    return value


def _value(row: Row, metric: str) -> Any:
    figure = row.get(metric)
    return 0 if figure is None or figure.value is None else figure.value
