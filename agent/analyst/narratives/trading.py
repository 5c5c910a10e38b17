"""Answers about trading: the edge, the conduct, prop firms, the futures, the trader's own rules."""

from __future__ import annotations

from agent.analyst.draft import Line, Quote
from agent.analyst.narratives.shared import gap, knowledge_lines, name_of, said
from agent.analyst.plans import Found
from agent.tools.envelope import EMPTY, ERROR, STALE, ToolResult
from recommendations.wording import Constant, Label

VERDICTS = {
    "proven": "Yes, as far as a record can show: the edge is proven.",
    "leaning": "Perhaps: the record leans towards an edge and does not prove one.",
    "negative": "No: even the friendly end of the estimate is a loss.",
    "unproven": "Nobody can tell yet: the edge is unproven.",
}
STATES = {
    "strong": "Lately it is strong.",
    "holding": "Lately it holds.",
    "weakening": "Lately it weakens.",
    "broken": "Lately it is called broken.",
    "unproven": "Too little is there to say how it holds lately.",
}
PILLARS = ("loss", "size", "tempo", "exit", "concentration", "rules")
FUTURES = ("mc_result", "mc_loss", "mc_drawdown", "mc_floor", "mc_target", "mc_safe_size", "mc_cushion")
PER_ANSWER = 4


def edge(found: Found) -> list[Line | Quote]:
    """Whether the edge is real: the verdict, what it stands on, and how it holds lately."""
    result = found.of("get_trading_performance")
    if result is None or result.status in (EMPTY, ERROR):
        return _nothing(result)
    lines: list[Line | Quote] = [said(VERDICTS.get(result.fact("kpis.verdict"), VERDICTS["unproven"]))]
    expectancy, decisions = result.get("trading.expectancy"), result.get("trading.decisions")
    if expectancy is not None and expectancy.value is not None and decisions is not None:
        lines.append(said("A decision brought {mean} on average, over {n} of them.", mean=expectancy, n=decisions))
    lines += _listed(result, ("profit_factor", "win_rate", "max_drawdown", "without_best_trade"))
    health = found.of("get_edge_health")
    state = health.fact("edge_health.state") if health is not None else ""
    if state in STATES:
        lines.append(said(STATES[state]))
    return [*lines, *_stale(result), *knowledge_lines(found)]


def conduct(found: Found) -> list[Line | Quote]:
    """Whether the trader tilts: the behavioural level and its weakest part."""
    result = found.of("get_trading_behaviour")
    if result is None or result.status in (EMPTY, ERROR):
        return _nothing(result)
    level = result.get("trading.bql")
    if level is None:
        return [said("Your behavioural level has not been computed yet."), *knowledge_lines(found)]
    if level.value is None:
        return [gap(level), *knowledge_lines(found)]
    lines: list[Line | Quote] = [
        said("Your behavioural level is {word}, at {level} points.", word=Label(level.note or "known"), level=level)
    ]
    known = [figure for key in PILLARS if (figure := result.get(f"trading.bql_{key}")) and figure.value is not None]
    if known:
        weakest = min(known, key=lambda figure: figure.value or 0)
        lines.append(said("The weakest part is {name}: {points}.", name=name_of(weakest), points=weakest))
    lines.append(said("It measures conduct, never profit."))
    return [*lines, *_stale(result), *knowledge_lines(found)]


def prop(found: Found) -> list[Line | Quote]:
    """What prop firms would have said, and how likely they are passed."""
    result = found.of("simulate_prop_rules")
    if result is None or result.status in (EMPTY, ERROR):
        return _nothing(result)
    lines: list[Line | Quote] = []
    for row in result.rows[:PER_ANSWER]:
        passed, failed = row.get("trading.pass_chance"), row.get("trading.fail_chance")
        stays = row.get("trading.open_chance")
        name = Constant(row.label)  # from the catalogue; a number in it, as in 1-Step, is part of the name
        verdict = Label(row.text.split(",")[0])
        lines.append(said("{name}: your record, played trade by trade, {verdict}.", bullet=True, name=name,
                          verdict=verdict))  # fmt: skip
        if passed is not None and passed.value is not None and failed is not None:
            lines.append(
                said("If your future days resemble your past ones, {pass_} pass it and {fail} fail.", pass_=passed,
                     fail=failed)
            )  # fmt: skip
        elif stays is not None and stays.value is not None:
            lines.append(said("If your future days resemble your past ones, {open} survive it.", open=stays))
    short = next((row.get("trading.pass_chance") or row.get("trading.open_chance") for row in result.rows), None)
    if short is not None and short.value is None:
        lines.append(gap(short))
    if not result.rows:
        lines.append(said("{message}", message=Label(result.message)))
    disputed = any("disputed" in row.text for row in result.rows[:PER_ANSWER])
    if disputed:
        lines.append(said("Some of these rules are disputed; each programme's page says which."))
    return [*lines, *_stale(result), *knowledge_lines(found)]


def futures(found: Found) -> list[Line | Quote]:
    """Where the account may stand after more sessions like the past ones."""
    result = found.of("read_trading_module")
    if result is None or result.status in (EMPTY, ERROR):
        return _nothing(result)
    lines = [said("If your future sessions resemble your past ones:"), *_listed(result, FUTURES)]
    return [*lines, *_stale(result), *knowledge_lines(found)]


def rules(found: Found) -> list[Line | Quote]:
    """How often the trader's own rules are kept, and what keeping them would have changed."""
    result = found.of("read_trading_module")
    if result is None or result.status in (EMPTY, ERROR):
        return _nothing(result)
    lines = _listed(result, ("rules_obeyed", "rules_effect"))
    return [*(lines or [said("You have set no rules of your own yet.")]), *_stale(result), *knowledge_lines(found)]


def _listed(result: ToolResult, names: tuple[str, ...]) -> list[Line | Quote]:
    """One bullet a figure; what has no value says why."""
    figures = [figure for name in names if (figure := result.get(f"trading.{name}")) is not None]
    return [
        gap(figure, bullet=True)
        if figure.value is None
        else said("{name}: {value}.", bullet=True, name=name_of(figure, capital=True), value=figure)
        for figure in figures
    ]


def _stale(result: ToolResult) -> list[Line]:
    return [said("{warning}", warning=Label(result.warnings[0]))] if result.status == STALE and result.warnings else []


def _nothing(result: ToolResult | None) -> list[Line | Quote]:
    return [said("{message}", message=Label(result.message if result else "The trading desk could not be read."))]
