"""Tools that every business has: its profile and sources, its advice, and the knowledge pages."""

from __future__ import annotations

from typing import Annotated

from django.urls import reverse
from pydantic import Field

from agent.knowledge.search import search
from agent.tools.envelope import EMPTY, OK, STALE, Collector, ToolResult
from agent.tools.registry import Ask, tool
from analytics.figures import Figure
from analytics.payments.queries import desk_state
from ingestion.models import Source
from recommendations.board.queries import counts, measured, top
from recommendations.models import Recommendation
from recommendations.outcomes.queries import judged
from recommendations.wording import clean

MEASURED = 5  # newest outcomes, where they are asked for
STATES = {
    "connecting": "is being imported for the first time",
    "active": "is connected",
    "needs_reconnect": "has to be reconnected",
    "revoked": "was disconnected by the provider",
}


@tool("get_business_context", answers="profile, currency, time zone, connected sources, freshness, broken updates")
def get_business_context(ask: Ask) -> ToolResult:
    """Who the business is, what is connected, and how fresh it is."""
    business = ask.business
    state = desk_state(business, as_of=ask.now)
    sources = list(Source.objects.of(business).exclude(state=Source.State.DISCONNECTED).order_by("pk")[:10])
    out = Collector(ask.call)
    connected = sum(1 for source in sources if source.is_connected)
    out.add(Figure("agent.sources_connected", connected, connected, ask.today))
    if business.revenue_estimate is not None:
        out.add(Figure("agent.revenue_estimate", business.revenue_estimate, 1, ask.today, currency=business.currency))
    for source in sources:
        text = STATES.get(source.state, source.state)
        out.row(f"source:{source.pk}", source.label, text=text, at=source.last_synced_at)
    facts = (
        ("name", clean(business.name)),
        ("industry", clean(business.industry)),
        ("currency", business.currency.upper()),
        ("time_zone", business.time_zone),
        ("desks", ", ".join(business.desks)),
    )
    stale = state.stale_since is not None
    return ToolResult(
        call=ask.call,
        tool="get_business_context",
        as_of=ask.now,
        status=STALE if stale else OK if sources else EMPTY,
        figures=tuple(out.figures),
        rows=tuple(out.rows),
        total_rows=len(out.rows),
        warnings=("The newest data is older than a day.",) if stale else (),
        facts=facts,
    )


@tool(
    "get_top_recommendations",
    answers="open advice, most important first, with gain, money at stake and deadline; outcomes",
)
def get_top_recommendations(
    ask: Ask, limit: Annotated[int, Field(ge=1, le=10)] = 3, desk: str = "", outcomes: bool = False
) -> ToolResult:
    """What to do first, and what it would bring; with `outcomes`, also what came of advice already taken."""
    rows = top(ask.business, as_of=ask.now, limit=limit, desk=desk)
    n_open = counts(ask.business, as_of=ask.now)[Recommendation.Status.OPEN]
    out = Collector(ask.call)
    out.add(Figure("agent.open_recommendations", n_open, n_open, ask.today))
    for row in rows:
        url = reverse("recommendations:detail", args=[ask.business.slug, row.pk])
        out.row(f"recommendation:{row.pk}", row.title, _figures(row), text=row.priority, at=row.deadline, url=url)
    for row in measured(ask.business, limit=MEASURED, desk=desk) if outcomes else ():
        url = reverse("recommendations:outcome", args=[ask.business.slug, row.pk])
        out.row(f"outcome:{row.pk}", row.title, _outcome(row), text=judged(row).short, url=url)
    return ToolResult(
        call=ask.call,
        tool="get_top_recommendations",
        as_of=ask.now,
        status=OK if rows else EMPTY,
        message="" if rows else "Nothing asks for a decision right now.",
        figures=tuple(out.figures),
        rows=tuple(out.rows),
        total_rows=n_open,
    )


@tool("search_knowledge", answers="passages of the knowledge pages, with the id to cite")
def search_knowledge(
    ask: Ask, query: Annotated[str, Field(min_length=1, max_length=500)], limit: Annotated[int, Field(ge=1, le=5)] = 3
) -> ToolResult:
    """Passages that answer a question about terms, rules and how-tos."""
    passages = search(ask.business, query, limit=limit)
    return ToolResult(
        call=ask.call,
        tool="search_knowledge",
        as_of=ask.now,
        status=OK if passages else EMPTY,
        message="" if passages else "No knowledge page covers this.",
        passages=passages,
        total_rows=len(passages),
    )


def _outcome(row: Recommendation) -> list[Figure]:
    """What was measured: the effect with its interval, and both sides."""
    return list(row.outcome.figures().values())


def _figures(row: Recommendation) -> list[Figure]:
    """Gain first, then what the title prints, then the rest of the evidence."""
    found = []
    if row.gain is not None:
        found.append(Figure("agent.recommendation_gain", row.gain, 1, row.as_of.date(), note=row.title))
    exposure = row.exposure_figure()
    evidence = [figure for figure in row.evidence_figures() if figure != exposure]
    return [*found, *([exposure] if exposure else []), *evidence]
