"""Tags that print figures and charts; all they know of a metric comes from the registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template

from accounts import formats
from accounts.changes import change
from accounts.formats import Number
from analytics import charts
from analytics.figures import Figure
from analytics.registry import metric_of

register = template.Library()


@register.filter
def label(figure: Figure) -> str:
    """The metric's name: `{{ figure|label }}`."""
    return metric_of(figure.metric).label


@register.filter
def value(figure: Figure) -> str:
    """The exact value, or an em dash."""
    return said(figure)


@register.filter
def value_short(figure: Figure) -> str:
    """The value as a KPI shows it."""
    return said(figure, short=True)


@register.inclusion_tag("components/figure.html", name="figure")
def figure_tag(
    figure: Figure,
    before: Figure | None = None,
    url: str = "",
    large: bool = False,
    short: bool = False,
    sample: bool = True,
) -> dict[str, Any]:
    """Value, interval, sample size and change against `before`; links to its evidence. A gap becomes its sentence."""
    return {
        "gap": figure.gap,
        "value": said(figure, short=short),
        "exact": said(figure),
        "interval": interval(figure),
        "n": figure.n if sample else 0,
        "note": figure.note,
        "change": _change(figure, before),
        "url": url,
        "large": large,
    }


@register.inclusion_tag("components/kpi.html")
def kpi(
    figure: Figure,
    before: Figure | None = None,
    trend: Sequence[Number | None] = (),
    url: str = "",
    label: str = "",
    note: str = "",
) -> dict[str, Any]:
    """One cell of the KPI strip: label, short value, sparkline, change. `trend` has the buckets of the same window."""
    name = label or metric_of(figure.metric).label
    return {
        "label": name,
        "value": said(figure, short=True),
        "gap": figure.gap,
        "url": url,
        "change": _change(figure, before),
        "note": note or figure.note,
        "trend": trend,
        "trend_text": trend_sentence(name, trend, figure),
    }


@register.inclusion_tag("components/chart.html", name="chart")
def chart_tag(
    id: str,
    spec: str | Mapping[str, Any],
    rows: Iterable[Mapping[str, Any]],
    title: str,
    takeaway: str = "",
    currency: str = "",
    size: str = "m",
) -> dict[str, Any]:
    """A chart with its sentence, its takeaway and a table of the same rows, which is what remains without scripts.

    `spec` is a file name such as `payments/metrics/revenue` or a spec; its `usermeta.columns` head the table.
    """
    loaded = charts.load_spec(spec) if isinstance(spec, str) else spec
    listed = list(rows)
    return {
        "id": id,
        "spec_id": f"{id}-spec",
        "spec": charts.build(loaded, listed, currency=currency, size=size) | {"description": title},
        "columns": charts.columns_of(loaded),
        "rows": charts.table_rows(loaded, listed, currency=currency),
        "title": title,
        "takeaway": takeaway,
        "size": size,
    }


def said(figure: Figure, *, short: bool = False) -> str:
    """The value in the metric's unit."""
    return formats.by_unit(figure.value, metric_of(figure.metric).unit, currency=figure.currency, short=short)


def interval(figure: Figure) -> str:
    """`0.61% to 0.84%`, or empty where the figure is no estimate."""
    if figure.low is None or figure.high is None:
        return ""
    unit = metric_of(figure.metric).unit
    low, high = (formats.by_unit(end, unit, currency=figure.currency) for end in (figure.low, figure.high))
    return f"{low} to {high}"


def trend_sentence(name: str, trend: Sequence[Number | None], figure: Figure) -> str:
    """What a sparkline says, in words: where it starts, where it ends, its lowest and highest."""
    known = [point for point in trend if point is not None]
    if len(known) < 2:
        return ""
    unit = metric_of(figure.metric).unit
    first, last, low, high = (
        formats.by_unit(point, unit, currency=figure.currency, short=True)
        for point in (known[0], known[-1], min(known), max(known))
    )
    return f"{name} went from {first} to {last}; lowest {low}, highest {high}."


def _change(figure: Figure, before: Figure | None) -> Any:
    if before is None or figure.value is None:
        return None
    about = metric_of(figure.metric)
    return change(figure.value, before.value, unit=about.unit, better=about.better)
