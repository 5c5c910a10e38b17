"""The figures of a recommendation as evidence pages show them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.errors import NotYours
from accounts.models import Business
from analytics.evidence.queries import Kept, keeper
from analytics.figures import Figure
from recommendations.board.queries import one
from recommendations.models import Recommendation

KIND = "recommendation"


@keeper(KIND)
def kept_recommendation(business: Business, key: str, *, as_of: datetime) -> Kept:
    """Errors: NotYours for an id that is none, or not of this business."""
    try:
        row = one(business, UUID(key))
    except ValueError:
        raise NotYours("There is no such recommendation.") from None
    return Kept(title=row.title, figures=named_figures(row), again=dict, computed_at=row.as_of)


def named_figures(row: Recommendation) -> dict[str, Figure]:
    """The evidence by name: the metric's key, numbered from the second of a metric on."""
    named: dict[str, Figure] = {}
    for figure in row.evidence_figures():
        count = sum(1 for other in named.values() if other.metric == figure.metric)
        named[f"{figure.metric}:{count + 1}" if count else figure.metric] = figure
    return named
