"""The figures of an outcome as evidence pages show them."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Business
from analytics.evidence.queries import Kept, keeper
from recommendations.outcomes.queries import outcome_figures

KIND = "outcome"


@keeper(KIND)
def kept_outcome(business: Business, key: str, *, as_of: datetime) -> Kept:
    """Errors: NotYours for an id that is none, not of this business, or without an outcome."""
    title, figures = outcome_figures(business, key, as_of=as_of)
    return Kept(title=title, figures=figures, again=dict, computed_at=as_of)
