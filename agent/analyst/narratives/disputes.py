"""Answers about disputes: what is due, why they happen, and how close the networks' lines are."""

from __future__ import annotations

from agent.analyst.draft import Line, Quote
from agent.analyst.narratives.shared import Slots, freshness, knowledge_lines, period_words, said
from agent.analyst.plans import Found
from agent.tools.envelope import EMPTY, ToolResult
from recommendations.wording import Label


def due(found: Found) -> list[Line | Quote]:
    """What waits for an answer, the nearest deadline first."""
    result = found.of("get_dispute_summary")
    if result is None or result.status == EMPTY:
        return _nothing(result)
    waiting = [row for row in result.rows if row.ref.startswith("dispute:")]
    opened = result.get("payments.open_disputes")
    if not waiting:
        return [said("No dispute waits for an answer right now."), *_open(result), *freshness(result)]
    lines: list[Line | Quote] = [said("These disputes wait for your answer, the nearest date first:")]
    for row in waiting:
        amount, left = (cited.figure for cited in row.figures)
        reason = Label(row.text or "not given")
        assert row.at is not None
        lines.append(
            said(
                "{amount}, reason “{reason}”, due on {day}: {left} left.",
                bullet=True, amount=amount, reason=reason, day=row.at, left=left,
            )
        )  # fmt: skip
    if opened is not None:
        lines += _open(result)
    return [*lines, *freshness(result), *knowledge_lines(found)]


def reasons(found: Found) -> list[Line | Quote]:
    """Why charges were disputed in the period."""
    result = found.of("get_dispute_summary")
    if result is None or result.status == EMPTY:
        return _nothing(result)
    rows = [row for row in result.rows if row.ref.startswith("reason:")]
    if not rows:
        return [said("Nothing was disputed {period}.", period=period_words(result)), *freshness(result)]
    lines: list[Line | Quote] = [said("Why charges were disputed {period}:", period=period_words(result))]
    for row in rows:
        count, share = (cited.figure for cited in row.figures)
        lines.append(
            said("{reason}: {count}, {share} of all.", bullet=True, reason=Label(row.label), count=count, share=share)
        )
    return [*lines, *freshness(result), *knowledge_lines(found)]


def programmes(found: Found) -> list[Line | Quote]:
    """How many cases are left before each network's line, at the volume of the last whole month."""
    result = found.of("get_dispute_summary")
    if result is None or result.status == EMPTY:
        return _nothing(result)
    rows = [row for row in result.rows if row.ref.startswith("programme:")]
    if not rows:
        return [said("No card payments of a month with network lines are known yet."), *knowledge_lines(found)]
    lines: list[Line | Quote] = [said("At the volume of the last whole month:")]
    for row in rows:
        ratio, headroom = row.get("payments.programme_ratio"), row.get("payments.programme_headroom")
        crossed = row.text == "crossed"
        if headroom is None:
            continue
        words = "{line}: crossed" if crossed else "{line}: room for {headroom} more cases"
        slots: Slots = {"line": Label(row.label)}
        if not crossed:
            slots["headroom"] = headroom
        if ratio is not None and ratio.value is not None:
            words, slots = words + ", now at {ratio}", slots | {"ratio": ratio}
        lines.append(said(words + ".", bullet=True, filled=slots))
    return [*lines, *knowledge_lines(found)]


def _open(result: ToolResult) -> list[Line]:
    opened, exposure = result.get("payments.open_disputes"), result.get("payments.open_dispute_exposure")
    if opened is None or exposure is None or not opened.value:
        return []
    return [said("Open in all: {count}, over {exposure}.", count=opened, exposure=exposure)]


def _nothing(result: ToolResult | None) -> list[Line | Quote]:
    return [said("{message}", message=Label(result.message if result else "Disputes could not be read."))]
