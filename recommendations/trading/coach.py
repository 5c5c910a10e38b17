"""The Sunday coach: three gauges of the margin of safety, one sentence, one action. Plain values.

Source: trading.md § 7. A gauge that cannot be read says why and is never the weakest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from analytics.figures import Figure, ratio
from recommendations.trading.desk import AccountState, TradingDesk
from recommendations.wording import Constant, Label, Sentence, sentence

RESTED = timedelta(days=14)
#: Below these a gauge is thin: days of cushion, times the costs, share of the size traded.
THIN = {"cushion": Decimal(5), "edge": Decimal(1), "size": Decimal(1)}


@dataclass(frozen=True, slots=True)
class Gauge:
    """One gauge. `strength` is its value over the line below which it is thin; None where it cannot be read."""

    key: str
    figure: Figure

    @property
    def strength(self) -> Decimal | None:
        return None if self.figure.value is None else Decimal(self.figure.value) / THIN[self.key]


@dataclass(frozen=True, slots=True)
class Letter:
    """What the coach says of one account."""

    account: int
    gauges: tuple[Gauge, ...]
    title: Sentence
    text: tuple[Sentence, ...]
    url_name: str


def letter(desk: TradingDesk, account: AccountState) -> Letter | None:
    """The week's letter. Empty: None after fourteen days without a close, and where no gauge can be read."""
    if account.last_close is None or desk.as_of - account.last_close > RESTED:
        return None
    gauges = tuple(one for one in _gauges(desk, account) if one.strength is not None)
    if not gauges:
        return None
    weakest = min(gauges, key=lambda one: one.strength or Decimal(0))
    said, action, page = _advice(weakest)
    return Letter(
        account=account.id,
        gauges=gauges,
        title=sentence("Your margin of safety in {account}", account=Label(account.label)),
        text=(*(_line(gauge) for gauge in gauges), said, action),
        url_name=page,
    )


def iso_week(moment: datetime) -> str:
    """`2026-W24`, the week a letter belongs to."""
    year, week, _ = moment.isocalendar()
    return f"{year}-W{week:02d}"


def _gauges(desk: TradingDesk, account: AccountState) -> tuple[Gauge, ...]:
    found = []
    cushion = account.figure("monte_carlo", "trading.mc_cushion")
    size = account.figure("monte_carlo", "trading.mc_safe_size")
    edge = _edge_margin(desk, account)
    for key, figure in (("cushion", cushion), ("edge", edge), ("size", size)):
        if figure is not None:
            found.append(Gauge(key, figure))
    return tuple(found)


def _edge_margin(desk: TradingDesk, account: AccountState) -> Figure | None:
    """The lower end of expectancy over the mean cost of a decision. Empty: None without an interval or costs."""
    expectancy, costs = account.figure("kpis", "trading.expectancy"), account.figure("kpis", "trading.costs")
    if expectancy is None or costs is None or expectancy.low is None or not costs.value or costs.n < 1:
        return None
    mean_cost = abs(Decimal(costs.value)) / costs.n
    made = desk.own(account, "edge_margin", ratio(0), n=expectancy.n)
    value = (expectancy.low / mean_cost).quantize(Decimal("1e-6"))
    return replace(made, value=value, inputs=(expectancy, costs))


def _line(gauge: Gauge) -> Sentence:
    if gauge.key == "cushion":
        return sentence("Cushion: {days} ordinary days above the floor.", days=gauge.figure)
    if gauge.key == "edge":
        return sentence("Edge: its lower end was {margin} times the cost of a decision.", margin=gauge.figure)
    return sentence("Size: {size} of what you traded rarely reaches the floor.", size=gauge.figure)


def _advice(weakest: Gauge) -> tuple[Sentence, Sentence, str]:
    """(what is weakest, what to do, where)."""
    if (weakest.strength or Decimal(0)) >= 1:
        return (
            sentence("All margins held last week."),
            sentence("Keep the size as it is."),
            "trading:monte-carlo",
        )
    if weakest.key == "cushion":
        limit = Constant("5 days")
        return (
            sentence("The cushion was thinner than {limit}.", limit=limit),
            sentence("Trade smaller until it has grown again."),
            "trading:monte-carlo",
        )
    if weakest.key == "edge":
        return (
            sentence("The edge did not surely pay for its own costs."),
            sentence("Leave out the decisions with the least behind them, and look at the costs."),
            "trading:kpis",
        )
    return (
        sentence("The size was above what the record supports."),
        sentence("Reduce it to {size} of what you traded.", size=weakest.figure),
        "trading:monte-carlo",
    )
