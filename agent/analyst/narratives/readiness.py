"""Answers about the readiness score: headline, what drives it, one caveat, one next step, sources."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from agent.analyst.draft import Line, Quote
from agent.analyst.narratives.shared import Slots, gap, knowledge_lines, name_of, next_step, said
from agent.analyst.plans import Found
from agent.tools.envelope import INSUFFICIENT, Row, ToolResult
from analytics.figures import Figure
from recommendations.wording import Constant, Label

FULL = Constant("100")
FEW = 3
STRONG_SHARE = 75
MADE = ("agent.readiness_contribution", "agent.readiness_lost", "agent.readiness_weight")


def hurts(found: Found) -> list[Line | Quote]:
    """The score, the cap that binds, the three costliest parts, what to do, and where it is explained."""
    result = _breakdown(found)
    if result is None or result.status == INSUFFICIENT:
        return _no_score(found, result)
    lines: list[Line | Quote] = [_headline(result), *_caps(result)]
    weak = [row for row in found.components() if _is_weak(row)][:FEW]
    if weak:
        lines.append(said("These parts cost the most points:"))
        lines += [_cost(row) for row in weak]
    else:
        lines.append(said("No part of the score is weak; what is missing is spread thinly over all of them."))
    return [*lines, *_assumed(found), *next_step(found), *knowledge_lines(found)]


def helps(found: Found) -> list[Line | Quote]:
    """The parts that carry the score."""
    result = _breakdown(found)
    if result is None or result.status == INSUFFICIENT:
        return _no_score(found, result)
    strong = sorted((row for row in found.components() if not _is_weak(row)), key=_contributed, reverse=True)[:FEW]
    lines: list[Line | Quote] = [_headline(result)]
    if strong:
        lines.append(said("These parts carry it:"))
        lines += [_carry(row) for row in strong]
    else:
        lines.append(said("No part is strong yet."))
    return [*lines, *knowledge_lines(found)]


def score(found: Found) -> list[Line | Quote]:
    """The score with every part."""
    result = _breakdown(found)
    if result is None or result.status == INSUFFICIENT:
        return _no_score(found, result)
    lines: list[Line | Quote] = [_headline(result), *_caps(result), said("Its parts, the costliest first:")]
    lines += [_share(row) for row in found.components()]
    return [*lines, *_confidence(result), *knowledge_lines(found)]


def change(found: Found) -> list[Line | Quote]:
    """How the score moved in 30 days, and where it stood before."""
    result = _breakdown(found)
    if result is None or result.status == INSUFFICIENT:
        return _no_score(found, result)
    delta, now = result.get("agent.readiness_delta"), result.get("payments.readiness")
    lines: list[Line | Quote] = []
    if delta is None or now is None:
        lines.append(_headline(result))
        lines.append(
            said("It is too early to compare: that takes a score of {window} ago.", window=Constant("30 days"))
        )
    else:
        words = "was the same {window} ago" if not delta.value else "changed by {delta} in {window}"
        slots: Slots = {"score": now, "window": Constant("30 days")}
        if delta.value:
            slots["delta"] = delta
        trend = result.fact("trend")
        lines.append(said("Your readiness score is {score}; it " + words + ".", filled=slots))
        if trend:
            lines.append(said("That counts as {trend}.", trend=Label(trend)))
    past = [row for row in result.rows if row.ref.startswith("history:")]
    if len(past) > 1:
        lines.append(said("Where it stood before:"))
        lines += [_past(row) for row in past]
    weak = [row for row in found.components() if _is_weak(row)][:1]
    lines += [said("What costs most today:"), *[_cost(row) for row in weak]] if weak else []
    return [*lines, *knowledge_lines(found)]


def component(found: Found) -> list[Line | Quote]:
    """One part of the score: points, what it stands on, and how to move it."""
    result = _breakdown(found)
    if result is None or result.status == INSUFFICIENT:
        return _no_score(found, result)
    rows = [row for row in found.components() if row.ref == f"component:{found.component}"]
    lines: list[Line | Quote] = [_share(row, bullet=False) for row in rows]
    for row in rows:
        lines += [_evidence(figure) for figure in _stands_on(row)]
    passages = [passage for search in found.searches for passage in search.passages]
    return [*lines, *[Quote(passage) for passage in passages[:1]]]


def eligible(found: Found) -> list[Line | Quote]:
    """How the business compares with what lenders publish; never a promise."""
    result = _breakdown(found)
    if result is None or result.status == INSUFFICIENT:
        return [*_no_score(found, result), *knowledge_lines(found)]
    lines: list[Line | Quote] = [_headline(result), *_caps(result)]
    metrics = found.of("get_metric_summary")
    for name, words in (
        ("payments.history_months", "Payment history: {value}."),
        ("payments.avg_monthly_net", "Average monthly net revenue: {value}."),
        ("payments.dispute_ratio", "Smoothed dispute ratio: {value}."),
        ("payments.top1_share", "Share of the largest customer: {value}."),
    ):
        figure = metrics.get(name) if metrics else None
        if figure is not None:
            lines.append(
                said(words, bullet=True, value=figure) if figure.value is not None else gap(figure, bullet=True)
            )
    lines.append(
        said("This is an estimate from payment data, not an offer or a credit decision; no lender is contacted.")
    )
    return [*lines, *next_step(found), *knowledge_lines(found)]


def _breakdown(found: Found) -> ToolResult | None:
    return found.of("get_readiness_breakdown")


def _no_score(found: Found, result: ToolResult | None) -> list[Line | Quote]:
    message = result.message if result else "The score could not be read."
    return [said("{message}", message=Label(message)), *knowledge_lines(found)]


def _headline(result: ToolResult) -> Line:
    figure = result.get("payments.readiness")
    assert figure is not None
    return said(
        "Your funding readiness is {score} of {full}, which counts as {tier}.",
        score=figure, full=FULL, tier=Label(result.fact("tier")),
    )  # fmt: skip


def _caps(result: ToolResult) -> Iterable[Line]:
    raw = result.get("payments.readiness_raw")
    for row in result.rows:
        limit = row.get("agent.readiness_cap")
        if row.ref.startswith("cap:") and row.text == "binding" and limit is not None and raw is not None:
            yield said(
                "A cap holds it at {limit}: {because}. Without it the parts would add up to {raw}.",
                limit=limit, because=Constant(row.label[:1].lower() + row.label[1:]), raw=raw,
            )  # fmt: skip


def _cost(row: Row) -> Line:
    lost, weight = row.get("agent.readiness_lost"), row.get("agent.readiness_weight")
    main = _stands_on(row)[:1]
    assert lost is not None and weight is not None
    if not main:
        return said(
            "{part}: {lost} of {weight} points lost.", bullet=True, part=Label(row.label), lost=lost, weight=weight
        )
    if main[0].value is None:
        words = "{part}: {lost} of {weight} points lost, because it has to be assumed. {value}"
    else:
        words = "{part}: {lost} of {weight} points lost; {name} is {value}."
    names: Slots = {} if main[0].value is None else {"name": name_of(main[0])}
    return said(words, bullet=True, part=Label(row.label), lost=lost, weight=weight, value=main[0], filled=names)


def _carry(row: Row) -> Line:
    contribution, weight = row.get("agent.readiness_contribution"), row.get("agent.readiness_weight")
    main = next((figure for figure in _stands_on(row) if figure.value is not None), None)
    assert contribution is not None and weight is not None
    slots: Slots = {"part": Label(row.label), "points": contribution, "weight": weight}
    if main is None:
        return said("{part}: {points} of {weight} points.", bullet=True, filled=slots)
    return said(
        "{part}: {points} of {weight} points; {name} is {value}.",
        bullet=True, name=name_of(main), value=main, filled=slots,
    )  # fmt: skip


def _share(row: Row, *, bullet: bool = True) -> Line:
    contribution, weight = row.get("agent.readiness_contribution"), row.get("agent.readiness_weight")
    assert contribution is not None and weight is not None
    words = "{part}: {points} of {weight} points" + (", assumed for want of data." if row.text == "assumed" else ".")
    return said(words, bullet=bullet, part=Label(row.label), points=contribution, weight=weight)


def _evidence(figure: Figure) -> Line:
    if figure.value is None:
        return gap(figure, bullet=True)
    return said("{name}: {value}.", bullet=True, name=name_of(figure, capital=True), value=figure)


def _past(row: Row) -> Line:
    figure = row.figures[0].figure
    day = figure.as_of
    return said("{day}: {score}.", bullet=True, day=day, score=figure)


def _assumed(found: Found) -> list[Line]:
    assumed = [row.label.lower() for row in found.components() if row.text == "assumed"]
    if not assumed:
        result = _breakdown(found)
        return _confidence(result) if result else []
    return [said("Assumed for want of data: {parts}.", parts=Label(", ".join(assumed)))]


def _confidence(result: ToolResult) -> list[Line]:
    figure = result.get("payments.readiness_confidence")
    if figure is None:
        return []
    words = "Confidence in the score is {level}, {value}."
    return [said(words, level=Label(result.fact("confidence")), value=figure)]


def _stands_on(row: Row) -> list[Figure]:
    return [cited.figure for cited in row.figures if cited.figure.metric not in MADE]


def _is_weak(row: Row) -> bool:
    """Below 75 points: less than three quarters of its weight."""
    contribution, weight = row.get("agent.readiness_contribution"), row.get("agent.readiness_weight")
    if contribution is None or weight is None or contribution.value is None or weight.value is None:
        return False
    return contribution.value * 100 < weight.value * STRONG_SHARE


def _contributed(row: Row) -> tuple[Decimal, str]:
    figure = row.get("agent.readiness_contribution")
    return Decimal(figure.value or 0) if figure else Decimal(0), row.ref
