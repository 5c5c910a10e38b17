"""Answers about metrics of a period: the value, the change, what made it, and a caveat."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from agent.analyst.draft import Line, Quote
from agent.analyst.narratives.changes import sales_apart
from agent.analyst.narratives.shared import Slots, freshness, gap, knowledge_lines, name_of, period_words, said
from agent.analyst.plans import Found
from agent.tools.envelope import EMPTY, ERROR, Row, ToolResult
from analytics.figures import Figure
from recommendations.wording import Label, Size


@dataclass(frozen=True, slots=True)
class Group:
    """What belongs to a word: sums of the period, and figures of the newest snapshot."""

    totals: tuple[str, ...] = ()
    latest: tuple[str, ...] = ()


GROUPS: dict[str, Group] = {
    "revenue": Group(("net", "gross"), ("growth",)),
    "refunds": Group(("refunds", "refund_ratio"), ("refund_ratio_90",)),
    "fees": Group(("cost",), ("take_rate",)),
    "disputes": Group(
        ("chargebacks", "dispute_losses"), ("dispute_ratio", "dispute_activity", "open_disputes", "win_rate")
    ),
    "charges": Group(("charges", "failed_charges")),
    "failed_payments": Group(("failed_charges",), ("failed_payment_rate",)),
    "volatility": Group((), ("revenue_cv", "weekly_cv")),
    "activity": Group((), ("weekly_cv", "days_since_last_payment")),
    "growth": Group(("net",), ("growth",)),
    "history": Group((), ("history_months", "payments_365")),
    "customers": Group((), ("active_customers_90", "top1_share", "top10_share")),
    "mrr": Group((), ("mrr", "mrr_new", "mrr_churn", "net_revenue_retention", "subscribers")),
    "payouts": Group(("paid_out", "failed_payouts"), ("payout_fail_rate", "payout_regularity")),
    "held": Group((), ("held_funds",)),
}
PARTS_OF_NET = (
    ("payments.gross", "Gross revenue"),
    ("payments.refunds", "Refunds"),
    ("payments.dispute_losses", "Dispute losses"),
)
EXPLAINED = frozenset({"revenue", "growth"})


def metric(found: Found) -> list[Line | Quote]:
    """The figures of one group: period sums with their change, then the newest rates."""
    group = GROUPS.get(found.metric or "revenue", GROUPS["revenue"])
    if found.metric == "held":
        return payouts(found)
    results = [result for result, _ in found.calls if result.tool != "search_knowledge"]
    if not results or results[0].status in (EMPTY, ERROR):
        return [said("{message}", message=Label(results[0].message if results else "Nothing could be read."))]
    lines: list[Line | Quote] = []
    for name in group.totals:
        lines += _total(results, f"payments.{name}", first=not lines)
    shown = [figure for figure in (_get(results, f"payments.{name}") for name in group.latest) if figure is not None]
    if not lines and not shown:
        return [said("There are no figures about this yet; they come with the first complete import.")]
    lines += [_latest(figure) for figure in shown]
    return [*lines, *freshness(results[0])]


def why(found: Found) -> list[Line | Quote]:
    """What moved net revenue: the changes of gross revenue, refunds and dispute losses add up to it exactly."""
    result = found.of("get_metric_summary")
    if found.metric not in EXPLAINED or result is None or result.status in (EMPTY, ERROR):
        return metric(found)
    lines: list[Line | Quote] = [*_total([result], "payments.net", first=True)]
    parts = [(label, _change_row(result, key)) for key, label in PARTS_OF_NET]
    known = [(label, row.get("agent.change_amount")) for label, row in parts if row is not None]
    moved = [(label, amount) for label, amount in known if amount is not None and amount.value]
    if not moved:
        return [*lines, said("Neither sales nor refunds nor disputes changed."), *freshness(result)]
    moved.sort(key=lambda pair: -abs(Decimal(pair[1].value or 0)))
    lines.append(said("What it is made of, the largest change first:"))
    for label, amount in moved:
        lines.append(said("{part} changed by {amount}.", bullet=True, part=Label(label), amount=amount))
    charges = _change_row(result, "payments.charges")
    count = charges.get("agent.change_count") if charges else None
    if count is not None and count.value:
        lines.append(said("The number of successful charges changed by {count}.", bullet=True, count=count))
    return [*lines, *sales_apart(found), *freshness(result)]


def payouts(found: Found) -> list[Line | Quote]:
    """What reached the bank, what failed, how regular it is, and what is held."""
    result = found.of("get_payout_summary")
    if result is None or result.status in (EMPTY, ERROR):
        return [said("{message}", message=Label(result.message if result else "Payouts could not be read."))]
    lines: list[Line | Quote] = [*_total([result], "payments.paid_out", first=True)]
    for name, words in (
        ("payments.failed_payouts", "Payouts that failed in that time: {value}."),
        ("payments.negative_payouts", "Payouts below zero, pulled from your bank account: {value}."),
    ):
        figure = result.get(name)
        if figure is not None:
            lines.append(said(words, bullet=True, value=figure))
    for name in ("payout_fail_rate", "payout_regularity", "held_funds"):
        figure = result.get(f"payments.{name}")
        if figure is not None:
            lines.append(_latest(figure))
    return [*lines, *freshness(result), *knowledge_lines(found)]


def _total(results: list[ToolResult], key: str, *, first: bool) -> list[Line]:
    result = next((one for one in results if one.get(key) is not None), None)
    figure = result.get(key) if result else None
    if result is None or figure is None:
        return []
    if figure.value is None:
        return [gap(figure)]
    changed = _change_row(result, key)
    rate = changed.get("agent.change_rate") if changed else None
    lead = "{name} {period}: {value}" if first else "{name}: {value}"
    slots: Slots = {"name": name_of(figure, capital=True), "value": figure}
    slots |= {"period": period_words(result)} if first else {}
    if rate is None or rate.value is None:
        return [said(lead + ".", filled=slots)]
    direction = "up" if rate.value > 0 else "down" if rate.value < 0 else "unchanged"
    if direction == "unchanged":
        return [said(lead + ", the same as in the period before.", filled=slots)]
    return [said(lead + f", {direction} by {{rate}} against the period before.", rate=Size(rate), filled=slots)]


def _latest(figure: Figure) -> Line:
    if figure.value is None:
        return gap(figure, bullet=True)
    return said("{name}: {value}.", bullet=True, name=name_of(figure, capital=True), value=figure)


def _get(results: list[ToolResult], key: str) -> Figure | None:
    return next((figure for figure in (result.get(key) for result in results) if figure is not None), None)


def _change_row(result: ToolResult, key: str) -> Row | None:
    return next((row for row in result.rows if row.ref == f"change:{key}"), None)
