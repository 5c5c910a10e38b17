"""Answers over time: a metric in steps, and what changed a trader's result."""

from __future__ import annotations

from agent.analyst.draft import Line, Quote
from agent.analyst.narratives.shared import name_of, period_words, said
from agent.analyst.plans import Found
from agent.tools.envelope import EMPTY, ERROR, Row, ToolResult
from analytics.figures import Figure
from recommendations.wording import Constant, Label

MOST_STEPS = 14
MOST_PARTS = 4


def steps(found: Found) -> list[Line | Quote]:
    """One line a day, week or month; the newest ones where there are many."""
    result = found.of("get_metric_series")
    if result is None or result.status in (EMPTY, ERROR) or not result.rows:
        return [said("{message}", message=Label(result.message if result else "Nothing could be read."))]
    shown = result.rows[-MOST_STEPS:]
    name, first = name_of(shown[0].figures[0].figure, capital=True), period_words(result)
    lead = said("{name} {period}, by {grain}:", name=name, period=first, grain=Label(result.fact("grain")))
    lines: list[Line | Quote] = [lead]
    for row in shown:
        words = Constant(f"{'From ' if result.fact('grain') == 'week' else ''}{row.label}")
        lines.append(said("{step}: {value}.", bullet=True, step=words, value=row.figures[0].figure))
    if len(shown) < len(result.rows):
        lines.append(said("These are the newest steps; the metrics page shows all."))
    return lines


def trading_result(found: Found) -> list[Line | Quote]:
    """What an account brought in a period, against the period before, and which instruments made the difference."""
    result = found.of("explain_change")
    if result is None or result.status in (EMPTY, ERROR):
        return [said("{message}", message=Label(result.message if result else "Nothing could be read."))]
    now, before = result.figures[0].figure, result.figures[1].figure
    if not now.n and not before.n:
        return [said("No decision was closed {period}, nor in the period before.", period=period_words(result))]
    lines: list[Line | Quote] = [
        said("{name} {period}: {value}. In the period before it was {before}.", name=name_of(now, capital=True),
             period=period_words(result), value=now, before=before)
    ]  # fmt: skip
    return [*lines, *_parts(result)]


def sales_apart(found: Found) -> list[Line | Quote]:
    """How much of a change in sales came from their number, and how much from their size."""
    result = found.of("explain_change")
    if result is None or result.status in (EMPTY, ERROR):
        return []
    parts = {row.label: _contribution(row) for row in result.rows}
    volume, value = parts.get("Number of payments"), parts.get("Average payment")
    if volume is None or value is None or not (volume.value or value.value):
        return []
    words = "Of the change in gross revenue, {volume} comes from the number of payments and {value} from their size."
    return [said(words, bullet=True, volume=volume, value=value)]


def _parts(result: ToolResult) -> list[Line]:
    moved = [(row, figure) for row in result.rows if (figure := _contribution(row)) is not None and figure.value]
    if not moved:
        return [said("Nothing moved against the period before.")]
    lines = [said("What made the difference, by {by}:", by=Label(result.fact("by")))]
    for row, figure in moved[:MOST_PARTS]:
        lines.append(said("{part}: {amount}.", bullet=True, part=Label(row.label), amount=figure))
    return lines


def _contribution(row: Row) -> Figure | None:
    return row.get("series.contribution_money") or row.get("series.contribution_count")
