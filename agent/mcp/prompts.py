"""Prompts that a client can offer to begin with. Each names the tools that answer it."""

from __future__ import annotations


def weekly_review(desk: str = "payments") -> str:
    """What changed this week, and what to do first."""
    return (
        f"Review the {desk} desk of this business: read get_business_context, the desk's figures for 7d against the"
        " period before, and get_top_recommendations. Say what changed, how sure that is, and what to do first."
    )


def explain_score() -> str:
    """Why the readiness score is what it is."""
    return (
        "Explain the readiness score with get_readiness_breakdown: what helps, what costs most points, which cap binds,"
        " and what would raise it. Look up terms with search_knowledge and cite its pages."
    )


def disputes_today() -> str:
    """Which disputes need an answer now."""
    return (
        "List the disputes that wait for an answer with get_dispute_summary, by deadline and amount, and say how far"
        " the card networks' lines are."
    )


def can_i_trust_it() -> str:
    """How fresh and complete the data is."""
    return "Say what is connected, how fresh each source is and what is broken, from get_business_context."


def explain_figure(figure: str) -> str:
    """What a figure means and what it stands on."""
    return (
        f"Explain the figure “{figure}”: its definition from search_knowledge, its newest value with interval and"
        " sample size, and the address of the page that shows its formula and rows."
    )


PROMPTS = (weekly_review, explain_score, disputes_today, can_i_trust_it, explain_figure)
