"""How far the data can be trusted: does it tie to the broker's totals, in which zone, how complete, how fresh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Q

from accounts.models import Business
from analytics.trading.kpis.model import Kpis
from analytics.trading.loading import booked_apart
from analytics.trading.state import DeskState
from ingestion.models import Trade

#: How a statement ties to its own totals, by the tone of its worst check.
WORDS = {"good": "ties", "warn": "ties in part", "bad": "does not tie"}
UNKNOWN = ("outline", "no totals to compare")


@dataclass(frozen=True, slots=True)
class Health:
    """`tone` and `word` say whether the last statement ties to its own totals. Counts are of closed decisions.

    risk, excursions: decisions with a known initial risk, and with best and worst prices.
    apart: financing and fees booked beside trades, in major units; they are in no decision's result.
    """

    tone: str
    word: str
    difference: str
    zone: str
    first: date | None
    last: date | None
    decisions: int
    left_out: int
    risk: int
    excursions: int
    apart: Decimal
    uploaded_at: datetime | None
    filename: str


def health(business: Business, state: DeskState, kpis: Kpis | None) -> Health:
    """Two queries. Errors: ValueError without an account."""
    if state.account is None:
        raise ValueError("There is no account to tell of.")
    source = state.account.source
    mine = Trade.objects.of(business).of_account(source)
    spans = {"first": Min("session_date"), "last": Max("session_date")}
    known = mine.filter(closed_at__isnull=False).aggregate(**spans, **_counts())
    last = state.last_upload
    tied = last.reconciliation if last and last.source_id == source.pk else {}
    tone, word, difference = _tied(tied)
    counted = {key: kpis.figures[key].n for key in ("trading.expectancy_r", "trading.edge_ratio")} if kpis else {}
    return Health(
        tone=tone,
        word=word,
        difference=difference,
        zone=state.account.zone,
        first=known["first"],
        last=known["last"],
        decisions=known["decisions"],
        left_out=known["left_out"],
        risk=counted.get("trading.expectancy_r", 0),
        excursions=counted.get("trading.edge_ratio", 0),
        apart=booked_apart(business, source),
        uploaded_at=last.created_at if last else None,
        filename=last.filename if last else "",
    )


def _tied(reconciliation: Mapping[str, Any]) -> tuple[str, str, str]:
    """Tone, word, and the first check that does not tie with its difference."""
    tone = str(reconciliation.get("tone", ""))
    if tone not in WORDS:
        return (*UNKNOWN, "")
    off = next((check for check in reconciliation.get("checks", ()) if check.get("tone") == tone != "good"), None)
    return tone, WORDS[tone], f"{off['label']}: {off['difference']}" if off else ""


def _counts() -> dict[str, object]:
    return {"decisions": Count("pk", filter=Q(supported=True)), "left_out": Count("pk", filter=Q(supported=False))}
