"""Tools over time: which metrics there are, one of them in steps, and what a change is made of."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from agent.tools.envelope import EMPTY, MOST_ROWS, OK, Collector, ToolResult
from agent.tools.keys import OWN as _OWN  # noqa: F401 - registers the metrics used here
from agent.tools.registry import Ask, tool
from analytics.figures import Figure
from analytics.registry import METRICS
from analytics.series.model import READERS, change_of, series_of

MOST_PARTS = 10
MetricKey = Annotated[str, Field(min_length=1, max_length=80)]


@tool("list_metrics", answers="metric keys with definition and unit; words of `find` narrow the list")
def list_metrics(ask: Ask, find: Annotated[str, Field(max_length=80)] = "") -> ToolResult:
    """The metrics of the business's desks; those that `get_metric_series` can lay out say so."""
    words, desks = find.lower().split(), (*ask.business.desks, "agent")
    known = [
        one
        for key, one in sorted(METRICS.items())
        if key.split(".")[0] in desks and all(word in f"{key} {one.label}".lower() for word in words)
    ]
    out = Collector(ask.call)
    laid_out = _laid_out(ask)
    for one in known[:MOST_ROWS]:
        by = ", ".join(laid_out.get(one.key, ()))
        series = f" Series{f', explained by {by}' if by else ''}." if one.key in laid_out else ""
        out.row(one.key, one.label, text=f"{one.unit}: {one.formula}.{series}")
    return ToolResult(
        call=ask.call,
        tool="list_metrics",
        as_of=ask.now,
        status=OK if known else EMPTY,
        message="" if known else "No metric is called that.",
        rows=tuple(out.rows),
        total_rows=len(known),
    )


@tool("get_metric_series", answers="one metric by day, week or month of a period")
def get_metric_series(
    ask: Ask, metric: MetricKey, period: str = "90d", grain: Literal["", "day", "week", "month"] = "", account: str = ""
) -> ToolResult:
    """Its values in steps, ascending; the grain that suits the length where none is named."""
    window = ask.period(period)
    found = series_of(ask.business, metric, period=window, as_of=ask.now, grain=grain, account=account)
    out = Collector(ask.call)
    for point in found.points[-MOST_ROWS:]:
        out.row(f"{found.grain}:{point.start}", f"{point.start:%-d %b %Y}", (point.figure,))
    return ToolResult(
        call=ask.call,
        tool="get_metric_series",
        as_of=ask.now,
        status=OK if found.points else EMPTY,
        message="" if found.points else "Nothing was stored in this period.",
        period=window,
        rows=tuple(out.rows),
        total_rows=len(found.points),
        warnings=_without(found.missing),
        facts=(("grain", found.grain),),
    )


@tool("explain_change", answers="what a change against the period before is made of; the parts add up to it")
def explain_change(ask: Ask, metric: MetricKey, period: str = "90d", by: str = "", account: str = "") -> ToolResult:
    """A metric now and in the period before, and the contributions of the parts, the largest first."""
    window = ask.period(period)
    found = change_of(ask.business, metric, period=window, as_of=ask.now, by=by, account=account)
    out = Collector(ask.call)
    out.add(found.now)
    out.add(found.before, label=f"{METRICS[metric].label}, period before")
    key = "agent.change_amount" if found.now.currency else "agent.change_count"
    total = int(found.now.value or 0) - int(found.before.value or 0)
    inputs = (found.now, found.before)
    out.add(Figure(key, total, found.now.n, found.now.as_of, currency=found.now.currency, inputs=inputs))
    for part in found.parts[:MOST_PARTS]:
        values = (figure for figure in (part.contribution, part.now, part.before) if figure is not None)
        out.row(f"part:{part.key}", part.label, values)
    return ToolResult(
        call=ask.call,
        tool="explain_change",
        as_of=ask.now,
        period=window,
        figures=tuple(out.figures),
        rows=tuple(out.rows),
        total_rows=len(found.parts),
        warnings=_without(found.missing),
        facts=(("by", found.by.replace("_", " ")),),
    )


def _laid_out(ask: Ask) -> dict[str, tuple[str, ...]]:
    own = (found for desk, found in READERS.items() if desk in ask.business.desks)
    return {key: tuple(by) for found in own for key, by in found.metrics().items()}


def _without(missing: tuple[str, ...]) -> tuple[str, ...]:
    codes = ", ".join(code.upper() for code in missing)
    return (f"Left out for want of an exchange rate: {codes}.",) if missing else ()
