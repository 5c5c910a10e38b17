"""What a packet says, page by page, from stored results only. Every number is a stored figure, printed as on the pages.

A document is plain JSON: the template sets it and computes nothing. Equal documents have equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from accounts import formats
from analytics.figures import Figure
from analytics.registry import metric_of
from analytics.templatetags.figures import interval, said
from analytics.trading.snapshots.queries import Stored

HYPOTHETICAL = (
    "Hypothetical results. What follows was computed from past trades under rules they were not made under. Such"
    " results have the benefit of hindsight, carry no financial risk, and leave out what trading under them would have"
    " felt like; an account may do much better or much worse. The past does not promise the future. This is no advice."
)
NOT_COMPUTED = "This part has not been computed for the account."
MOST_TRADES = 2_000


@dataclass(frozen=True, slots=True)
class Inputs:
    """All a packet is made of: stored results by module, and what is known of the account and its statements."""

    account: str
    broker: str
    currency: str
    zone: str
    stored: Mapping[str, Stored[Any]]
    statements: Sequence[Mapping[str, Any]] = ()
    grades: Sequence[tuple[str, int]] = ()
    trades: Sequence[Sequence[Any]] = ()


@dataclass(slots=True)
class Part:
    """One section: a lead sentence, rows of figures, tables, charts, notes. `hypothetical` puts the notice on it."""

    title: str
    lead: str = ""
    figures: list[list[str]] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)
    charts: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    hypothetical: bool = False

    def tell(self, found: Stored[Any] | None, *keys: str) -> Part:
        """Add stored figures by key; one that the module does not have is left out."""
        shown = found.result.figures if found else {}
        self.figures += [row(shown[f"trading.{key}"]) for key in keys if f"trading.{key}" in shown]
        return self


def row(figure: Figure) -> list[str]:
    """Label, value, interval and sample as a page prints them; a gap is its sentence."""
    label = metric_of(figure.metric).label
    if figure.value is None:
        return [label, formats.DASH, figure.gap, ""]
    return [label, said(figure), interval(figure), formats.number(figure.n)]


def document(inputs: Inputs) -> dict[str, Any]:
    """The whole packet as JSON. Errors: KeyError without the KPI module, of which every packet is made."""
    kpis = inputs.stored["kpis"]
    parts = [
        _provenance(inputs),
        _headline(kpis),
        _curve(kpis),
        _months(inputs, kpis),
        _risk(inputs, kpis),
        _edge(inputs, kpis),
        _behaviour(inputs),
        _shadow(inputs),
        _methods(inputs),
    ]
    if inputs.trades:
        parts.append(_appendix(inputs))
    return {"cover": _cover(inputs, kpis), "hypothetical": HYPOTHETICAL, "parts": [_plain(part) for part in parts]}


def _plain(part: Part) -> dict[str, Any]:
    return {name: getattr(part, name) for name in Part.__slots__}


def _cover(inputs: Inputs, kpis: Stored[Any]) -> dict[str, Any]:
    points = kpis.result.points
    period = f"{_day(points[0].day)} to {_day(points[-1].day)}" if points else "no closed decisions"
    newest = max(one.computed_at for one in inputs.stored.values())
    rows = [
        ("Account", inputs.account),
        ("Broker", inputs.broker or "not stated"),
        ("Period", period),
        ("Currency", inputs.currency.upper()),
        ("Decisions", formats.number(kpis.n)),
        ("Data as of", _moment(kpis.as_of)),
        ("Computed at", _moment(newest)),
        ("Data hash", kpis.record_hash),
        ("Modules", ", ".join(f"{key} {one.version}" for key, one in sorted(inputs.stored.items()))),
    ]
    return {"title": "Trading record", "subtitle": kpis.result.headline, "rows": rows, "epoch": int(newest.timestamp())}


def _provenance(inputs: Inputs) -> Part:
    """Where every row came from, and whether the statement's own totals agree."""
    part = Part("Provenance and reconciliation", "Every decision below comes from these statements.")
    header = ["Statement", "Format", "Lines", "Accepted", "Set aside", "Totals"]
    rows = [
        [str(one["name"]), str(one["format"]), *(formats.number(one[k]) for k in ("lines", "accepted", "aside")),
         str(one["ties"])]
        for one in inputs.statements
    ]  # fmt: skip
    part.tables.append(
        {"title": "Statements", "align": "llrrrl", "header": header, "rows": rows, "empty": "No statement is kept."}
    )
    graded = [[name or "unknown", formats.number(n)] for name, n in inputs.grades]
    part.tables.append(
        {"title": "Grade of decisions", "align": "lr", "header": ["Grade", "Decisions"], "rows": graded, "empty": ""}
    )
    part.notes.append("Lines that were set aside are in no figure. Revised lines count once, as they were last.")
    return part


def _headline(kpis: Stored[Any]) -> Part:
    part = Part("What the record shows", f"{kpis.result.headline} Verdict: {kpis.result.verdict}.")
    part.tell(kpis, "net", "decisions", "sessions", "expectancy", "win_rate", "profit_factor", "payoff", "sqn", "costs")
    part.notes += [kpis.result.compatible, *kpis.result.reasons]
    part.notes = [note for note in part.notes if note]
    return part


def _curve(kpis: Stored[Any]) -> Part:
    part = Part("Equity and drawdown", "Closed decisions only; money moved in or out is not part of it.")
    part.charts.append({"name": "equity", "spec": "trading/kpis/chart", "title": "Running net result"})
    if any(point.nav is not None for point in kpis.result.points):
        part.charts.append({"name": "drawdown", "spec": "trading/kpis/drawdown", "title": "Below the peak"})
    return part.tell(kpis, "max_drawdown", "max_drawdown_money", "current_drawdown", "drawdown_days", "under_water")


def _months(inputs: Inputs, kpis: Stored[Any]) -> Part:
    part = Part("By month")
    rows = [
        [
            formats.month(one.month),
            formats.money(one.net, inputs.currency),
            formats.percent(one.result) if one.result is not None else formats.DASH,
            formats.number(one.decisions),
        ]
        for one in kpis.result.months
    ]
    part.tables.append(
        {"title": "", "align": "lrrr", "header": ["Month", "Net", "Return", "Decisions"], "rows": rows, "empty": ""}
    )
    return part


def _risk(inputs: Inputs, kpis: Stored[Any]) -> Part:
    part = Part("Risk").tell(kpis, "cvar", "ulcer", "ruin", "recovery_factor", "sharpe", "sortino")
    rows = [
        [
            _day(fall.peak),
            _day(fall.trough),
            _day(fall.recovered) if fall.recovered else "lasting",
            formats.money(fall.money, inputs.currency),
            formats.percent(fall.depth) if fall.depth is not None else formats.DASH,
            formats.number(fall.days),
        ]
        for fall in kpis.result.falls
    ]
    header = ["Peak", "Trough", "Recovered", "Money", "Depth", "Days"]
    part.tables.append(
        {"title": "Deepest drawdowns", "align": "lllrrr", "header": header, "rows": rows, "empty": "None yet."}
    )
    futures = inputs.stored.get("monte_carlo")
    if futures is not None:
        part.tell(futures, "mc_result", "mc_loss", "mc_drawdown", "mc_floor", "mc_target")
        part.hypothetical = True
        part.notes.append("Chances are of resampled futures of 60 sessions, if they resemble the past ones.")
    return part


def _edge(inputs: Inputs, kpis: Stored[Any]) -> Part:
    part = Part("Evidence of an edge").tell(kpis, "psr", "min_trl", "without_best_trade", "without_best_day", "t_score")
    slices = inputs.stored.get("slices")
    if slices is not None:
        part.tell(slices, "slices_tested", "slices_kept")
        part.notes.append(slices.result.sentence)
    return part


def _behaviour(inputs: Inputs) -> Part:
    part = Part("Behaviour", "Different is not costly: a habit counts against the record only where it cost.")
    level = inputs.stored.get("bql")
    if level is not None:
        said_level = level.result.fallback or f"Behavioural quality level {level.result.level}: {level.result.word}."
        part.notes.append(said_level)
        part.tell(level, "bql")
    found = inputs.stored.get("psychology")
    rows = [[one.title, str(one.verdict), one.sentence] for one in found.result.findings] if found else []
    part.tables.append(
        {"title": "Findings", "align": "lll", "header": ["Habit", "Verdict", ""], "rows": rows, "empty": NOT_COMPUTED}
    )
    return part


def _shadow(inputs: Inputs) -> Part:
    part = Part("Under prop-firm rules", hypothetical=True)
    found = inputs.stored.get("shadow_boxing")
    rows = list(_programmes(found)) if found else []
    header = ["Programme", "Rules", "Replay", "Chance to pass", "90 % interval"]
    part.tables.append({"title": "", "align": "lllrr", "header": header, "rows": rows, "empty": NOT_COMPUTED})
    part.notes.append("If future sessions resemble the past ones. Disputed rules are marked; sources are on the page.")
    return part


def _programmes(found: Stored[Any]) -> Iterator[list[str]]:
    for one in found.result.programmes:
        rules = one.rules[0]
        version = f"version {rules.version}, read {_day(rules.verified_on)}" + (", disputed" if one.disputed else "")
        chance = found.result.figures.get(f"trading.pass_chance:{one.key}")
        told = (formats.DASH, "") if chance is None or chance.value is None else (said(chance), interval(chance))
        yield [f"{one.title}, {formats.number(int(one.size))}", version, str(one.last.verdict), *told]


def _methods(inputs: Inputs) -> Part:
    part = Part("Methods, conventions, limits")
    part.notes += [
        "Units are decisions: broker rows whose open times overlap in one instrument are one decision.",
        f"Sessions are of the account's own roll, told in {inputs.zone}.",
        "Intervals are of 90 % by a stationary bootstrap in runs, over days where decisions cluster by day.",
        "Drawdowns count the start as the first peak and are of closed decisions: real ones can only be deeper.",
        "Deposits and withdrawals neither lift nor sink the equity curve.",
        "Risk-free rate 0; idle sessions count as sessions without a result.",
        "A figure without enough data is not shown; its place says what is missing.",
    ]
    return part


def _appendix(inputs: Inputs) -> Part:
    header = ["Closed", "Instrument", "Side", "Size", "Net"]
    rows = [
        [_moment(at), str(instrument), "long" if side > 0 else "short", f"{quantity.normalize():f}",
         formats.money(net, inputs.currency)]
        for at, instrument, side, quantity, net in inputs.trades[:MOST_TRADES]
    ]  # fmt: skip
    part = Part("Decisions", tables=[{"title": "", "align": "lllrr", "header": header, "rows": rows, "empty": ""}])
    if len(inputs.trades) > MOST_TRADES:
        part.notes.append(f"The newest {formats.number(MOST_TRADES)} of {formats.number(len(inputs.trades))}.")
    return part


def chart_rows(kpis: Stored[Any]) -> list[dict[str, Any]]:
    """The rows both charts are drawn from."""
    return [{"day": one.day, "total": one.total, "drawdown": one.drawdown} for one in kpis.result.points]


def _day(day: date) -> str:
    return formats.day(day)


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%-d %b %Y, %H:%M} UTC"
