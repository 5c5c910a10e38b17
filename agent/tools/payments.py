"""Tools of the payments desk. Each calls the query that the desk's page calls, and computes nothing itself."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from agent.tools.envelope import EMPTY, INSUFFICIENT, OK, STALE, Collector, ToolResult
from agent.tools.keys import OWN as _OWN  # noqa: F401 - registers the metrics used here
from agent.tools.registry import Ask, tool
from analytics.figures import Figure, ratio
from analytics.payments.disputes.queries import dispute_summary
from analytics.payments.metrics import sheet
from analytics.payments.metrics.queries import metric_summary
from analytics.payments.payouts.queries import payout_summary
from analytics.payments.queries import DeskState
from analytics.payments.readiness.calc import Component
from analytics.payments.readiness.queries import Readiness, readiness, readiness_history
from analytics.registry import Unit, metric_of

NO_SOURCE = "No source is connected, so there is nothing to read yet."
MOST_DEADLINES = 10


@tool(
    "get_readiness_breakdown", desk="payments", answers="score, tier, what each part contributes or costs, caps, trend"
)
def get_readiness_breakdown(ask: Ask) -> ToolResult:
    """The score with every part: what it contributes, what it costs, and the figures it stands on."""
    found = readiness(ask.business, as_of=ask.now)
    out = Collector(ask.call)
    if found.score.score is None:
        out.add(found.figure)
        return _result(ask, "get_readiness_breakdown", out, status=INSUFFICIENT, message=found.figure.gap)
    out.add(found.figure)
    out.add(_score(found, "payments.readiness_raw", found.score.raw))
    out.add(_score(found, "payments.readiness_confidence", found.score.confidence.value))
    if found.delta is not None:
        out.add(_score(found, "agent.readiness_delta", found.delta))
    for part in found.score.components:
        out.row(f"component:{part.key}", part.label, _part(found, part), text="assumed" if part.assumed else "")
    for cap in found.score.caps:
        limit = replace(_score(found, "agent.readiness_cap", cap.limit), note=cap.because)
        lost = replace(_score(found, "agent.readiness_cap_lost", cap.lost), note=cap.because)
        out.row(f"cap:{cap.key}", cap.because, (limit, lost), text="binding" if cap.binding else "")
    for past in readiness_history(ask.business, as_of=ask.now, limit=6):
        if past.score is not None:
            figure = Figure("payments.readiness", past.score, found.metrics.payments_365, past.as_of)
            out.row(f"history:{past.as_of}", f"{past.as_of:%-d %b %Y}", (figure,))
    facts = (
        ("tier", found.score.tier.replace("_", " ")),
        ("trend", found.trend),
        ("confidence", found.score.confidence.level),
        ("model", found.score.model),
    )
    return _result(ask, "get_readiness_breakdown", out, facts=facts)


@tool(
    "get_metric_summary", desk="payments", answers="revenue, refunds, cost, counts of a period against the one before"
)
def get_metric_summary(ask: Ask, period: str = "90d") -> ToolResult:
    """What a period brought, the change against the period before, and the newest of every other metric."""
    window = ask.period(period)
    found = metric_summary(ask.business, period=window, as_of=ask.now)
    out = Collector(ask.call)
    if found.state.kind == "no_source" and found.snapshot_id is None:
        return _result(ask, "get_metric_summary", out, status=EMPTY, message=NO_SOURCE, period=window)
    for key, figure in found.totals.items():
        before = found.before[key]
        out.add(figure)
        out.add(before, label=f"{metric_of(key).label}, period before")
        out.row(f"change:{key}", metric_of(key).label, _change(figure, before))
    for figure in found.latest.values():
        out.add(figure)
    facts = (("growth_basis", found.metrics.growth_basis if found.metrics else ""),)
    return _result(ask, "get_metric_summary", out, period=window, state=found.state, facts=facts)


@tool(
    "get_dispute_summary",
    desk="payments",
    answers="disputes of a period, reasons, deadlines, distance to network lines",
)
def get_dispute_summary(ask: Ask, period: str = "90d") -> ToolResult:
    """Chargebacks opened, what still needs an answer and by when, why, and how close the networks' lines are."""
    window = ask.period(period)
    found = dispute_summary(ask.business, period=window, as_of=ask.now)
    out = Collector(ask.call)
    if found.state.kind == "no_source":
        return _result(ask, "get_dispute_summary", out, status=EMPTY, message=NO_SOURCE, period=window)
    out.add(found.opened)
    out.add(found.opened_before, label="Chargebacks, period before")
    for name in ("dispute_ratio", "dispute_activity", "disputes_180", "payments_180", "open_disputes", "win_rate",
                 "open_dispute_exposure"):  # fmt: skip
        if f"payments.{name}" in found.latest:
            out.add(found.latest[f"payments.{name}"])
    for row in found.answer_by[:MOST_DEADLINES]:
        about = row.external_id
        amount = Figure("payments.dispute_amount", row.amount, 1, ask.today, currency=row.currency, note=about)
        left = Figure("payments.answer_days_left", row.days_left, 1, ask.today, note=about)
        reason = row.reason.replace("_", " ")
        out.row(f"dispute:{row.external_id}", row.external_id, (amount, left), text=reason, at=row.due_by)
    for why in found.by_reason[:5]:
        share = Figure("payments.reason_share", why.share, why.n, ask.today, note=why.reason)
        count = Figure("payments.reason_chargebacks", why.n, why.n, ask.today, note=why.reason)
        out.row(f"reason:{why.reason}", why.reason.replace("_", " ") or "not given", (count, share))
    if found.snapshot_id is not None:
        for line in found.programmes:
            figures = [
                found.latest[f"payments.{name}:{line.programme}"] for name in ("programme_ratio", "programme_headroom")
            ]
            out.row(f"programme:{line.programme}", line.label, figures, text="crossed" if line.breached else "")
    total = len(found.answer_by) + len(found.by_reason) + len(found.programmes)
    return _result(ask, "get_dispute_summary", out, period=window, state=found.state, total=total)


@tool("get_payout_summary", desk="payments", answers="payouts of a period, failures, regularity, held funds")
def get_payout_summary(ask: Ask, period: str = "90d") -> ToolResult:
    """What reached the bank, what failed, and how regular it was."""
    window = ask.period(period)
    found = payout_summary(ask.business, period=window, as_of=ask.now)
    out = Collector(ask.call)
    if found.state.kind == "no_source":
        return _result(ask, "get_payout_summary", out, status=EMPTY, message=NO_SOURCE, period=window)
    out.add(found.paid_out)
    out.add(found.paid_out_before, label="Paid out, period before")
    out.row("change:payments.paid_out", "Paid out", _change(found.paid_out, found.paid_out_before))
    out.add(found.failed)
    out.add(found.negative)
    for name in ("payout_fail_rate", "payout_regularity", "held_funds"):
        if f"payments.{name}" in found.latest:
            out.add(found.latest[f"payments.{name}"])
    return _result(ask, "get_payout_summary", out, period=window, state=found.state)


def _score(found: Readiness, metric: str, value: Decimal | int | None) -> Figure:
    gap = metric_of(metric).gap_sentence(0) if value is None else ""
    return Figure(metric, value, found.metrics.payments_365, found.score.as_of, gap=gap, inputs=(found.figure,))


def _part(found: Readiness, part: Component) -> list[Figure]:
    """What a component contributes, costs and weighs, and the metrics it was scored from."""
    evidence = [sheet.figure(found.metrics, name) for name, _ in part.evidence if name in sheet.STANDS]
    made: dict[str, Decimal | int] = {
        "agent.readiness_contribution": part.contribution,
        "agent.readiness_lost": part.lost,
        "agent.readiness_weight": part.weight,
    }
    n, as_of, inputs = found.metrics.payments_365, found.score.as_of, tuple(evidence)
    own = (Figure(key, value, n, as_of, inputs=inputs, note=part.label) for key, value in made.items())
    return [*own, *evidence]


def _change(now: Figure, before: Figure) -> list[Figure]:
    """The difference and the relative change; neither where one side is missing, no relative one from zero or below."""
    if now.value is None or before.value is None:
        return []
    unit, inputs = metric_of(now.metric).unit, (now, before)
    changes = []
    if unit in (Unit.MONEY, Unit.COUNT):
        key = "agent.change_amount" if unit is Unit.MONEY else "agent.change_count"
        amount = int(now.value) - int(before.value)
        changes.append(Figure(key, amount, now.n, now.as_of, currency=now.currency, inputs=inputs))
    if unit is not Unit.RATE and before.value > 0:
        relative = ratio(int(now.value), int(before.value)) - 1
        changes.append(Figure("agent.change_rate", relative, now.n, now.as_of, inputs=inputs))
    return changes


def _result(
    ask: Ask, tool_name: str, out: Collector, *, status: str = OK, message: str = "", period: object = None,
    state: DeskState | None = None, facts: tuple[tuple[str, str], ...] = (), total: int = 0,
) -> ToolResult:  # fmt: skip
    warnings: tuple[str, ...] = ()
    if state is not None and state.stale_since is not None and status == OK:
        status = STALE
        warnings = ("The newest data is older than a day.",)
    return ToolResult(
        call=ask.call,
        tool=tool_name,
        as_of=ask.now,
        status=status,
        message=message,
        period=period,  # type: ignore[arg-type]
        figures=tuple(out.figures),
        rows=tuple(out.rows),
        total_rows=max(total, len(out.rows)),
        warnings=warnings,
        facts=facts,
    )
