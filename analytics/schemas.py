"""What figures look like over the API. Decimals are text, so that no reader rounds them; money is minor units."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ninja import Schema

from accounts.models import Business
from analytics.evidence.links import evidence_url
from analytics.figures import Figure, number_text
from analytics.registry import metric_of


class FigureOut(Schema):
    """A value with its unit, sample size and gap. `value` is null exactly when `gap` says why."""

    metric: str
    label: str
    unit: str
    better: str
    value: int | str | None
    currency: str
    n: int
    as_of: date | datetime
    low: int | str | None
    high: int | str | None
    gap: str
    note: str
    formula: str
    source: str
    evidence: str


class PeriodOut(Schema):
    """Days from `start` to `end`, the end not included, in the business's time zone."""

    key: str
    start: date
    end: date


def figure_out(business: Business, figure: Figure, *, kind: str = "", key: object = "") -> dict[str, Any]:
    """One figure with what the registry says of it; `evidence` is the address of its evidence page."""
    known = metric_of(figure.metric)
    return {
        "metric": figure.metric,
        "label": known.label,
        "unit": known.unit.value,
        "better": known.better.value,
        "value": number_text(figure.value),
        "currency": figure.currency,
        "n": figure.n,
        "as_of": figure.as_of,
        "low": number_text(figure.low),
        "high": number_text(figure.high),
        "gap": figure.gap,
        "note": figure.note,
        "formula": known.formula,
        "source": known.source,
        "evidence": evidence_url(business, kind, key, figure.metric) if kind else "",
    }


def period_out(period: Any) -> dict[str, Any]:
    return {"key": period.key, "start": period.start, "end": period.end}


def text(value: Decimal | int | None) -> str | None:
    """A decimal as plain text."""
    return None if value is None else f"{Decimal(value):f}"
