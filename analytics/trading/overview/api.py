"""The overview over the API: the same query as the page."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Router, Schema

from accounts.access import api_business
from accounts.requests import BusinessRequest
from analytics.schemas import FigureOut, figure_out, text
from analytics.trading.evidence import KIND
from analytics.trading.overview.health import Health
from analytics.trading.overview.queries import Overview, overview, shown_keys

router = Router(tags=["Trading"])


class HealthOut(Schema):
    """Whether the last statement ties to its own totals, and what the data covers. `apart` is in major units."""

    reconciliation: str
    difference: str
    zone: str
    first: date | None
    last: date | None
    decisions: int
    left_out: int
    with_risk: int
    with_excursions: int
    apart: str | None
    uploaded_at: datetime | None
    filename: str


class LoyaltyOut(Schema):
    months: int
    next: str | None
    months_left: int
    next_at: datetime | None


class OverviewOut(Schema):
    """One account at a glance. `level` is 0 to 5, null before the first computation; `fallback` says why it is 0."""

    business_id: UUID
    account: str | None
    state: str
    as_of: datetime | None
    computed_at: datetime | None
    stale_since: datetime | None
    verdict: str | None
    compatible: str
    level: int | None
    level_word: str
    provisional: bool
    override: str
    fallback: str
    form: str | None
    figures: dict[str, FigureOut]
    health: HealthOut | None
    loyalty: LoyaltyOut


@router.get("/trader/overview", response=OverviewOut, summary="One account at a glance")
def get_trader_overview(request: BusinessRequest, business_id: UUID | None = None, account: str = "") -> dict[str, Any]:
    """Of the account with the latest close unless `account` names another."""
    business = api_business(request, business_id, permission="read:analytics", desk="trading")
    return overview_out(overview(business, account=account, as_of=request.now))


def overview_out(found: Overview) -> dict[str, Any]:
    kpis, bql, form = found.kpis.result, found.bql.result, found.form.result
    return {
        "business_id": found.kpis.business.pk,
        "account": str(found.state.account.source.pk) if found.state.account else None,
        "state": found.state.kind,
        "as_of": found.kpis.stored.as_of if found.kpis.stored else None,
        "computed_at": found.state.computed_at,
        "stale_since": found.state.stale_since,
        "verdict": kpis.verdict.value if kpis else None,
        "compatible": kpis.compatible if kpis else "",
        "level": bql.level if bql else None,
        "level_word": bql.word if bql else "",
        "provisional": bool(bql and bql.provisional),
        "override": bql.override if bql else "",
        "fallback": bql.fallback if bql else "",
        "form": form.trend.value if form else None,
        "figures": _figures(found),
        "health": _health(found.health) if found.health else None,
        "loyalty": {
            "months": found.loyalty.months,
            "next": found.loyalty.next.name if found.loyalty.next else None,
            "months_left": found.loyalty.months_left,
            "next_at": found.loyalty.next_at,
        },
    }


def _figures(found: Overview) -> dict[str, Any]:
    made = {}
    for shown, key in shown_keys(found):
        figure = shown.figure(key)
        if figure is not None and shown.stored is not None:
            made[key] = figure_out(shown.business, figure, kind=KIND, key=shown.stored.snapshot_id)
    return made


def _health(known: Health) -> dict[str, Any]:
    return {
        "reconciliation": known.word,
        "difference": known.difference,
        "zone": known.zone,
        "first": known.first,
        "last": known.last,
        "decisions": known.decisions,
        "left_out": known.left_out,
        "with_risk": known.risk,
        "with_excursions": known.excursions,
        "apart": text(known.apart),
        "uploaded_at": known.uploaded_at,
        "filename": known.filename,
    }
