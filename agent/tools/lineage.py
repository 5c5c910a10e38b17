"""Where a cited figure comes from, and sums over cited figures, so that nobody has to do them in their head."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from accounts.errors import Problem
from agent.tools.arithmetic import Operation, computed
from agent.tools.envelope import OK, Cited, Collector, ToolResult
from agent.tools.kept import cited_as
from agent.tools.registry import Ask, tool
from analytics.evidence.rows import RowTotals, row_page, row_totals
from analytics.registry import metric_of
from ingestion.models import SyncRun

Ref = Annotated[str, Field(pattern=r"^[a-z0-9]{1,12}\.f[0-9]{1,4}$")]
MOST_SAMPLES = 5


@tool("get_lineage", answers="where a cited figure comes from: formula, input figures, row count, newest update")
def get_lineage(ask: Ask, evidence: Ref) -> ToolResult:
    """The definition of a figure, its inputs as figures of their own, its rows, and when they were last read."""
    cited = cited_as(ask, evidence)
    figure, known = cited.figure, metric_of(cited.figure.metric)
    out = Collector(ask.call)
    out.add(figure, label=cited.label, url=cited.url)
    for part in figure.inputs:
        out.add(part)
    totals = _totals(ask, cited)
    if totals is not None and figure.rows is not None:
        for row in row_page(ask.business, figure.rows, number=1).rows[:MOST_SAMPLES]:
            out.row(f"row:{row[0].value}", str(row[0].value), text="one of the rows")
    facts = {
        "metric": known.key,
        "formula": known.formula,
        "source": known.source,
        "unit": str(known.unit),
        "rows": str(totals.n) if totals is not None else "",
        "note": figure.note,
        "last_update": _last_update(ask),
    }
    return ToolResult(
        call=ask.call,
        tool="get_lineage",
        as_of=ask.now,
        status=OK,
        figures=tuple(out.figures),
        rows=tuple(out.rows),
        total_rows=totals.n if totals is not None else 0,
        facts=tuple((name, value) for name, value in facts.items() if value),
    )


@tool(
    "calculate", answers="sums over cited figures: add, subtract, multiply, divide, share, change; gives a new figure"
)
def calculate(
    ask: Ask,
    operation: Literal["add", "subtract", "multiply", "divide", "share", "change"],
    evidence: Annotated[list[Ref], Field(min_length=2, max_length=12)],
) -> ToolResult:
    """`subtract`, `divide`, `share` (first of second) and `change` (second to first) take two figures."""
    cited = [cited_as(ask, ref) for ref in evidence]
    made = computed(Operation(operation), [one.figure for one in cited], labels=[one.label for one in cited])
    out = Collector(ask.call)
    out.add(made, label=made.note)
    return ToolResult(call=ask.call, tool="calculate", as_of=ask.now, figures=tuple(out.figures))


def _totals(ask: Ask, cited: Cited) -> RowTotals | None:
    """None for a figure that keeps no rows, or whose rows this version cannot list."""
    try:
        return row_totals(ask.business, cited.figure.rows) if cited.figure.rows else None
    except Problem:
        return None


def _last_update(ask: Ask) -> str:
    newest = SyncRun.objects.of(ask.business).exclude(finished_at=None).order_by("-finished_at").first()
    return f"{newest.get_kind_display()}, {newest.finished_at.isoformat()}" if newest else ""
